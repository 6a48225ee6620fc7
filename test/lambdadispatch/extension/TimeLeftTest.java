// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import lambdadispatch.support.FakeClock;
import org.junit.jupiter.api.Test;

/// How long an invocation has, whatever happens to the wall clock.
class TimeLeftTest {
    private static final Instant START = Instant.parse("2026-10-25T00:30:00Z");

    private final FakeClock clock = new FakeClock(START);
    private final TimeLeft left = new TimeLeft(START.plusSeconds(900).toEpochMilli(), clock);

    @Test
    void timePasses() {
        clock.advance(Duration.ofSeconds(100));
        assertThat(left.millis()).isEqualTo(800_000);
        clock.advance(Duration.ofSeconds(801));
        assertThat(left.millis()).isEqualTo(-1_000);
    }

    @Test
    void aWallClockThatIsPutBackGivesNoMoreTime() {
        clock.advance(Duration.ofSeconds(100));
        clock.setWallClock(Duration.ofHours(-1));
        assertThat(left.millis()).isEqualTo(800_000);
    }

    @Test
    void aWallClockThatWasBehindAtTheStartIsBelievedWhenItIsRight() {
        clock.advance(Duration.ofSeconds(1));
        clock.setWallClock(Duration.ofSeconds(200));
        assertThat(left.millis()).isEqualTo(699_000);
    }

    @Test
    void itCountsFromWhereTheClocksAre() {
        clock.advance(Duration.ofSeconds(100));
        TimeLeft later = new TimeLeft(START.plusSeconds(900).toEpochMilli(), clock);
        assertThat(later.millis()).isEqualTo(800_000);
        clock.advance(Duration.ofSeconds(1));
        clock.setWallClock(Duration.ofSeconds(-500));
        assertThat(later.millis()).isEqualTo(799_000);
    }

    @Test
    void whateverIsLessCounts() {
        assertThat(left.millis()).isEqualTo(900_000);
        clock.setWallClock(Duration.ofSeconds(5));
        assertThat(left.millis()).as("by the wall clock").isEqualTo(895_000);
        clock.advance(Duration.ofNanos(1_999_999));
        assertThat(left.millis()).isEqualTo(894_999);
        clock.setWallClock(Duration.ofSeconds(-50));
        assertThat(left.millis()).as("by the other: full milliseconds").isEqualTo(899_999);
    }
}
