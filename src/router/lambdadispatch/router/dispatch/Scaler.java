// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import java.time.Duration;

/// How many instances to start or to dismiss now: the algorithm's answer, held within bounds and slowed down.
///
/// Out: at once while none is open, then at most `max(5, 33 %)` a second. In: only down to the most that was wanted at any time within
/// `scaleInDelay`, never while requests wait, a tenth (at least one) every [#STEP_IN_NANOS]. What is more than there may be goes at once.
final class Scaler {
    private static final long STEP_OUT_NANOS = Duration.ofSeconds(1).toNanos();
    private static final long STEP_IN_NANOS = Duration.ofSeconds(5).toNanos();
    private static final long PANIC_NANOS = Duration.ofSeconds(15).toNanos();

    private final PoolSettings settings;
    private final Steering steering;
    private final RecentMaximum wantedLately;
    private long stepOutNanos;
    private int startedInStep;
    private long stepInNanos;
    private long panicUntilNanos;
    private double panicRate;

    Scaler(PoolSettings settings, Steering steering, long now) {
        this.settings = settings;
        this.steering = steering;
        this.wantedLately = new RecentMaximum(settings.scaling().scaleInDelay(), now);
        this.stepOutNanos = now;
        this.stepInNanos = now;
        this.panicUntilNanos = now;
    }

    /// How many instances the pool should have.
    int desired(Demand demand, long now) {
        PoolSettings.Scaling scaling = settings.scaling();
        int perInstance = Math.ceilDiv(settings.maxConcurrentCount(), scaling.instanceCountMultiplier());
        // Averages linger; with nothing to do they must not start anything, or idle instances would be invoked again and again.
        boolean idle = demand.running() + demand.pending() == 0;
        int wanted =
                idle ? 0 : Math.max(1, scaling.algorithm().desired(panicking(demand, now), settings.maxConcurrentCount(), perInstance));
        int desired = Math.clamp(wanted, steering.bounds().min(), steering.bounds().max());
        wantedLately.add(desired, now);
        return desired;
    }

    /// More came within a second than all that is open can serve: for a while the highest such rate stands in for the average, which would
    /// follow it late.
    private Demand panicking(Demand demand, long now) {
        Load.Averages averages = demand.averages();
        double capacity = averages.serviceSeconds() == 0 ? Double.POSITIVE_INFINITY
                : demand.open() * settings.maxConcurrentCount() / averages.serviceSeconds();
        if (demand.open() > 0 && averages.arrivalsLately() > capacity) {
            panicUntilNanos = now + PANIC_NANOS;
            panicRate = Math.max(panicRate, averages.arrivalsLately());
        } else if (panicUntilNanos - now <= 0) {
            panicRate = 0;
        }
        return demand.with(averages.withArrivals(Math.max(panicRate, averages.arrivalsPerSecond())));
    }

    /// The most that was desired within the scale-in delay.
    int desiredLately(long now) {
        return wantedLately.maximum(now);
    }

    /// How many of the missing instances may be started in this step.
    int stepOut(int missing, Demand demand, int countedOn, long now) {
        if (demand.open() == 0) {
            return missing;
        }
        if (now - stepOutNanos >= STEP_OUT_NANOS) {
            stepOutNanos = now;
            startedInStep = 0;
        }
        int step = Math.max(5, Math.ceilDiv(countedOn, 3));
        return Math.max(0, Math.min(missing, step - startedInStep));
    }

    void started() {
        startedInStep++;
    }

    /// How many of the surplus instances may be dismissed in this step.
    int stepIn(int countedOn, Demand demand, long now) {
        int max = steering.bounds().max();
        int surplus = countedOn - Math.min(max, desiredLately(now));
        int tooMany = countedOn - max;
        if (tooMany > 0) { // others need them more than those who wait here, and wait for them
            stepInNanos = now;
            return tooMany;
        }
        if (surplus <= 0 || demand.pending() > 0 || now - stepInNanos < STEP_IN_NANOS) {
            return 0;
        }
        stepInNanos = now;
        return Math.min(surplus, Math.max(1, demand.open() / 10));
    }
}
