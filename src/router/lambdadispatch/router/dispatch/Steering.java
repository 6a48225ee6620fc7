// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

/// What has changed of a pool's settings since it was made: by the time of the week, by what other pools need, and by an operator, whose
/// word counts most and is gone with the router; and whether the router is about to stop. Guarded by the pool's lock.
final class Steering {
    private PoolSettings.InstanceCounts bounds;
    private boolean byOperator;
    private int scheduled;
    private int share = Integer.MAX_VALUE;
    private boolean invokesHeld;
    private boolean draining;

    Steering(PoolSettings.InstanceCounts configured) {
        bounds = configured;
    }

    /// `MinInstanceCount` and `MaxInstanceCount` as they are now.
    PoolSettings.InstanceCounts bounds() {
        int max = Math.min(bounds.max(), share);
        int min = byOperator ? bounds.min() : Math.max(bounds.min(), scheduled);
        return new PoolSettings.InstanceCounts(Math.min(min, max), max);
    }

    void bounds(PoolSettings.InstanceCounts wanted) {
        bounds = wanted;
        byOperator = true;
    }

    /// @param least by the schedule
    /// @param most of what all pools may have together
    void allot(int least, int most) {
        scheduled = least;
        share = most;
    }

    /// No environment is started while this holds; what runs goes on.
    boolean invokesHeld() {
        return invokesHeld;
    }

    void holdInvokes(boolean hold) {
        invokesHeld = hold;
    }

    /// New requests are refused from now on, and the instances go when the last one has ended.
    void drain() {
        draining = true;
    }

    boolean draining() {
        return draining;
    }
}
