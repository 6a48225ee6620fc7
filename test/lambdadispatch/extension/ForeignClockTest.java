// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import lambdadispatch.base.config.Settings;
import lambdadispatch.carrier.Threads;
import lambdadispatch.http.client.Http1Client;
import lambdadispatch.http.listener.Server;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.server.Exchange;
import lambdadispatch.http.server.Handler;
import lambdadispatch.http.server.Limits;
import lambdadispatch.protocol.InvokePayload;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Invokes of a router whose wall clock is another than the environment's: from the Runtime API, played here, to the first channel at a
/// router that follows a script.
@Timeout(90)
class ForeignClockTest {
    private static final int PATIENCE_SECONDS = 60;

    private final BlockingQueue<InvokePayload> handedOut = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
    private final CompletableFuture<IOException> failed = new CompletableFuture<>();
    private final Http1Client http = new Http1Client(Http1Client.Options.DEFAULT);
    private ScriptedRouter router;
    private Server api;
    private Server app;
    private Invocations invocations;

    @BeforeEach
    void start() throws IOException {
        router = new ScriptedRouter();
        app = serve(exchange -> exchange.answer(200, "text/plain", new byte[0]));
        api = serve(this::call);
        String address = "127.0.0.1:" + api.address().getPort();
        ExtensionConfig config = ExtensionConfig.read(
                new Settings(Map.of("AWS_LAMBDA_RUNTIME_API", address, "LAMBDA_DISPATCH_PORT", Integer.toString(app.address().getPort()))));
        Readiness readiness = new Readiness(config);
        Threads.virtual("test").start(readiness::run);
        invocations = new Invocations(config, new RuntimeApi(http, address), readiness);
        Threads.virtual("test").start(() -> {
            try {
                invocations.serve(failed::complete);
            } catch (IOException e) {
                failed.complete(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private static Server serve(Handler handler) throws IOException {
        Server server = new Server("played", new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), null, Limits.DEFAULT, handler);
        server.start();
        return server;
    }

    @AfterEach
    void end() throws Exception {
        invocations.end(lambdadispatch.protocol.ExitReason.SelfDeadline, Duration.ZERO);
        router.close();
        api.close();
        app.close();
        http.close();
    }

    private void call(Exchange exchange) throws IOException {
        if (!exchange.request().path().endsWith("/next")) {
            byte[] body = new byte[1000];
            int length = 0;
            for (int n = exchange.read(body, 0, body.length); n >= 0; n = exchange.read(body, length, body.length - length)) {
                length += n;
            }
            answers.add(new String(body, 0, length, StandardCharsets.US_ASCII));
            exchange.answer(202, "application/json", new byte[0]);
            return;
        }
        try {
            byte[] payload = handedOut.take().toJson();
            String deadline = Long.toString(System.currentTimeMillis() + 600_000);
            exchange.respond(200, Headers.of("lambda-runtime-aws-request-id", "r", "lambda-runtime-deadline-ms", deadline), payload.length);
            exchange.write(payload, 0, payload.length);
            exchange.end();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private InvokePayload sent(Duration before) {
        InvokePayload now = router.payload(1, true);
        return new InvokePayload(now.poolId(), now.id(), now.dispatcherUrl(), now.numberOfChannels(), Instant.now().minus(before),
                now.initOnly(), now.token(), now.certificateSha256(), now.protocolVersion(), now.stay(), now.requestHeadBytes());
    }

    private String answer() throws InterruptedException {
        return answers.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    @ParameterizedTest(name = "the router's clock is {0} behind")
    @CsvSource({"PT0S", "PT61S", "PT1H", "P3650D", "-PT61S", "-PT1H", "-P3650D"})
    void routerWhoseClockIsOffIsServed(Duration behind) throws Exception {
        handedOut.add(sent(behind));
        while (router.downlinks.isEmpty()) {
            assertThat(answers).isEmpty();
            Thread.onSpinWait();
            Thread.yield();
        }
        router.goAway();
        assertThat(answer()).contains("RouterGoAway");
    }

    /// Lambda hands an event out again minutes later: the router has long had its answer, and knows nothing of it.
    @ParameterizedTest(name = "the router's clock is {0} behind")
    @CsvSource({"PT0S", "PT10M", "-PT1H"})
    void invokeForWhichTheRouterDoesNotWaitIsRefusedWhateverTheClocksSay(Duration behind) throws Exception {
        router.channelStatus = 409;
        router.pingStatus = 409;
        handedOut.add(sent(behind));
        assertThat(answer()).contains("SelfStaleRequest");
        assertThat(router.channelIds).isEmpty();
        router.channelStatus = 200;
        handedOut.add(sent(Duration.ZERO));
        while (router.downlinks.isEmpty()) {
            assertThat(answers).isEmpty();
            Thread.yield();
        }
        assertThat(failed).as("the environment serves the next one").isNotDone();
        router.goAway();
        assertThat(answer()).contains("RouterGoAway");
    }
}
