// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import java.time.Duration;

/// Looks after the instances as time passes: gives up those that are dead, sets aside those in doubt, replaces those that serve nobody.
/// Guarded by the pool's lock.
final class Health {
    /// An instance without any channel is given this long to open one.
    private static final long NO_SLOT_NANOS = Duration.ofSeconds(10).toNanos();
    /// Instances that answer nobody are replaced one at a time: if all are like that, others would be no better.
    private static final long REPLACED_EVERY_NANOS = Duration.ofSeconds(30).toNanos();

    private static final String EVERY_EXCHANGE_BREAKS = "every exchange breaks";

    private final PoolSettings.Liveness liveness;
    private final Fleet fleet;
    private final Growth growth;
    private final FailurePolicy failures;
    private final Outbox outbox;
    private final Versions versions = new Versions();
    private long replacedNanos;

    Health(PoolSettings.Liveness liveness, Fleet fleet, Growth growth, FailurePolicy failures, Outbox outbox, long now) {
        this.liveness = liveness;
        this.fleet = fleet;
        this.growth = growth;
        this.failures = failures;
        this.outbox = outbox;
        this.replacedNanos = now - REPLACED_EVERY_NANOS;
    }

    /// The instance has its first channel.
    void opened(Instance instance, long now) {
        versions.opened(instance, outbox, now);
    }

    /// @param load for how long before its end an instance must be replaced
    void age(Load load, long now) {
        fleet.excuse(growth.pauseNanos(now));
        versions.review(fleet, outbox, now);
        Census census = new Census(fleet.all());
        for (Instance instance : fleet.all()) {
            String ailment = ailment(instance, now);
            if (ailment != null) {
                fleet.giveUp(instance, now, outbox);
                outbox.warn("instanceGivenUp", instance, "why", ailment);
            } else if (fleet.broken(instance)) {
                fleet.drain(instance, now, outbox); // others may run well on it, and are not cut
                outbox.warn("instanceDrained", instance, "why", EVERY_EXCHANGE_BREAKS);
            } else if (tooLate(instance, now)) {
                instance.late = true;
                failures.failed(instance, InvokeFault.START_TIMED_OUT, null, now);
            } else if (fleet.stuck(instance) && now - replacedNanos > REPLACED_EVERY_NANOS) {
                replacedNanos = now;
                fleet.dismiss(instance, now, outbox);
                outbox.warn("instanceDismissed", instance, "why", "nothing is answered");
            }
            growth.age(instance, census, load, now);
        }
    }

    /// Why this instance must be given up now, or null. One whose ping is overdue is set aside.
    private String ailment(Instance instance, long now) {
        long silent = now - instance.heardNanos;
        long ping = liveness.pingInterval().toNanos();
        boolean connected = instance.state == Instance.State.OPEN || instance.state == Instance.State.DRAINING;
        if (connected && silent > 3 * ping) {
            return "no sign of life";
        }
        if (instance.state == Instance.State.OPEN
                && instance.channels() == 0
                && now - instance.lastSlotNanos > NO_SLOT_NANOS) {
            return "no channel left";
        }
        if (fleet.broken(instance) && instance.busy.size() == 0) {
            return EVERY_EXCHANGE_BREAKS;
        }
        if (instance.state == Instance.State.OPEN && silent > ping + ping / 2) {
            fleet.setAside(instance);
        }
        return null;
    }

    private boolean tooLate(Instance instance, long now) {
        return instance.state == Instance.State.STARTING
                && !instance.late
                && now - instance.invokedNanos > liveness.startTimeout().toNanos();
    }
}
