// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import java.time.Duration;
import lambdadispatch.invoke.InvokeResult;

/// What follows from an invoke that failed: how the cost guard takes it, and whether there is any point in letting requests wait. Guarded
/// by the pool's lock.
final class FailurePolicy {
    private final Fleet fleet;
    private final Growth growth;
    private final Matching matching;
    private final Counts counts;
    private final Outbox outbox;
    private final Deaths deaths;
    final Endings endings = new Endings();

    FailurePolicy(Fleet fleet, Growth growth, Matching matching, Counts counts, Outbox outbox, long now) {
        this.fleet = fleet;
        this.growth = growth;
        this.matching = matching;
        this.counts = counts;
        this.outbox = outbox;
        this.deaths = new Deaths(now);
    }

    /// Environments die with requests on them whichever these are: one that was there when two died is no killer for that.
    boolean environmentsDieAnyway(long now) {
        return deaths.happenAnyway(now);
    }

    /// Judges an invoke that is over.
    void ended(Instance instance, InvokeResult result, String exitReason, long now) {
        InvokeFault fault = InvokeFault.of(instance, result, exitReason, now);
        endings.add(instance, fault, exitReason);
        // An open instance runs, whatever something on the way says about its invoke: only the function's own answer ends it.
        boolean runsOn = instance.state == Instance.State.OPEN && !InvokeFault.ofTheFunction(result);
        if (!runsOn) {
            fleet.close(instance, now, outbox);
        }
        if (InvokeFault.died(result, exitReason) && (instance.brokeSuspect || instance.brokeOther)) {
            deaths.add(instance.brokeSuspect, now);
        }
        if (fault != null && fault.excusedByService() && instance.servedWell > 0) {
            diedAfterService(instance, fault, result, now);
        } else if (fault != null) {
            failed(instance, fault, result, now);
        } else if (instance.shortLived() && !instance.settled) {
            growth.budget().endedSoonAfterService(now);
        }
    }

    private void diedAfterService(Instance instance, InvokeFault fault, InvokeResult result, long now) {
        counts.diedAfterService++;
        growth.budget().diedAfterService(now);
        outbox.warn("instanceDied", instance, "fault", fault, "detail", InvokeFault.detail(result), "served", instance.servedWell);
        refuseInVain(now);
    }

    /// @param result null if the invoke goes on
    void failed(Instance instance, InvokeFault fault, InvokeResult result, long now) {
        counts.fault(fault);
        growth.failed(fault, result, now);
        outbox.warn("invokeFailed", instance, "fault", fault, "detail", InvokeFault.detail(result),
                "inRow", growth.budget().faultsInRow(), "pauseMillis", growth.budget().blockedNanos(now) / 1_000_000);
        refuseInVain(now);
    }

    /// Refuses those who wait, if they wait in vain.
    void refuseInVain(long now) {
        if (!matching.nobodyWaits() && nothingToWaitFor(now)) {
            matching.refuseAll(notInvocable(now), now);
        }
    }

    /// No instance serves, none can be expected to soon, and a request that waits would wait in vain.
    boolean nothingToWaitFor(long now) {
        return growth.hopeless(now) && !fleet.anybodyOpenOrComing();
    }

    Refusal notInvocable(long now) {
        InvokeBudget budget = growth.budget();
        String why = budget.lastFault() == null ? "the function's environments die soon after they start"
                : "the function can not be invoked: " + budget.lastFault();
        return new Refusal(Refusal.Kind.NOT_INVOCABLE, why, Duration.ofNanos(budget.heldBackNanos(now)));
    }
}
