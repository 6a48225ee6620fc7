// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import lambdadispatch.base.log.Log;
import lambdadispatch.carrier.Threads;
import lambdadispatch.protocol.ExitReason;
import lambdadispatch.protocol.InvokePayload;
import lambdadispatch.protocol.InvokeResponse;

/// The invocations that run in this environment: one after the other on ordinary Lambda; on managed instances as many at once as Lambda
/// says, each an instance of its own router with a link of its own, over the one app.
///
/// Each worker asks Lambda for an invocation, serves it and answers it. What ends one invocation does not touch the others, unless it ends
/// the environment.
final class Invocations {
    private static final Log LOG = Log.of("extension");
    private static final int MOST_REFUSALS = 8;
    private static final long FIRST_PAUSE_MILLIS = 20;
    private static final long LONGEST_PAUSE_MILLIS = 200;

    private record Serving(Invocation invocation, CountDownLatch answered) {}

    private final ExtensionConfig config;
    private final RuntimeApi runtime;
    private final Readiness readiness;
    private final Set<Serving> running = ConcurrentHashMap.newKeySet();
    private volatile boolean ending;

    Invocations(ExtensionConfig config, RuntimeApi runtime, Readiness readiness) {
        this.config = config;
        this.runtime = runtime;
        this.readiness = readiness;
    }

    /// Serves one invocation after another until [#end]; or until the app is gone, or Lambda's API is: both mean that the environment is of
    /// no use any more.
    ///
    /// @param failed gets what a further worker than the caller met; not called more than once for each
    void serve(Consumer<IOException> failed) throws IOException, InterruptedException {
        for (int i = 1; i < config.invocationsAtOnce(); i++) {
            Threads.virtual("invocations").start(() -> {
                try {
                    work();
                } catch (IOException e) {
                    failed.accept(e);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }
        work();
    }

    private void work() throws IOException, InterruptedException {
        while (!ending) {
            serve(next());
        }
    }

    /// Where several ask, one may be refused what others get: an invoke whose caller breaks off while it is handed over costs its worker
    /// this call. Where one asks, a refusal is the end (the Runtime API's "container error").
    private RuntimeApi.Event next() throws IOException, InterruptedException {
        long pause = FIRST_PAUSE_MILLIS;
        for (int refused = 1; ; refused++) {
            try {
                return runtime.next();
            } catch (RuntimeApi.Refused e) {
                if (config.invocationsAtOnce() == 1 || refused == MOST_REFUSALS || ending) {
                    throw e;
                }
                LOG.warn("asking again for an invocation", "why", e.getMessage());
                Thread.sleep(pause);
                pause = Math.min(LONGEST_PAUSE_MILLIS, pause * 2);
            }
        }
    }

    private void serve(RuntimeApi.Event event) throws IOException, InterruptedException {
        InvokePayload payload;
        try {
            payload = InvokePayload.parse(event.payload());
        } catch (IllegalArgumentException e) {
            LOG.warn("invoked with something that is no router's payload", "why", e.getMessage());
            respond(event, new InvokeResponse("", "", 0, 0, ExitReason.RouterLambdaInvokeInvalid));
            return;
        }
        InvokeResponse response = run(new Invocation(config, payload, readiness, event.deadlineMs()), event);
        if (response.exitReason() == ExitReason.AppConnectionClosed && !readiness.accepts()) {
            throw new AppGone("the app no longer accepts connections");
        }
    }

    private InvokeResponse run(Invocation invocation, RuntimeApi.Event event) throws IOException, InterruptedException {
        Serving serving = new Serving(invocation, new CountDownLatch(1));
        running.add(serving);
        try {
            if (ending) { // it came while the others were being drained
                invocation.drain(ExitReason.SelfDeadline);
            }
            InvokeResponse response = invocation.run();
            LOG.info("invocation over", "reason", response.exitReason(), "requests", response.requestCount(), "ms",
                    response.invokeDurationMs(), "others", running() - 1);
            respond(event, response);
            return response;
        } finally {
            running.remove(serving);
            serving.answered().countDown();
        }
    }

    /// Lambda takes no answer to an invocation that has timed out: the loss of that invocation, and of no other.
    private void respond(RuntimeApi.Event event, InvokeResponse response) throws IOException {
        try {
            runtime.respond(event, response.toJson());
        } catch (RuntimeApi.Refused e) {
            LOG.warn("the answer to an invocation was refused", "reason", response.exitReason(), "why", e.getMessage());
        }
    }

    /// How many are served.
    int running() {
        return running.size();
    }

    boolean ending() {
        return ending;
    }

    /// Takes no further invocation, asks all routers to drain, and waits until each invocation has been answered.
    /// @return whether all were in time
    boolean end(ExitReason why, Duration patience) throws InterruptedException {
        ending = true;
        long deadline = System.nanoTime() + patience.toNanos();
        running.forEach(serving -> serving.invocation().drain(why));
        for (Serving serving : running) {
            if (!serving.answered().await(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS)) {
                return false;
            }
        }
        return true;
    }
}
