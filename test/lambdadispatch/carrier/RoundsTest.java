// SPDX-License-Identifier: MIT
package lambdadispatch.carrier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A loop makes as many rounds as are asked of it, however they are divided among calls: short ones at first, long ones later.
class RoundsTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 15, 16, 17, 32, 33, 4095, 4096, 4097, 8193, 20_000})
    void endsWithTheRoundThatSaysSo(int rounds) throws IOException {
        AtomicInteger made = new AtomicInteger();
        Rounds.run(() -> made.incrementAndGet() < rounds);
        assertThat(made).hasValue(rounds);
    }

    @RepeatedTest(3)
    void fromShortCallsToLongOnesNoneIsLostOrMadeTwice() throws IOException {
        // More than the short calls make together, so each kind is used, whatever ran in this process before.
        int rounds = 16 * 1000 + 2 * 4096 + 5;
        AtomicInteger made = new AtomicInteger();
        Rounds.run(() -> made.incrementAndGet() < rounds);
        assertThat(made).hasValue(rounds);
    }

    @Test
    void aRoundThatFailsIsTheLast() {
        AtomicInteger made = new AtomicInteger();
        IOException why = new IOException("broke");
        assertThatThrownBy(() -> Rounds.run(() -> {
            if (made.incrementAndGet() == 40) {
                throw why;
            }
            return true;
        })).isSameAs(why);
        assertThat(made).hasValue(40);
    }

    @Test
    void loopsInsideOfLoopsDoNotMix() throws IOException {
        AtomicInteger outer = new AtomicInteger();
        AtomicInteger inner = new AtomicInteger();
        Rounds.run(() -> {
            int until = inner.get() + 20;
            Rounds.run(() -> inner.incrementAndGet() < until);
            return outer.incrementAndGet() < 20;
        });
        assertThat(outer).hasValue(20);
        assertThat(inner).hasValue(400);
    }
}
