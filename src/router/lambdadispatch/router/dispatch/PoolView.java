// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import java.util.List;

/// A pool at one moment with all of its instances, for operators; [PoolSnapshot] is the sum of it.
///
/// @param oldestWaitMillis how long the head of the queue has waited; 0 when nobody waits
/// @param invokesHeld an operator holds back invokes
/// @param bounds fewest and most instances as they are now
/// @param endings of the last invokes that are over, oldest first
public record PoolView(
        PoolSnapshot snapshot, long oldestWaitMillis, boolean invokesHeld, PoolSettings.InstanceCounts bounds, List<InstanceView> instances,
        List<Ending> endings) {
    /// Under the pool's lock.
    static PoolView of(Pool pool, long now) {
        return new PoolView(PoolSnapshot.of(pool, now), pool.parts.matching.oldestWaitNanos(now) / 1_000_000,
                pool.parts.steering.invokesHeld(), pool.parts.steering.bounds(),
                pool.parts.fleet.all().stream().map(instance -> InstanceView.of(instance, now)).toList(),
                pool.parts.failures.endings.last());
    }
}
