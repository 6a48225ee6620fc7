// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import java.util.function.Function;

/// Carries out what [Growth] plans: every start of an instance, and every dismissal because there are too many. Guarded by the pool's lock.
final class Autoscaler {
    private final PoolParts parts;
    private final Function<Instance.Purpose, Instance> made;
    private int toWarmUp;

    /// @param made a fresh instance of the pool, for that purpose
    Autoscaler(PoolParts parts, Function<Instance.Purpose, Instance> made) {
        this.parts = parts;
        this.made = made;
    }

    /// For as many requests as wait.
    void scale(long now) {
        scale(parts.matching.waiting(), now);
    }

    /// @param pending requests that an instance is wanted for, beside those that run
    void scale(int pending, long now) {
        Census census = new Census(parts.fleet.all());
        parts.matching.overloaded(parts.growth.canNotGrow(census), now);
        Growth.Plan plan = parts.growth.plan(census, pending, parts.load, parts.steering.draining(), now);
        for (int i = 0; i < plan.start(); i++) {
            start(parts.growth.purpose(census, i));
        }
        for (Instance instance : plan.dismiss()) {
            parts.fleet.dismiss(instance, now, parts.outbox);
        }
    }

    /// So many environments are to start their app and return.
    void warmUp(int environments) {
        toWarmUp += environments;
    }

    /// Starts those that only warm up, as many as may be started now.
    void startWarmingUp(long now) {
        while (toWarmUp > 0 && !parts.steering.draining() && parts.growth.mayWarmUp(new Census(parts.fleet.all()), now)) {
            toWarmUp--;
            start(Instance.Purpose.INIT_ONLY);
        }
    }

    private void start(Instance.Purpose purpose) {
        Instance instance = made.apply(purpose);
        parts.fleet.add(instance);
        parts.growth.started();
        parts.counts.invokes++;
        parts.outbox.invoke(instance);
    }
}
