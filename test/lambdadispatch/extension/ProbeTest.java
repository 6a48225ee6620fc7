// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.Test;

/// What pings say of the health path of an app that serves.
class ProbeTest {
    private static final long MILLI = 1_000_000;

    private final Deque<Runnable> begun = new ArrayDeque<>();
    private long now = -5;
    private boolean well = true;
    private long takesMillis = 3;
    private final Probe probe = new Probe(this::look, begun::add, () -> now);

    private boolean look(Duration limit) {
        assertThat(limit).isEqualTo(Duration.ofSeconds(5));
        now += takesMillis * MILLI;
        return well;
    }

    private void pass(int seconds) {
        now += seconds * 1000 * MILLI;
    }

    @Test
    void eachPingSaysWhatTheLookBeforeHasShown() {
        assertThat(probe.millis()).as("nothing is known yet").isZero();
        begun.remove().run();
        pass(5);
        takesMillis = 40;
        assertThat(probe.millis()).isEqualTo(3);
        begun.remove().run();
        pass(5);
        assertThat(probe.millis()).isEqualTo(40);
    }

    @Test
    void aLookThatGoesOnCountsAsLongAsItHasTakenAndIsTheOnlyOne() {
        probe.millis();
        pass(2);
        assertThat(probe.millis()).isEqualTo(2_000);
        pass(60);
        assertThat(probe.millis()).as("no more than it may take").isEqualTo(5_000);
        assertThat(begun).hasSize(1);
    }

    @Test
    void anAppThatIsNotWellIsAsSlowAsCanBe() {
        probe.millis();
        well = false;
        begun.remove().run();
        assertThat(probe.millis()).isEqualTo(5_000);
        well = true;
        pass(5);
        probe.millis();
        begun.remove().run();
        assertThat(probe.millis()).as("it is again").isEqualTo(3);
    }

    @Test
    void anAppThatAnswersSlowlyIsAskedForATenthOfTheTime() {
        takesMillis = 2_000;
        probe.millis();
        begun.remove().run();
        pass(17);
        assertThat(probe.millis()).isEqualTo(2_000);
        assertThat(begun).isEmpty();
        pass(1);
        probe.millis();
        assertThat(begun).hasSize(1);
    }

    @Test
    void aLookThatFailsByItselfIsOver() {
        Probe odd = new Probe(limit -> {
            throw new IllegalStateException("odd");
        }, begun::add, () -> now);
        odd.millis();
        assertThatThrownBy(begun.remove()::run).hasMessage("odd");
        assertThat(odd.millis()).isEqualTo(5_000);
        assertThat(begun).hasSize(1);
    }

    @Test
    void thePauseIsNineTimesWhatTheAnswerTookToTheNanosecond() {
        takesMillis = 2;
        probe.millis();
        begun.remove().run();
        now += 18 * MILLI - 1;
        probe.millis();
        assertThat(begun).isEmpty();
        now++;
        probe.millis();
        assertThat(begun).hasSize(1);
    }

    @Test
    void aLookThatIsQuickerThanTheLastDoesNotCountAsQuickBeforeItHasEnded() {
        takesMillis = 700;
        probe.millis();
        begun.remove().run();
        pass(10);
        probe.millis();
        now += 30 * MILLI;
        assertThat(probe.millis()).isEqualTo(700);
        now += 1_000 * MILLI;
        assertThat(probe.millis()).as("it takes longer than that by now").isEqualTo(1_030);
    }

    @Test
    void anAnswerThatTookLongerThanTheLimitCountsAsTheLimit() {
        takesMillis = 5_001;
        probe.millis();
        begun.remove().run();
        assertThat(probe.millis()).isEqualTo(5_000);
    }
}
