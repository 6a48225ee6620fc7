// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

/// What an operator has changed of a pool since it was made: gone with the router. Guarded by the pool's lock.
final class Steering {
    private PoolSettings.InstanceCounts bounds;
    private boolean invokesHeld;

    Steering(PoolSettings.InstanceCounts configured) {
        bounds = configured;
    }

    /// `MinInstanceCount` and `MaxInstanceCount` as they are now.
    PoolSettings.InstanceCounts bounds() {
        return bounds;
    }

    void bounds(PoolSettings.InstanceCounts wanted) {
        bounds = wanted;
    }

    /// No environment is started while this holds; what runs goes on.
    boolean invokesHeld() {
        return invokesHeld;
    }

    void holdInvokes(boolean hold) {
        invokesHeld = hold;
    }
}
