// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import java.util.List;

/// A pool at one moment with all of its instances, for operators; [PoolSnapshot] is the sum of it.
///
/// @param oldestWaitMillis how long the head of the queue has waited; 0 when nobody waits
public record PoolView(PoolSnapshot snapshot, long oldestWaitMillis, List<InstanceView> instances) {
    /// Under the pool's lock.
    static PoolView of(Pool pool, long now) {
        Ticket head = pool.queue.head();
        long oldest = head == null ? 0 : Math.max(0, (now - head.submittedNanos) / 1_000_000);
        return new PoolView(PoolSnapshot.of(pool, now), oldest, pool.fleet.all().stream().map(instance -> InstanceView.of(instance, now)).toList());
    }
}
