// SPDX-License-Identifier: MIT
package lambdadispatch.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A service whose environments die goes on serving, and that has its price and its bound.
class DyingTest {
    @ParameterizedTest
    @ValueSource(doubles = {1, 50})
    void environmentsThatDieAfterAFewSecondsOfServiceAreReplacedAndTheServiceGoesOn(double perSecond) {
        Measured measured = Dying.environments(perSecond, Spread.between(1.5, 5), 1, true);
        assertThat(measured.answered()).isGreaterThan(0.995);
        assertThat(measured.refused).isZero();
        assertThat((double) measured.invokes).isLessThan(bound(measured));
    }

    @Test
    void environmentsThatDieAtOnceCostWhatTheyServeAndLittleMore() {
        Measured measured = Dying.environments(50, Spread.always(0.05), 1, true);
        assertThat((double) measured.invokes).isLessThan(Math.min(300, bound(measured)));
    }

    /// Ten credits, one more every 5 s for as long as somebody comes or waits, one for every 20 requests served, and what may be open at
    /// once.
    private static double bound(Measured measured) {
        return 10 + 0.2 * (600 + measured.longestWaitFrom(0)) + measured.served / 20.0 + 50;
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.1, 0.5})
    void aRequestThatKillsItsEnvironmentHarmsFewOthers(double poison) {
        Measured measured = Dying.poison(poison, 1, true);
        assertThat(measured.answered()).isGreaterThan(0.99);
        assertThat(measured.brokenOthers).as("others that were there when two environments died").isLessThan(500);
    }
}
