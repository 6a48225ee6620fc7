// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// The arithmetic, with instances that run 10 at once and are filled to 5.
class ScalingAlgorithmTest {
    private static int desired(ScalingAlgorithm algorithm, Demand demand) {
        return algorithm.desired(demand, 10, 5);
    }

    /// A cold start takes 4 s.
    private static Demand demand(int running, int pending, int open, double perSecond, double seconds) {
        return new Demand(running, pending, open, new Load.Averages(perSecond, perSecond, seconds, 0, 4));
    }

    @ParameterizedTest(name = "{0} running, {1} waiting")
    @CsvSource({"0, 0, 0", "0, 1, 1", "1, 0, 1", "4, 0, 1", "5, 0, 2", "10, 0, 3", "0, 10, 1", "0, 100, 6", "10, 100, 9"})
    void simpleTakesOnePointTwoTimesRunningByTargetAndHalfOfWaitingByMaximum(int running, int pending, int instances) {
        assertThat(desired(ScalingAlgorithm.SIMPLE, demand(running, pending, 1, 0, 0))).isEqualTo(instances);
    }

    @ParameterizedTest(name = "{0}/s of {1} s")
    @CsvSource({"0, 0.08, 0", "100, 0.08, 2", "1000, 0.08, 20", "1000, 0.0001, 1"})
    void ewmaTakesOnePointTwoTimesRateTimesDuration(double perSecond, double seconds, int instances) {
        assertThat(desired(ScalingAlgorithm.EWMA, demand(0, 0, 1, perSecond, seconds))).isEqualTo(instances);
    }

    @Test
    void ewmaStartsForWhatRunsAndWaitsThoughNothingHasEnded() {
        assertThat(desired(ScalingAlgorithm.EWMA, demand(20, 40, 2, 1, 0))).isEqualTo(4);
    }

    @ParameterizedTest
    @EnumSource(value = ScalingAlgorithm.class, names = {"EWMA", "LATENCY"})
    void whatRunsOnAverageCountsAsWhatWasOffered(ScalingAlgorithm algorithm) {
        Demand streams = new Demand(2, 0, 1, new Load.Averages(1, 1, 0.05, 34, 4)); // 34 streams that never end, two of them just now
        assertThat(desired(algorithm, streams)).isGreaterThanOrEqualTo(4);
    }

    @Test
    void latencyRoundsOnceAndSoStartsOneForTheFirstRequest() {
        assertThat(desired(ScalingAlgorithm.LATENCY, demand(0, 1, 0, 0.2, 0.1))).isEqualTo(1);
    }

    /// One instance serves 10 / 0.1 = 100 a second; a cold start takes 4 s: whoever comes behind 400 would wait longer than that.
    @ParameterizedTest(name = "{0} waiting, {1} open")
    @CsvSource({"0, 1, 1", "1, 1, 1", "400, 1, 1", "401, 1, 3", "800, 2, 1", "1200, 2, 4"})
    void latencyStartsMoreForAQueueOnlyIfItsLastWouldWaitLongerThanAColdStart(int pending, int open, int instances) {
        assertThat(desired(ScalingAlgorithm.LATENCY, demand(10, pending, open, 20, 0.1))).isEqualTo(instances);
    }

    @Test
    void latencyKeepsRoomForWhatArrives() {
        assertThat(desired(ScalingAlgorithm.LATENCY, demand(10, 0, 1, 170, 0.1))).as("170/s at 85 % of 100/s each").isEqualTo(2);
    }

    @Test
    void latencyDoesAsSimpleBeforeAnythingIsMeasured() {
        Demand unknown = demand(10, 100, 1, 0, 0);
        assertThat(desired(ScalingAlgorithm.LATENCY, unknown)).isEqualTo(desired(ScalingAlgorithm.SIMPLE, unknown));
    }
}
