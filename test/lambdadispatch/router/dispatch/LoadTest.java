// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/// What the averages say of which load.
class LoadTest {
    private static final long TENTH = 100_000_000L;

    private long now = -5 * TENTH;
    private final Load load = new Load(now);

    private void tick(int running) {
        now += TENTH;
        load.update(running, now);
    }

    @Test
    void oneLongExchangeWeighsAsMuchAsOneShortOne() {
        for (int i = 0; i < 1000; i++) {
            for (int j = 0; j < (i % 50 == 0 ? 1 : 50); j++) {
                load.finished(i % 50 == 0 ? 100 * TENTH : TENTH / 10);
            }
            tick(1);
        }
        assertThat(load.averages().serviceSeconds()).isCloseTo((10 + 49 * 50 * 0.01) / (1 + 49 * 50), within(0.002));
    }

    @Test
    void theRateOfASecondRisesAtOnceWhereTheAverageFollowsLate() {
        for (int i = 0; i < 10; i++) {
            for (int j = 0; j < 30; j++) {
                load.arrived();
            }
            tick(0);
        }
        assertThat(load.averages().arrivalsLately()).isGreaterThan(180);
        assertThat(load.averages().arrivalsPerSecond()).isLessThan(60);
    }

    @Test
    void whatNeverEndsIsSeenInWhatRuns() {
        for (int i = 0; i < 300; i++) {
            tick(40);
        }
        assertThat(load.averages().running()).isCloseTo(40, within(0.5));
        assertThat(load.averages().serviceSeconds()).isZero();
    }
}
