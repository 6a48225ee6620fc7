// SPDX-License-Identifier: MIT
package lambdadispatch.emulator.environment;

import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import lambdadispatch.base.log.Log;
import lambdadispatch.carrier.Threads;

/// Takes one invocation after another through an environment of its own: cold start and init where none is idle, run, freeze or end.
public final class Invoker {
    private static final Log LOG = Log.of("emulator");
    private static final int LOG_TAIL = 4096; // as much as Lambda returns
    private static final int LAST_WORDS = 1000;

    private final Environments fleet;
    private final FunctionSettings settings;
    private final Billing billing;

    public Invoker(Environments fleet, Billing billing) {
        this.fleet = fleet;
        this.settings = fleet.settings();
        this.billing = billing;
    }

    /// Runs it and waits for its outcome. Whoever waits may leave: the invocation goes on, as Lambda's do.
    public Finished invoke(EmulatedInvocation invocation) throws Throttled, InterruptedException {
        CompletableFuture<Finished> result = new CompletableFuture<>();
        Runnable run;
        if (settings.managed()) {
            SharedPlace place = fleet.join(invocation.version());
            run = () -> new SharedRun(fleet, billing, invocation, result).drive(place);
        } else {
            Environment idle = fleet.reserve(invocation.version());
            run = () -> new Run(invocation, result).drive(idle);
        }
        Threads.spread("invocation " + invocation.requestId()).start(run);
        try {
            return result.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("the emulator failed", e.getCause());
        }
    }

    /// As much of a log as Lambda returns.
    static String end(String log) {
        return log.substring(Math.max(0, log.length() - LOG_TAIL));
    }

    /// One invocation on its way.
    private final class Run {
        private final EmulatedInvocation invocation;
        private final CompletableFuture<Finished> result;
        private Environment environment;
        private long initNanos = -1;
        private long startNanos;
        private long mark;

        Run(EmulatedInvocation invocation, CompletableFuture<Finished> result) {
            this.invocation = invocation;
            this.result = result;
        }

        void drive(Environment idle) {
            Environment usable = null;
            try {
                environment = idle;
                usable = idle == null ? runCold() : runOn(System.nanoTime() + settings.timeout().toNanos());
            } catch (InterruptedException | RuntimeException e) {
                LOG.error("invocation broken off", e, "request", invocation.requestId());
                result.completeExceptionally(e);
            } finally {
                if (usable == null && environment != null) {
                    fleet.discard(environment);
                }
                billing.ended(invocation.requestId(), System.nanoTime());
                fleet.release(usable);
            }
        }

        /// Init, and where it fails init once more, then under the function's own time-out.
        private Environment runCold() throws InterruptedException {
            Thread.sleep(settings.coldStart());
            billing.coldStart();
            environment = fleet.create(invocation.version());
            long began = System.nanoTime();
            begin(began);
            Outcome.Failure failure = environment.init(invocation.requestId(), settings.initLimit());
            initNanos = System.nanoTime() - began;
            if (failure == null) {
                return runOn(System.nanoTime() + settings.timeout().toNanos());
            }
            LOG.warn("init failed", "environment", environment.id(), "millis", initNanos / 1_000_000, "type", failure.errorType(),
                    "printed", lastWords());
            fleet.discard(environment);
            environment = fleet.create(invocation.version());
            mark = 0;
            long deadline = System.nanoTime() + settings.timeout().toNanos();
            failure = environment.init(invocation.requestId(), settings.timeout());
            if (failure == null) {
                return runOn(deadline);
            }
            LOG.warn("second init failed", "environment", environment.id(), "type", failure.errorType(), "printed", lastWords());
            result.complete(new Finished(failure, report()));
            return null;
        }

        private void begin(long nanos) {
            startNanos = nanos;
            billing.started(invocation.requestId(), nanos);
        }

        /// Returns the environment if it can be used again.
        private Environment runOn(long deadline) throws InterruptedException {
            if (initNanos < 0) {
                begin(System.nanoTime());
            }
            mark = environment.output().position();
            Outcome outcome = environment.run(invocation, deadline);
            fleet.settling();
            try {
                result.complete(new Finished(outcome, report()));
                return settle(deadline);
            } finally {
                fleet.settled();
            }
        }

        private Environment settle(long deadline) throws InterruptedException {
            boolean usable = environment.settle(deadline) && !environment.broken();
            if (usable) {
                environment.freeze();
            }
            long millis = billing.ended(invocation.requestId(), System.nanoTime());
            LOG.debug("invocation ended", "environment", environment.id(), "billedMs", millis, "usable", usable);
            if (!usable) {
                String reason = environment.broken() ? "failure" : "timeout";
                LOG.warn("environment reset", "environment", environment.id(), "reason", reason, "printed", lastWords());
                fleet.retire(environment, reason);
                return null;
            }
            return environment;
        }

        /// What was printed since the start, with Lambda's own lines around it; the end of that if it is long.
        private String report() {
            long nanos = System.nanoTime() - startNanos;
            String id = "RequestId: " + invocation.requestId();
            String init = initNanos < 0 ? "" : String.format(Locale.ROOT, "\tInit Duration: %.2f ms", initNanos / 1e6);
            String log = String.format(Locale.ROOT, "START %s Version: %s\n%sEND %s\n"
                            + "REPORT %s\tDuration: %.2f ms\tBilled Duration: %d ms\tMemory Size: %d MB\tMax Memory Used: %d MB%s\n",
                    id, invocation.version(), tail(), id, id, (nanos - Math.max(0, initNanos)) / 1e6, Billing.roundedUp(nanos),
                    settings.memoryMegabytes(),
                    environment.residentBytes() >> 20, init);
            return end(log);
        }

        private String lastWords() {
            String printed = tail();
            return printed.substring(Math.max(0, printed.length() - LAST_WORDS));
        }

        /// What the processes have printed during this invocation.
        private String tail() {
            return environment.output().since(mark);
        }
    }
}
