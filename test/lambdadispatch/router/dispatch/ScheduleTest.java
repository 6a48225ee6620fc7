// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import lambdadispatch.support.FakeClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Instances kept by the time of the week, in the nights in which clocks are changed, and when the router's own clock is set.
class ScheduleTest {
    /// Berlin's clocks went from 2 to 3 on 2026-03-29 and go back from 3 to 2 on 2026-10-25, both at 01:00 UTC.
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    @ParameterizedTest(name = "{0}, from {1} to {2}")
    @CsvSource({
        "Sun 01:30-02:30, 2026-03-29T00:30:00Z, 2026-03-29T01:00:00Z", // its end never comes
        "Sun 02:15-04:00, 2026-03-29T01:00:00Z, 2026-03-29T02:00:00Z", // its beginning never comes
        "Sat 22:00-02:30, 2026-03-28T21:00:00Z, 2026-03-29T01:00:00Z",
        "Sun 01:30-02:30, 2026-10-24T23:30:00Z, 2026-10-25T01:30:00Z", // its end comes twice
        "Sun 02:15-04:00, 2026-10-25T00:15:00Z, 2026-10-25T03:00:00Z", // its beginning comes twice
        "Sun 02:10-02:50, 2026-10-25T00:10:00Z, 2026-10-25T01:50:00Z",
        "Sat 22:00-02:30, 2026-10-24T20:00:00Z, 2026-10-25T01:30:00Z"})
    void whereClocksAreChangedASpanHoldsOnceAndWithoutAGap(String span, Instant from, Instant until) {
        Schedule schedule = new Schedule(List.of(span + " 5"), BERLIN);
        List<Instant> held = new ArrayList<>();
        for (Instant at = from.minus(Duration.ofHours(4)); at.isBefore(until.plus(Duration.ofHours(4))); at = at.plusSeconds(60)) {
            if (schedule.least(at) == 5) {
                held.add(at);
            }
        }
        assertThat(held.getFirst()).isEqualTo(from);
        assertThat(held.getLast()).isEqualTo(until.minusSeconds(60));
        assertThat(held).as("every minute of it").hasSize((int) Duration.between(from, until).toMinutes());
    }

    @Test
    void aSpanThatFallsIntoTheHourThatNeverComesHoldsAtNoTime() {
        Schedule schedule = new Schedule(List.of("Sun 02:10-02:50 5"), BERLIN);
        Instant night = Instant.parse("2026-03-29T00:00:00Z");
        for (int minute = 0; minute < 180; minute++) {
            assertThat(schedule.least(night.plusSeconds(60L * minute))).isZero();
        }
    }

    /// Deadlines, pauses and averages go by the monotonic clock: only the schedule looks at the wall's.
    @Test
    void aWallClockThatIsSetMovesTheScheduleAndNothingElse() {
        FakeClock clock = new FakeClock(Instant.parse("2026-11-23T12:00:00Z")); // a Monday
        List<Instance> invoked = new ArrayList<>();
        Actions world = invoked::add;
        Pools.Allotment allotment = new Pools.Allotment(new Schedule(List.of("Mon 11:00-13:00 3"), ZoneId.of("UTC")), 0);
        Pools pools = new Pools("f", new AllowedFunctions(""), PoolBed.settings(1, 1), allotment, clock, world, new Random(1));
        pools.tick();
        assertThat(invoked).hasSize(3);
        invoked.forEach(instance -> {
            pools.defaultPool().slotOpened(new PoolBed.Line(instance));
            pools.defaultPool().closesIn(instance, Duration.ofMinutes(14));
        });
        for (Duration by : List.of(Duration.ofHours(4), Duration.ofHours(-4), Duration.ofDays(365), Duration.ofDays(-365))) {
            clock.setWallClock(by);
            clock.advance(Duration.ofMillis(500));
            invoked.forEach(pools.defaultPool()::pinged);
            pools.tick();
            assertThat(pools.defaultPool().view().instances()).as("after " + by).hasSize(3)
                    .allMatch(each -> each.state().equals("open") && each.closesInMillis() > Duration.ofMinutes(13).toMillis());
        }
        assertThat(pools.defaultPool().view().bounds().min()).isEqualTo(3);
    }
}
