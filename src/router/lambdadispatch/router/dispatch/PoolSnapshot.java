// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import java.util.Map;

/// A pool at one moment, for metrics and health. All counts are derived from the instances.
/// @param rotating open, but about to be replaced
/// @param lingering given up by the router, while the invoke goes on (and is paid for)
/// @param invokesUnderWay all instances that are paid for
/// @param blockedMillis how long the cost guard still holds back invokes
/// @param lastFault why, or null
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
        Totals totals) {

    /// Sums since the pool was made; they only grow.
    public record Totals(
            long submitted,
            long granted,
            long withdrawn,
            Map<Refusal.Kind, Long> refused,
            long invokes,
            Map<InvokeFault, Long> faults) {}
}
