// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// The cost guard by itself: what it allows after which history.
class InvokeBudgetTest {
    private static final long SECOND = 1_000_000_000L;
    private static final PoolSettings.InvokeLimits LIMITS =
            new PoolSettings.InvokeLimits(5, 50, Duration.ofMillis(500), Duration.ofSeconds(60));

    private long now = -7 * SECOND; // a clock may start anywhere
    private final InvokeBudget budget = new InvokeBudget(LIMITS, new Random(1), now);

    private void pass(double seconds) {
        now += (long) (seconds * SECOND);
    }

    private void fail(InvokeFault fault, int times) {
        for (int i = 0; i < times; i++) {
            budget.failed(fault, Duration.ZERO, now);
        }
    }

    @Test
    void beforeAnyInstanceEverConnectedAtMostTenMayBeStarting() {
        assertThat(budget.available(now, 0)).isEqualTo(10);
        assertThat(budget.available(now, 7)).isEqualTo(3);
        budget.connected();
        assertThat(budget.available(now, 7)).isEqualTo(50);
    }

    @Test
    void tokensAreSpentAndComeBackAtTheSustainedRateUpToTheBurst() {
        budget.connected();
        for (int i = 0; i < 50; i++) {
            budget.spend();
        }
        assertThat(budget.available(now, 0)).isZero();
        pass(1);
        assertThat(budget.available(now, 0)).isEqualTo(5);
        pass(1000);
        assertThat(budget.available(now, 0)).isEqualTo(50);
    }

    @Test
    void theFirstFaultStopsInvokesForHalfASecondAndThenAllowsOneAtATime() {
        budget.connected();
        fail(InvokeFault.FUNCTION_ERROR, 1);
        assertThat(budget.blockedNanos(now)).isBetween(375_000_000L, 625_000_000L);
        assertThat(budget.available(now, 0)).isZero();
        pass(0.7);
        assertThat(budget.available(now, 0)).isEqualTo(1);
        assertThat(budget.available(now, 1)).isZero();
    }

    @Test
    void thePauseDoublesUpToTheLongest() {
        for (int i = 0; i < 7; i++) {
            fail(InvokeFault.FUNCTION_ERROR, 1);
            long expected = SECOND / 2 << i;
            assertThat(budget.blockedNanos(now)).as("after fault " + (i + 1)).isBetween(expected * 3 / 4, expected * 5 / 4);
            pass(80);
        }
        fail(InvokeFault.FUNCTION_ERROR, 20);
        assertThat(budget.blockedNanos(now)).isBetween(45 * SECOND, 75 * SECOND);
    }

    @Test
    void retryAfterIsHonouredButNotForMoreThanTenMinutes() {
        budget.failed(InvokeFault.THROTTLED, Duration.ofMinutes(2), now);
        assertThat(budget.blockedNanos(now)).isEqualTo(120 * SECOND);
        budget.failed(InvokeFault.THROTTLED, Duration.ofDays(1), now);
        assertThat(budget.blockedNanos(now)).isEqualTo(600 * SECOND);
    }

    @Test
    void whatAPersonMustMendIsHopelessAtOnceEvenIfSomethingWasServedJustNow() {
        budget.served(now);
        fail(InvokeFault.REFUSED, 1);
        assertThat(budget.hopeless(now)).isTrue();
        assertThat(budget.blockedNanos(now)).isGreaterThanOrEqualTo(30 * SECOND);
    }

    @Test
    void fiveFaultsInARowAreHopelessUnlessTheyAreThrottles() {
        fail(InvokeFault.FUNCTION_ERROR, 4);
        assertThat(budget.hopeless(now)).isFalse();
        fail(InvokeFault.FUNCTION_ERROR, 1);
        assertThat(budget.hopeless(now)).isTrue();
        pass(300);
        assertThat(budget.hopeless(now)).as("the pause is over: another try may be made").isFalse();
        fail(InvokeFault.THROTTLED, 1);
        assertThat(budget.hopeless(now)).isFalse();
    }

    @Test
    void nothingIsHopelessWithinTenSecondsOfAServedRequest() {
        budget.served(now);
        pass(9);
        fail(InvokeFault.FUNCTION_ERROR, 9);
        assertThat(budget.hopeless(now)).isFalse();
        pass(2);
        assertThat(budget.hopeless(now)).isTrue();
    }

    @Test
    void deathsAfterServiceAreFreeUntilTheCreditIsUsedUpAndThenStopInvokes() {
        budget.connected();
        for (int i = 0; i < 10; i++) {
            budget.diedAfterService(now);
            assertThat(budget.available(now, 0)).as("credit " + (9 - i)).isEqualTo(10 - i);
        }
        assertThat(budget.available(now, 1)).as("one at a time").isZero();
        budget.diedAfterService(now);
        assertThat(budget.available(now, 0)).isZero();
        assertThat(budget.hopeless(now)).as("a debt of five seconds: wait for it").isFalse();
        budget.diedAfterService(now);
        assertThat(budget.hopeless(now)).isTrue();
        assertThat(budget.heldBackNanos(now)).isEqualTo(10 * SECOND);
        pass(10.1);
        assertThat(budget.available(now, 0)).isEqualTo(1);
    }

    @Test
    void twentyServedRequestsPayForOneDeath() {
        budget.connected();
        for (int death = 0; death < 100; death++) {
            for (int i = 0; i < 20; i++) {
                budget.served(now);
            }
            budget.diedAfterService(now);
        }
        assertThat(budget.available(now, 0)).isEqualTo(10);
    }

    @Test
    void noMoreThanTenDeathsAreEverSavedUp() {
        budget.connected();
        for (int i = 0; i < 10_000; i++) {
            budget.served(now);
        }
        pass(10_000);
        for (int i = 0; i < 11; i++) {
            budget.diedAfterService(now);
        }
        assertThat(budget.available(now, 0)).isZero();
    }

    @Test
    void whatEndsSoonByItsDeadlineAfterServiceSlowsDownButNeverStops() {
        budget.connected();
        for (int i = 0; i < 100; i++) {
            budget.endedSoonAfterService(now);
        }
        assertThat(budget.available(now, 0)).isEqualTo(1);
        assertThat(budget.available(now, 1)).isZero();
        assertThat(budget.hopeless(now)).isFalse();
    }
}
