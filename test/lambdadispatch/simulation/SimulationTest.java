// SPDX-License-Identifier: MIT
package lambdadispatch.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.random.RandomGenerator;
import lambdadispatch.router.dispatch.PoolSettings;
import lambdadispatch.router.dispatch.ScalingAlgorithm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// The dispatch core under a fake clock. `./build.sh simulate` does the same for millions of requests.
class SimulationTest {
    @Test
    void noRuleOfThePoolBreaksInAnyOfManyRandomScenarios() {
        long first = System.nanoTime() >>> 1;
        long requests = 0;
        for (long seed = first; seed < first + 60; seed++) {
            requests += World.run(RandomScenarios.of(seed, 2000), true).requests; // names the seed if it fails
        }
        assertThat(requests).isGreaterThan(50_000);
    }

    @Test
    void theSameSeedGivesTheSameRun() {
        Measured once = World.run(RandomScenarios.of(4711, 3000), true);
        Measured again = World.run(RandomScenarios.of(4711, 3000), true);
        assertThat(again.events).isEqualTo(once.events);
        assertThat(again.billedSeconds).isEqualTo(once.billedSeconds);
        assertThat(again.waitAt(0.99)).isEqualTo(once.waitAt(0.99));
    }

    /// SEED: with Q requests in the queue, room for C, t seconds each and a cold start of T seconds, somebody waits as long as a cold start
    /// only if `ceil(Q/C)*t >= T`.
    @ParameterizedTest(name = "Q={0} C={1} t={2} T={3}")
    @CsvSource({
        "100, 10, 1, 10, true", // the seed's own example
        "120, 10, 1, 10, true",
        "90, 10, 1, 10, false",
        "50, 10, 1, 10, false",
        "50, 10, 2.5, 10, true",
        "300, 20, 0.2, 4, false",
        "500, 20, 0.2, 4, true",
        "60, 5, 0.25, 4, false",
        "91, 10, 1, 10, true", // ten rounds, though 91 are not ten times ten
    })
    void aRequestWaitsAsLongAsAColdStartOnlyWhereTheRuleSaysSo(int queued, int room, double seconds, double coldStart,
            boolean somebodyWaits) {
        // One warm instance, held open; then, within a hundredth of a second, Q more requests than it has room for.
        double at = 60;
        int atOnce = queued + room;
        RandomGenerator random = RandomGenerator.getDefault();
        ArrivalTimes trace = new ArrivalTimes("rule", at + 60, t -> t > 20 && t < at ? 0.5 / seconds : 0, 0.5 / seconds);
        Scenario scenario = new Scenario(random.nextLong(), trace, Work.of(Spread.always(seconds)), Spread.always(coldStart), 600, 900,
                SimulatedFaults.NONE,
                PoolSettings.DEFAULTS.withChannels(room, room).with(new PoolSettings.Scaling(ScalingAlgorithm.LATENCY, 1,
                        new PoolSettings.InstanceCounts(1, 50), Duration.ofSeconds(30))));
        double longest = World.runWithCrowd(scenario, at, atOnce).longestWaitFrom(at);
        if (somebodyWaits) {
            assertThat(longest).isGreaterThanOrEqualTo(coldStart - 2 * seconds);
        } else {
            assertThat(longest).isLessThan(coldStart);
        }
    }

    @ParameterizedTest
    @EnumSource(ScalingAlgorithm.class)
    void alreadyWithOneInstanceOpenNobodyWaitsForAColdStartThatAFreedSlotSpares(ScalingAlgorithm algorithm) {
        ArrivalTimes lateRamp = new ArrivalTimes("late ramp", 300, t -> t < 60 ? 0.2 : 0.2 + (t - 60) / 2, 121);
        Scenario scenario = new Scenario(7, lateRamp, Work.of(Spread.logNormal(0.08, 0.5)), Spread.always(8), 60, 900, SimulatedFaults.NONE,
                PoolSettings.DEFAULTS
                        .with(new PoolSettings.Scaling(algorithm, 2, new PoolSettings.InstanceCounts(1, 50), Duration.ofSeconds(30))));
        Measured ours = World.run(scenario, true);
        assertThat(ours.longestWaitFrom(30)).as("seconds, where a cold start takes 8").isLessThan(1);
        assertThat(BuiltInDispatch.run(scenario).longestWaitFrom(30)).as("of Lambda's own dispatch").isGreaterThanOrEqualTo(8);
    }

    @ParameterizedTest
    @EnumSource(ScalingAlgorithm.class)
    void instancesThatReachTheirDeadlineAreReplacedBeforeAnybodyNotices(ScalingAlgorithm algorithm) {
        Scenario scenario = new Scenario(11, ArrivalTimes.steady(40, 900), Work.of(Spread.logNormal(0.05, 0.5)), Spread.always(3), 60, 60,
                SimulatedFaults.NONE, PoolSettings.DEFAULTS
                        .with(new PoolSettings.Scaling(algorithm, 2, new PoolSettings.InstanceCounts(0, 50), Duration.ofSeconds(30))));
        Measured measured = World.run(scenario, true);
        assertThat(measured.invokes).as("a minute each for fifteen minutes").isGreaterThan(14);
        assertThat(measured.broken + measured.refused).isZero();
        assertThat(measured.longestWaitFrom(30)).as("seconds, where a cold start takes 3").isLessThan(0.5);
    }

    @Test
    void anIdlePoolEndsAllItsInstancesAndInvokesNothing() {
        ArrivalTimes trace = new ArrivalTimes("then nothing", 3600, t -> t < 60 ? 50 : 0, 50);
        Scenario scenario =
                new Scenario(3, trace, Work.of(Spread.always(0.1)), Spread.always(3), 30, 900, SimulatedFaults.NONE, PoolSettings.DEFAULTS);
        Measured measured = World.run(scenario, true);
        assertThat(measured.environmentsBySecond.tailMap(200).values()).containsOnly(0);
    }
}
