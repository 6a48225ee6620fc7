// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/// How long an app is kept after its answers.
class HoldTest {
    private static final long SECOND = 1_000_000_000L;

    private final Hold hold = new Hold(Duration.ofSeconds(60));

    @Test
    void anAnswerHoldsForAsLongAsItAsksWithinTheBound() {
        assertThat(hold.leftMillis(0)).isZero();
        hold.ask("5", 0);
        assertThat(hold.leftMillis(2 * SECOND)).isEqualTo(3000);
        hold.ask("3600", 0);
        assertThat(hold.leftMillis(0)).isEqualTo(60_000);
        assertThat(hold.leftMillis(61 * SECOND)).isZero();
    }

    @Test
    void aShorterWishEndsNoLongerOneAndOverlapsAreMeteredOnce() {
        hold.ask("10", 0);
        hold.ask("2", SECOND);
        assertThat(hold.leftMillis(SECOND)).isEqualTo(9000);
        hold.ask("10", 5 * SECOND);
        assertThat(hold.totalMillis()).isEqualTo(15_000);
        hold.ask("10", 100 * SECOND);
        assertThat(hold.totalMillis()).isEqualTo(25_000);
    }

    @Test
    void nonsenseAsksForNothing() {
        for (String wish : new String[] {null, "", "-1", "soon", "9".repeat(20)}) {
            hold.ask(wish, 0);
        }
        assertThat(hold.totalMillis()).isZero();
    }

    @Test
    void whereItIsSwitchedOffNobodyIsKept() {
        Hold none = new Hold(Duration.ZERO);
        none.ask("5", 0);
        assertThat(none.leftMillis(0)).isZero();
    }
}
