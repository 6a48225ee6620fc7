// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import lambdadispatch.base.config.Settings;
import lambdadispatch.carrier.Threads;
import lambdadispatch.http.listener.Server;
import lambdadispatch.http.server.Exchange;
import lambdadispatch.http.server.Limits;
import lambdadispatch.protocol.ExitReason;
import lambdadispatch.protocol.InvokePayload;
import lambdadispatch.protocol.InvokeResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/// Invocations between a router that follows a script and an app that the test plays.
abstract class InvocationBed {
    static final long FAR_MILLIS = 600_000;
    static final int PATIENCE_SECONDS = 60;

    final ScriptedRouter router = scripted();
    final Server app = new Server("app", new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), null, Limits.DEFAULT, this::app);
    /// Of the invocation that was run last.
    Readiness readiness;

    /// What the app does with a request.
    abstract void app(Exchange exchange) throws IOException;

    private static ScriptedRouter scripted() {
        try {
            return new ScriptedRouter();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @BeforeEach
    void startApp() throws IOException {
        app.start();
    }

    @AfterEach
    void stop() {
        app.close();
        router.close();
    }

    CompletableFuture<InvokeResponse> run(InvokePayload payload, long deadlineInMillis, long idleGraceMillis, Duration ping) {
        ExtensionConfig config = ExtensionConfig.read(new Settings(Map.of("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:1",
                "LAMBDA_DISPATCH_PORT", Integer.toString(app.address().getPort()), "LAMBDA_DISPATCH_LAST_ACTIVE_GRACE_PERIOD_MS",
                Long.toString(idleGraceMillis))));
        Readiness ready = new Readiness(config);
        readiness = ready;
        Threads.virtual("test").start(ready::run);
        CompletableFuture<InvokeResponse> response = new CompletableFuture<>();
        Threads.virtual("test").start(() -> {
            try {
                response.complete(new Invocation(config, payload, ready, System.currentTimeMillis() + deadlineInMillis, ping).run());
            } catch (InterruptedException | RuntimeException e) {
                response.completeExceptionally(e);
            }
        });
        return response;
    }

    static ExitReason reason(CompletableFuture<InvokeResponse> response) throws Exception {
        return response.get(PATIENCE_SECONDS, TimeUnit.SECONDS).exitReason();
    }

    static void until(BooleanSupplier reached) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!reached.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("did not happen in time");
            }
            LockSupport.parkNanos(5_000_000);
        }
    }
}
