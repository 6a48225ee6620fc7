// SPDX-License-Identifier: MIT
package lambdadispatch.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/// A client at 100 octets a second, which may be ten seconds behind.
class PaceTest {
    private static final long SECOND = 1_000_000_000;

    private final Pace pace = new Pace(new LeastRate(100, Duration.ofSeconds(10)));
    private long now = 5;

    private long passes(double seconds) {
        now += (long) (seconds * SECOND);
        return now;
    }

    private long waitFor(double seconds, long octets) {
        pace.begin(now);
        pace.end(passes(seconds), octets);
        return pace.begin(now);
    }

    @Test
    void nothingMayComeForTheWholeWindow() {
        assertThat(pace.begin(now)).isEqualTo(10 * SECOND);
        assertThat(pace.goOn(passes(9.9), 0)).isPositive();
        assertThat(pace.goOn(passes(0.1), 0)).isNotPositive();
    }

    @Test
    void anOctetNowAndThenDoesNotHelp() {
        for (int i = 0; i < 9; i++) {
            waitFor(1, 1);
        }
        assertThat(pace.begin(now)).isBetween(SECOND, 2 * SECOND);
        assertThat(pace.goOn(passes(2), 1)).isNotPositive();
    }

    @Test
    void whoSendsAtTheRateIsNeverTooSlow() {
        for (int i = 0; i < 1000; i++) {
            assertThat(waitFor(5, 500)).isEqualTo(10 * SECOND);
        }
    }

    @Test
    void whoCatchesUpIsInTimeAgain() {
        waitFor(9, 0);
        assertThat(waitFor(1, 1000)).isEqualTo(10 * SECOND);
    }

    @Test
    void nothingIsSavedUp() {
        waitFor(0.001, 1_000_000);
        assertThat(pace.begin(now)).isEqualTo(10 * SECOND);
    }

    @Test
    void timeCountsOnlyWhileSomebodyWaits() {
        waitFor(4, 0);
        pace.end(now, 0);
        assertThat(pace.behindNanos(passes(100))).isZero();
        assertThat(pace.begin(now)).isEqualTo(6 * SECOND);
        assertThat(pace.behindNanos(passes(1))).isEqualTo(5 * SECOND);
    }

    @Test
    void octetsThatWereCountedOnTheWayAreNotForgotten() {
        pace.begin(now);
        assertThat(pace.goOn(passes(8), 400)).isEqualTo(6 * SECOND);
        pace.end(passes(2), 100);
        assertThat(pace.begin(now)).isEqualTo(5 * SECOND);
    }

    @Test
    void anotherExchangeBeginsAnew() {
        waitFor(9, 0);
        pace.restart();
        assertThat(pace.begin(now)).isEqualTo(10 * SECOND);
    }
}
