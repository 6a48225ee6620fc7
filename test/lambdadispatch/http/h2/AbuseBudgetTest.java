// SPDX-License-Identifier: MIT
package lambdadispatch.http.h2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import lambdadispatch.support.FakeClock;
import org.junit.jupiter.api.Test;

/// How much of each kind a peer may cause at once, and how fast it gets more.
class AbuseBudgetTest {
    private final FakeClock clock = new FakeClock(Instant.EPOCH);
    private final AbuseBudget budget = new AbuseBudget(clock::nanoTime);

    private interface Act {
        void happens() throws ConnectionError;
    }

    private static int most(Act act) {
        int count = 0;
        while (true) {
            try {
                act.happens();
            } catch (ConnectionError e) {
                assertThat(e.code()).isEqualTo(ErrorCode.ENHANCE_YOUR_CALM);
                return count;
            }
            count++;
        }
    }

    @Test
    void aStrangerMayResetTwoHundredStreamsAtOnceAndFiftyASecondFromThenOn() {
        assertThat(most(budget::reset)).isEqualTo(200);
        clock.advance(Duration.ofMillis(19));
        assertThat(most(budget::reset)).isZero();
        clock.advance(Duration.ofMillis(1));
        assertThat(most(budget::reset)).isEqualTo(1);
        clock.advance(Duration.ofSeconds(2));
        assertThat(most(budget::reset)).isEqualTo(100);
        clock.advance(Duration.ofHours(1));
        assertThat(most(budget::reset)).as("no more than at first").isEqualTo(200);
    }

    @Test
    void aStrangerMayCauseAThousandChoresAtOnceAndAHundredASecondFromThenOn() {
        assertThat(most(budget::chore)).isEqualTo(1000);
        clock.advance(Duration.ofSeconds(1));
        assertThat(most(budget::chore)).isEqualTo(100);
    }

    @Test
    void theKindsDoNotPayForEachOther() {
        most(budget::reset);
        assertThat(most(budget::chore)).isEqualTo(1000);
        assertThatThrownBy(budget::reset).isInstanceOf(ConnectionError.class).hasMessageEndingWith("too many stream resets");
        assertThatThrownBy(budget::chore).isInstanceOf(ConnectionError.class).hasMessageEndingWith("too many frames without use");
    }

    @Test
    void whoProvesWhoItIsGetsAHundredTimesAsMuchOnce() {
        assertThat(most(budget::reset)).isEqualTo(200);
        budget.trust();
        budget.trust();
        assertThat(most(budget::reset)).as("what was used up stays so").isEqualTo(200 * 99);
        assertThat(most(budget::chore)).isEqualTo(1000 * 100);
        clock.advance(Duration.ofSeconds(1));
        assertThat(most(budget::reset)).isEqualTo(5000);
        clock.advance(Duration.ofHours(1));
        assertThat(most(budget::reset)).isEqualTo(20_000);
    }

    @Test
    void theLargestShareIsThatOfTheKindThatCameNearest() throws ConnectionError {
        assertThat(budget.largestShare()).isZero();
        for (int i = 0; i < 20; i++) {
            budget.reset();
        }
        assertThat(budget.largestShare()).isEqualTo(10);
        for (int i = 0; i < 500; i++) {
            budget.chore();
        }
        assertThat(budget.largestShare()).isEqualTo(50);
        clock.advance(Duration.ofHours(1));
        budget.chore();
        assertThat(budget.largestShare()).as("it is kept").isEqualTo(50);
    }
}
