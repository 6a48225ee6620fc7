// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import lambdadispatch.router.dispatch.PoolBed.Line;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// How many instances a pool may have by the time of the week, and beside other pools.
class AllotmentTest {
    private final Schedule schedule =
            new Schedule(List.of("Mon-Fri 08:00-18:30 5", "Fri 18:00-02:00 9", "Sat-Sun 10:00-24:00 2"), ZoneId.of("Europe/Berlin"));

    @ParameterizedTest
    @CsvSource({ // 2026-11-23 is a Monday; Berlin is an hour ahead
        "2026-11-23T06:59:59Z, 0", "2026-11-23T07:00:00Z, 5", "2026-11-23T17:29:00Z, 5", "2026-11-23T17:30:00Z, 0",
            "2026-11-27T17:10:00Z, 9", "2026-11-28T00:59:00Z, 9", "2026-11-28T01:00:00Z, 0", "2026-11-29T22:59:00Z, 2",
            "2026-11-29T23:00:00Z, 0"})
    void theLargestOfThoseThatHoldCountsInItsTimeZone(Instant at, int least) {
        assertThat(schedule.least(at)).isEqualTo(least);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Mon 8:00-9:00 1", "Mon 08:00-09:00", "Xyz 08:00-09:00 1", "Mon 25:00-26:00 1", "08:00-09:00 1"})
    void anotherFormIsRefused(String entry) {
        assertThatThrownBy(() -> new Schedule(List.of(entry), ZoneId.of("UTC"))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aPoolKeepsWhatTheScheduleAsksForUnlessAnOperatorSaysOtherwise() {
        PoolBed bed = new PoolBed(PoolBed.instances(PoolBed.settings(1, 1), 0, 8));
        bed.pool.allot(3, Integer.MAX_VALUE);
        bed.pass(0.2);
        assertThat(bed.invoked).hasSize(3).allMatch(each -> each.purpose() == Instance.Purpose.STAY);
        bed.pool.bounds(new PoolSettings.InstanceCounts(1, 8));
        assertThat(bed.pool.view().bounds().min()).isEqualTo(1);
    }

    @Test
    void eachPoolMayHaveItsPartAndWhatTheOthersDoNotNeed() {
        assertThat(Shares.divide(20, List.of(new Shares.Claim(0, 50)))).as("alone, a tenth kept back").containsExactly(18);
        assertThat(Shares.divide(20, List.of(new Shares.Claim(18, 50), new Shares.Claim(0, 1))))
                .as("two are left, and the first gives one back").containsExactly(17, 2);
        assertThat(Shares.divide(20, List.of(new Shares.Claim(18, 50), new Shares.Claim(2, 50))))
                .as("both want all, and nothing is left yet").containsExactly(10, 2);
        assertThat(Shares.divide(20, List.of(new Shares.Claim(10, 50), new Shares.Claim(2, 50)))).as("now it is").containsExactly(10, 10);
        List<Shares.Claim> many = new ArrayList<>(List.of(new Shares.Claim(18, 50)));
        for (int i = 0; i < 20; i++) {
            many.add(new Shares.Claim(0, 1));
        }
        assertThat(Shares.divide(20, many)).as("more pools than instances").containsOnly(1);
    }

    @Test
    void poolsThatWantNothingNowReserveNothing() {
        List<Shares.Claim> claims = new ArrayList<>(List.of(new Shares.Claim(1, 1)));
        for (int i = 0; i < 20; i++) {
            claims.add(new Shares.Claim(i < 8 ? 1 : 0, 0));
        }
        assertThat(Shares.divide(20, claims).getFirst()).as("what eight others do not have, but two").isEqualTo(10);
    }

    @Test
    void togetherPoolsStartNoMoreThanWhatNobodyHas() {
        Random random = new Random(1);
        for (int round = 0; round < 2000; round++) {
            int total = 1 + random.nextInt(60);
            List<Shares.Claim> claims = new ArrayList<>();
            for (int left = total; claims.size() < 1 + random.nextInt(10); ) {
                int used = random.nextInt(left + 1);
                left -= used;
                claims.add(new Shares.Claim(used, random.nextInt(40)));
            }
            List<Integer> most = Shares.divide(total, claims);
            int sum = 0;
            for (int i = 0; i < claims.size(); i++) {
                boolean firstOne = claims.get(i).used() == 0 && most.get(i) == 1;
                sum += firstOne ? 0 : Math.max(claims.get(i).used(), most.get(i));
            }
            assertThat(sum).as("of %d for %s: %s", total, claims, most).isLessThanOrEqualTo(total);
            assertThat(most).allMatch(each -> each >= 1);
        }
    }

    @Test
    void aPoolAboveItsShareGivesInstancesBackThoughRequestsWait() {
        PoolBed bed = new PoolBed(PoolBed.instances(PoolBed.settings(1, 1), 0, 8));
        for (int i = 0; i < 200; i++) {
            bed.ask();
        }
        List<Line> lines = new ArrayList<>();
        while (lines.size() < 8) {
            bed.pass(0.1);
            bed.invoked.stream().filter(each -> each.state() == Instance.State.STARTING).toList()
                    .forEach(each -> lines.addAll(bed.connect(each, 1)));
        }
        bed.pool.allot(0, 5);
        bed.passPinging(1, bed.invoked.toArray(Instance[]::new));
        assertThat(bed.invoked.stream().filter(each -> each.state() == Instance.State.OPEN)).hasSize(5);
        assertThat(lines).as("nothing that runs is cut").allMatch(line -> line.reset == 0);
    }
}
