// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import java.time.Duration;

/// What environments that serve and then die may cost: one credit each; service and time earn credits. In debt nothing is invoked, near
/// debt one at a time.
///
/// So within any time t at most `MOST + PER_SECOND x t + served / REQUESTS_PER_CREDIT` environments die after service, and those open at
/// the end of it: an app that crashes now and then goes on serving, and a request that was served never pays for more than a twentieth of
/// an invoke.
final class ServiceCredit {
    private static final double MOST = 10;
    private static final double PER_SECOND = 0.2;
    private static final double REQUESTS_PER_CREDIT = 20;
    /// For so long a debt requests may wait.
    private static final long SHORT_DEBT_NANOS = Duration.ofSeconds(5).toNanos();

    private double credit = MOST;
    private long updatedNanos;

    ServiceCredit(long now) {
        this.updatedNanos = now;
    }

    private void update(long now) {
        credit = Math.min(MOST, credit + (now - updatedNanos) / 1e9 * PER_SECOND);
        updatedNanos = now;
    }

    /// A request was served well.
    void served() {
        credit = Math.min(MOST, credit + 1 / REQUESTS_PER_CREDIT);
    }

    /// An instance died soon, after some service.
    void died(long now) {
        update(now);
        credit -= 1;
    }

    /// An instance ended soon after some service, by a deadline that was close: it slows down what follows, and stops nothing.
    void endedSoon(long now) {
        update(now);
        credit = Math.min(credit, Math.max(0, credit - 1));
    }

    /// How many invokes may be under way without a channel yet.
    int mostStarting(long now) {
        update(now);
        if (credit < 0) {
            return 0;
        }
        return credit < MOST ? (int) credit + 1 : Integer.MAX_VALUE;
    }

    /// Until the debt is repaid if nothing is served meanwhile.
    long debtNanos(long now) {
        update(now);
        return credit < 0 ? (long) (-credit / PER_SECOND * 1e9) : 0;
    }

    boolean deepInDebt(long now) {
        return debtNanos(now) > SHORT_DEBT_NANOS;
    }
}
