// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// How long an app is kept for work after its answers.
class HoldTest {
    private static final long SECOND = 1_000_000_000L;
    private static final Duration PATIENCE = Duration.ofSeconds(50);

    private final Hold hold = new Hold(Duration.ofSeconds(60));
    private long lastRequest = Long.MAX_VALUE; // one runs

    private final LongUnaryOperator invocation = now -> Math.min(now, lastRequest);

    @BeforeEach
    void invocationBegins() {
        hold.begin(invocation, 0);
    }

    private long keep(String name, int seconds, long now) {
        return hold.keep(name, Duration.ofSeconds(seconds), now);
    }

    @Test
    void anAnswerHoldsForAsLongAsItAsksWithinTheBound() {
        assertThat(hold.leftMillis(0)).isZero();
        hold.ask("5", 0);
        assertThat(hold.leftMillis(2 * SECOND)).isEqualTo(3000);
        hold.ask("3600", 2 * SECOND);
        assertThat(hold.leftMillis(2 * SECOND)).isEqualTo(60_000);
        assertThat(hold.leftMillis(63 * SECOND)).isZero();
    }

    @Test
    void aShorterWishOfAnAnswerEndsNoLongerOne() {
        for (long start : new long[] {0, 1_000 * SECOND}) {
            hold.ask("10", start);
            hold.ask("2", start + SECOND);
            assertThat(hold.leftMillis(start + SECOND)).isEqualTo(9000);
        }
    }

    @Test
    void someWorkIsKeptForUntilItIsDoneAndOtherWorkOnItsOwn() {
        assertThat(keep("mail", 20, 0)).isEqualTo(20_000);
        assertThat(keep("cache", 5, 0)).isEqualTo(5_000);
        assertThat(hold.leftMillis(SECOND)).isEqualTo(19_000);
        assertThat(keep("mail", 2, SECOND)).as("its new wish counts").isEqualTo(2_000);
        assertThat(hold.leftMillis(SECOND)).as("the other's").isEqualTo(4_000);
        hold.release("cache", 2 * SECOND);
        hold.release("unknown", 2 * SECOND);
        assertThat(hold.leftMillis(2 * SECOND)).isEqualTo(1_000);
        hold.release("mail", 2 * SECOND);
        assertThat(hold.leftMillis(2 * SECOND)).isZero();
    }

    @Test
    void noAppKeepsAnEnvironmentByItself() {
        lastRequest = 10 * SECOND;
        assertThat(keep("loop", 50, 20 * SECOND)).isEqualTo(50_000);
        assertThat(keep("loop", 50, 60 * SECOND)).as("60 s after the last request").isEqualTo(10_000);
        assertThat(keep("loop", 50, 70 * SECOND)).isZero();
        lastRequest = 80 * SECOND;
        assertThat(keep("loop", 50, 81 * SECOND)).as("another request came").isEqualTo(50_000);
    }

    @Test
    void whatSeveralWantCountsOnceAndOnlyWhileItLasts() {
        hold.ask("10", 0);
        keep("mail", 20, 5 * SECOND);
        assertThat(hold.totalMillis(8 * SECOND)).isEqualTo(8_000);
        hold.release("mail", 12 * SECOND);
        assertThat(hold.totalMillis(50 * SECOND)).isEqualTo(12_000);
        keep("mail", 1, 60 * SECOND);
        assertThat(hold.totalMillis(90 * SECOND)).isEqualTo(13_000);
    }

    @Test
    void theEndOfTheInvocationIsTheEndOfIt() {
        keep("mail", 20, 0);
        hold.end(invocation, 5 * SECOND);
        assertThat(hold.leftMillis(5 * SECOND)).isZero();
        assertThat(keep("mail", 20, 6 * SECOND)).as("a frozen environment does nothing").isZero();
        hold.ask("20", 6 * SECOND);
        assertThat(hold.leftMillis(6 * SECOND)).isZero();
        hold.begin(now -> now, 1000 * SECOND);
        assertThat(hold.totalMillis(1000 * SECOND)).isEqualTo(5_000);
        assertThat(keep("mail", 20, 1000 * SECOND)).isEqualTo(20_000);
    }

    /// As environments of managed instances have.
    @Test
    void ofSeveralInvocationsTheLastOneToEndIsTheEndOfIt() {
        LongUnaryOperator other = now -> 3 * SECOND;
        hold.begin(other, 2 * SECOND);
        keep("mail", 20, 4 * SECOND);
        hold.end(invocation, 5 * SECOND);
        assertThat(hold.leftMillis(5 * SECOND)).isEqualTo(19_000);
        assertThat(keep("late", 100, 5 * SECOND)).as("a minute after the other's last request").isEqualTo(58_000);
        hold.release("late", 6 * SECOND);
        hold.end(other, 8 * SECOND);
        assertThat(hold.leftMillis(8 * SECOND)).isZero();
        assertThat(hold.totalMillis(8 * SECOND)).as("metered once").isEqualTo(4_000);
    }

    @Test
    void namesAreBounded() {
        for (int i = 0; i < 100; i++) {
            assertThat(keep("work-" + i, 20, 0)).isEqualTo(20_000);
        }
        assertThat(keep("one-more", 20, 0)).isZero();
        assertThat(keep("work-7", 10, 0)).isEqualTo(10_000);
        hold.ask("5", 0);
        assertThat(keep("one-more", 20, 21 * SECOND)).as("the others are over").isEqualTo(20_000);
    }

    @Test
    void nonsenseAsksForNothing() {
        for (String wish : new String[] {null, "", "-1", "soon", "9".repeat(20)}) {
            hold.ask(wish, 0);
        }
        assertThat(hold.leftMillis(0)).isZero();
    }

    @Test
    void whereItIsSwitchedOffNobodyIsKept() {
        Hold none = new Hold(Duration.ZERO);
        none.begin(now -> now, 0);
        none.ask("5", 0);
        assertThat(none.keep("mail", Duration.ofSeconds(5), 0)).isZero();
        assertThat(none.leftMillis(0)).isZero();
    }

    private CompletableFuture<Boolean> waits(long millis) {
        CompletableFuture<Boolean> woken = new CompletableFuture<>();
        Thread waiting = Thread.ofPlatform().daemon().start(() -> {
            try {
                hold.awaitChange(millis);
                woken.complete(true);
            } catch (InterruptedException e) {
                woken.completeExceptionally(e);
            }
        });
        while (millis > 1 && waiting.getState() != Thread.State.TIMED_WAITING) {
            assertThat(woken).isNotDone();
            Thread.onSpinWait();
        }
        return woken;
    }

    @Test
    void whoWaitsIsWokenWhenWorkIsDoneOrTheInvocationIsOver() {
        CompletableFuture<Boolean> untilReleased = waits(600_000);
        hold.release("mail", SECOND);
        assertThat(untilReleased).succeedsWithin(PATIENCE);
        CompletableFuture<Boolean> untilEnd = waits(600_000);
        hold.end(invocation, SECOND);
        assertThat(untilEnd).succeedsWithin(PATIENCE);
    }

    @Test
    void waitingForNoTimeAtAllEnds() {
        assertThat(waits(0)).succeedsWithin(PATIENCE);
        assertThat(waits(-1)).succeedsWithin(PATIENCE);
    }

    @Test
    void aWishIsOverAtItsVeryTime() {
        assertThat(keep("mail", 5, 0)).isEqualTo(5_000);
        assertThat(hold.leftMillis(5 * SECOND - 1_000_000)).isEqualTo(1);
        assertThat(hold.leftMillis(5 * SECOND)).isZero();
        hold.totalMillis(5 * SECOND);
        for (int i = 0; i < 100; i++) {
            assertThat(keep("work-" + i, 1, 5 * SECOND)).as("nothing is left of the first").isEqualTo(1_000);
        }
    }

    @Test
    void whatAnAnswerWantsAgainCountsFromThenOn() {
        hold.ask("10", 0);
        hold.ask("10", 4 * SECOND);
        assertThat(hold.leftMillis(4 * SECOND)).isEqualTo(10_000);
        hold.ask("6", 8 * SECOND);
        assertThat(hold.leftMillis(8 * SECOND)).as("as long as the other: either will do").isEqualTo(6_000);
        assertThat(hold.totalMillis(9 * SECOND)).isEqualTo(9_000);
    }

    @Test
    void noTimeBetweenInvocationsIsMetered() {
        keep("mail", 50, 0);
        hold.end(invocation, 5 * SECOND);
        hold.begin(invocation, 100 * SECOND);
        assertThat(hold.totalMillis(101 * SECOND)).isEqualTo(5_000);
        keep("mail", 50, 101 * SECOND);
        assertThat(hold.totalMillis(103 * SECOND)).isEqualTo(7_000);
    }

    @Test
    void anInvocationThatBeginsBesideAnotherDoesNotStopTheMeter() {
        keep("mail", 50, 0);
        hold.begin(now -> now, 5 * SECOND);
        assertThat(hold.totalMillis(6 * SECOND)).isEqualTo(6_000);
    }
}
