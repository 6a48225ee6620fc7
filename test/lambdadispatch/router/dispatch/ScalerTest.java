// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/// The steps in which a pool grows and shrinks, and the bounds it is held within.
class ScalerTest {
    private static final long SECOND = 1_000_000_000L;

    private long now = Long.MAX_VALUE - 20 * SECOND; // nanoTime may overflow
    private final PoolSettings.InstanceCounts bounds = new PoolSettings.InstanceCounts(2, 20);
    private final Scaler scaler = new Scaler(
            PoolSettings.DEFAULTS.with(new PoolSettings.Scaling(ScalingAlgorithm.SIMPLE, 1, bounds, Duration.ofSeconds(30))),
            new Steering(bounds), now);

    private static Demand demand(int running, int pending, int open) {
        return new Demand(running, pending, open, new Load.Averages(0, 0, 0.1, 0, 4));
    }

    @Test
    void theMinimumIsKeptAtIdleAndTheMaximumUnderAnyLoad() {
        assertThat(scaler.desired(demand(0, 0, 2), now)).isEqualTo(2);
        assertThat(scaler.desired(demand(60, 0, 2), now)).isEqualTo(8);
        assertThat(scaler.desired(demand(5000, 5000, 20), now)).isEqualTo(20);
    }

    @Test
    void averagesOfAnIdlePoolStartNothing() {
        assertThat(scaler.desired(new Demand(0, 0, 0, new Load.Averages(500, 500, 1, 500, 4)), now)).isEqualTo(2);
    }

    @Test
    void whileNoneIsOpenAllThatAreMissingStartAtOnce() {
        assertThat(scaler.stepOut(17, demand(0, 300, 0), 0, now)).isEqualTo(17);
    }

    @Test
    void otherwiseFiveASecondOrAThirdOfThem() {
        assertThat(scaler.stepOut(17, demand(10, 300, 2), 2, now)).isEqualTo(5);
        for (int i = 0; i < 5; i++) {
            scaler.started();
        }
        assertThat(scaler.stepOut(12, demand(10, 300, 2), 7, now)).as("in the same second").isZero();
        now += SECOND;
        assertThat(scaler.stepOut(12, demand(10, 300, 2), 7, now)).isEqualTo(5);
        now += SECOND;
        assertThat(scaler.stepOut(40, demand(10, 300, 2), 30, now)).isEqualTo(10);
    }

    @Test
    void shrinksOnlyToWhatWasWantedWithinTheDelayATenthEveryFiveSeconds() {
        scaler.desired(demand(160, 0, 20), now);
        now += 29 * SECOND;
        scaler.desired(demand(10, 0, 20), now);
        assertThat(scaler.desiredLately(now)).isEqualTo(20);
        now += 5 * SECOND;
        assertThat(scaler.desiredLately(now)).isEqualTo(2);
        assertThat(scaler.stepIn(20, demand(10, 0, 20), now)).isEqualTo(2);
        assertThat(scaler.stepIn(18, demand(10, 0, 18), now + SECOND)).isZero();
        assertThat(scaler.stepIn(5, demand(1, 0, 5), now + 5 * SECOND)).as("at least one").isEqualTo(1);
        assertThat(scaler.stepIn(2, demand(1, 0, 5), now + 10 * SECOND)).isZero();
    }

    @Test
    void moreThanEverythingOpenCanServeIsNotAveragedAwayButHeldForFifteenSeconds() {
        PoolSettings.InstanceCounts any = new PoolSettings.InstanceCounts(0, 20);
        Scaler latency = new Scaler(PoolSettings.DEFAULTS.with(
                new PoolSettings.Scaling(ScalingAlgorithm.LATENCY, 1, any, Duration.ofSeconds(30))), new Steering(any), now);
        Load.Averages calm = new Load.Averages(20, 90, 0.1, 2, 4); // one instance serves 100 a second
        assertThat(latency.desired(new Demand(2, 0, 1, calm), now)).isEqualTo(1);
        assertThat(latency.desired(new Demand(10, 9, 1, new Load.Averages(60, 300, 0.1, 4, 4)), now)).isEqualTo(4);
        now += 14 * SECOND;
        assertThat(latency.desired(new Demand(2, 0, 4, calm), now)).isEqualTo(4);
        now += 2 * SECOND;
        assertThat(latency.desired(new Demand(2, 0, 4, calm), now)).isEqualTo(1);
    }

    @Test
    void neverShrinksWhileAnybodyWaits() {
        now += 60 * SECOND;
        assertThat(scaler.stepIn(20, demand(100, 1, 20), now)).isZero();
    }
}
