// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// Whether a request that was there when two environments died is what killed them.
class DeathsTest {
    private static final long SECOND = 1_000_000_000L;

    private long now = 3 * SECOND;
    private final Deaths deaths = new Deaths(now);

    @Test
    void aRequestThatKillsIsNeverExcusedByItsOwnVictims() {
        for (int i = 0; i < 100; i++) {
            deaths.add(false, now);
            assertThat(deaths.happenAnyway(now)).as("when its second victim is dying").isFalse();
            deaths.add(true, now);
            now += SECOND;
        }
    }

    @Test
    void whereEnvironmentsDieAnywayBeingThereTwiceProvesNothing() {
        for (int i = 0; i < 40; i++) {
            deaths.add(i % 10 == 9, now);
            now += SECOND;
        }
        assertThat(deaths.happenAnyway(now)).isTrue();
        now += 600 * SECOND;
        assertThat(deaths.happenAnyway(now)).as("long ago").isFalse();
    }
}
