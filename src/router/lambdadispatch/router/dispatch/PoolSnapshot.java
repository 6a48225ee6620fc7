// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import java.util.Map;

/// A pool at one moment, for metrics and health. All counts are derived from the instances.
/// @param rotating open, but about to be replaced
/// @param lingering given up by the router, while the invoke goes on (and is paid for)
/// @param invokesUnderWay all instances that are paid for
/// @param blockedMillis how long the cost guard still holds back invokes
/// @param lastFault why, or null
/// @param versions instances that take requests, by the version of the function that they run
/// @param seen what instances tell of the time that requests take there
public record PoolSnapshot(
        String function,
        int starting,
        int open,
        int rotating,
        int draining,
        int lingering,
        int invokesUnderWay,
        int pending,
        int running,
        int freeSlots,
        int desired,
        double arrivalsPerSecond,
        double serviceSeconds,
        double coldStartSeconds,
        long blockedMillis,
        InvokeFault lastFault,
        Map<String, Integer> versions,
        Advice.Seen seen,
        Totals totals) {

    /// Under the pool's lock.
    static PoolSnapshot of(Pool pool, long now) {
        Census census = new Census(pool.parts.fleet.all());
        Load.Averages averages = pool.parts.load.averages();
        InvokeBudget budget = pool.parts.growth.budget();
        return new PoolSnapshot(
                pool.function(),
                census.starting(),
                census.open(),
                census.expiring().size(),
                census.draining(),
                census.lingering(),
                census.paidFor(),
                pool.parts.matching.waiting(),
                census.running(),
                census.freeSlots(),
                pool.parts.growth.desiredLately(now),
                averages.arrivalsPerSecond(),
                averages.serviceSeconds(),
                averages.coldStartSeconds(),
                budget.heldBackNanos(now) / 1_000_000,
                budget.lastFault(),
                census.versions(),
                pool.parts.advice.seen(),
                pool.parts.counts.totals(pool.parts.outliers.heldMillis));
    }

    /// Sums since the pool was made; they only grow.
    public record Totals(
            long submitted,
            long granted,
            long withdrawn,
            Map<Refusal.Kind, Long> refused,
            long invokes,
            long diedAfterService,
            long heldMillis,
            Map<InvokeFault, Long> faults) {}
}
