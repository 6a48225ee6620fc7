// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import java.time.Duration;
import java.util.random.RandomGenerator;

/// The cost guard of one pool: a token bucket on invokes, and exponential backoff with jitter after invokes that bought nothing.
///
/// Why a runaway is impossible: every invoke takes a token, so no more than `burst + perSecond x t` happen in any time t. After a fault
/// there is a pause, and then one probe at a time, with the pause doubling up to `longestBackoff`, until an instance that has opened after
/// the fault has served a request well, or has stayed open for [#SETTLED_NANOS]. Before any instance ever connected, at most [#UNPROVEN]
/// may be starting. Environments that serve before they die are no faults; they cost [ServiceCredit].
final class InvokeBudget {
    /// How long an instance must have been open to count as a success.
    static final long SETTLED_NANOS = Duration.ofSeconds(5).toNanos();
    static final int UNPROVEN = 10;
    /// After so many faults in a row there is no point in letting requests wait.
    private static final int HOPELESS = 5;
    private static final long SERVED_LATELY_NANOS = Duration.ofSeconds(10).toNanos();
    private static final Duration LASTING_FAULT = Duration.ofSeconds(30);
    private static final Duration LONGEST_RETRY_AFTER = Duration.ofMinutes(10);

    private final PoolSettings.InvokeLimits limits;
    private final RandomGenerator random;
    private double tokens;
    private long refilledNanos;
    private long blockedUntilNanos;
    private int faultsInRow;
    private InvokeFault lastFault;
    private boolean proven;
    private boolean servedEver;
    private long servedNanos;
    private final ServiceCredit credit;

    InvokeBudget(PoolSettings.InvokeLimits limits, RandomGenerator random, long now) {
        this.limits = limits;
        this.random = random;
        this.tokens = limits.burst();
        this.refilledNanos = now;
        this.blockedUntilNanos = now;
        this.credit = new ServiceCredit(now);
    }

    /// How many invokes may be made now.
    /// @param starting invokes under way that have not connected yet
    int available(long now, int starting) {
        tokens = Math.min(limits.burst(), tokens + (now - refilledNanos) / 1e9 * limits.perSecond());
        refilledNanos = now;
        if (blockedNanos(now) > 0) {
            return 0;
        }
        int most = Math.min((int) tokens, credit.mostStarting(now) - starting);
        if (faultsInRow > 0) {
            most = Math.min(most, 1 - starting);
        } else if (!proven) {
            most = Math.min(most, UNPROVEN - starting);
        }
        return Math.max(0, most);
    }

    void spend() {
        tokens -= 1;
    }

    /// @param atLeast what the service asked for (`Retry-After`), or zero
    void failed(InvokeFault fault, Duration atLeast, long now) {
        faultsInRow++;
        lastFault = fault;
        double doubled = limits.firstBackoff().toNanos() * Math.pow(2, Math.min(30, faultsInRow - 1));
        double pause = Math.min(limits.longestBackoff().toNanos(), doubled) * (0.75 + 0.5 * random.nextDouble());
        long least = Math.min(atLeast.toNanos(), LONGEST_RETRY_AFTER.toNanos());
        if (fault.lasts()) {
            least = Math.max(least, LASTING_FAULT.toNanos());
        }
        long until = now + Math.max((long) pause, least);
        if (until - blockedUntilNanos > 0) {
            blockedUntilNanos = until;
        }
    }

    /// An instance connected.
    void connected() {
        proven = true;
    }

    /// An instance that has opened after the last fault has been open for [#SETTLED_NANOS], or has served a request: invokes work.
    void settled() {
        faultsInRow = 0;
        lastFault = null;
    }

    /// A request was served well, by whichever instance.
    void served(long now) {
        servedEver = true;
        servedNanos = now;
        credit.served();
    }

    /// What an instance that had served cost by its early end.
    void diedAfterService(long now) {
        credit.died(now);
    }

    void endedSoonAfterService(long now) {
        credit.endedSoon(now);
    }

    long blockedNanos(long now) {
        return Math.max(0, blockedUntilNanos - now);
    }

    int faultsInRow() {
        return faultsInRow;
    }

    /// Null when the last invokes were fine.
    InvokeFault lastFault() {
        return lastFault;
    }

    /// How long no invoke will be made: for the pause after a fault, or for a debt.
    long heldBackNanos(long now) {
        return Math.max(blockedNanos(now), credit.debtNanos(now));
    }

    /// No instance can be expected in useful time. Throttling passes by itself: requests wait for it. What served just now may do so again.
    boolean hopeless(long now) {
        if (credit.deepInDebt(now)) {
            return true;
        }
        if (lastFault == null || blockedNanos(now) == 0) {
            return false;
        }
        boolean servedLately = servedEver && now - servedNanos < SERVED_LATELY_NANOS;
        return lastFault.lasts() || faultsInRow >= HOPELESS && lastFault != InvokeFault.THROTTLED && !servedLately;
    }
}
