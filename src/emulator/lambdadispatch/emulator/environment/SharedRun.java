// SPDX-License-Identifier: MIT
package lambdadispatch.emulator.environment;

import java.util.concurrent.CompletableFuture;
import lambdadispatch.base.log.Log;

/// One invocation on its way through an environment that runs others at the same time, as Lambda's managed instances do: nothing is frozen,
/// a time-out ends the invocation and not the environment, and an environment that breaks is not started again for those that were in it.
final class SharedRun {
    private static final Log LOG = Log.of("emulator");

    private final Environments fleet;
    private final FunctionSettings settings;
    private final Billing billing;
    private final EmulatedInvocation invocation;
    private final CompletableFuture<Finished> result;

    SharedRun(Environments fleet, Billing billing, EmulatedInvocation invocation, CompletableFuture<Finished> result) {
        this.fleet = fleet;
        this.settings = fleet.settings();
        this.billing = billing;
        this.invocation = invocation;
        this.result = result;
    }

    void drive(SharedPlace place) {
        billing.requested();
        try {
            if (place.isMine()) {
                start(place);
            }
            Outcome.Failure failure = place.awaitStart();
            long mark = place.environment().output().position();
            Outcome outcome =
                    failure == null ? place.environment().run(invocation, System.nanoTime() + settings.timeout().toNanos()) : failure;
            result.complete(new Finished(outcome,
                    "RequestId: " + invocation.requestId() + "\n" + Invoker.end(place.environment().output().since(mark))));
        } catch (InterruptedException | RuntimeException e) {
            LOG.error("invocation broken off", e, "request", invocation.requestId());
            result.completeExceptionally(e);
        } finally {
            fleet.leave(place, "failure");
        }
    }

    private void start(SharedPlace place) throws InterruptedException {
        Outcome.Failure failure = Outcome.Failure.of("Sandbox.Failure", invocation.requestId(), "the emulator could not start it");
        try {
            Thread.sleep(settings.coldStart());
            billing.coldStart();
            failure = place.environment().init(invocation.requestId(), settings.managedInitLimit());
            if (failure != null) {
                LOG.warn("init failed", "environment", place.environment().id(), "type", failure.errorType());
            }
        } finally {
            place.started(failure); // whoever came meanwhile waits for it
        }
    }
}
