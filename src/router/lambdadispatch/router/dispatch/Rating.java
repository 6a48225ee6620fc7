// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

/// How one instance has answered lately. Guarded by the pool's lock.
final class Rating {
    private static final int ENOUGH = 10;
    private static final double DURATION_WEIGHT = 0.05;
    private static final double PROBE_WEIGHT = 0.25;
    private static final double FAILURE_WEIGHT = 0.1;

    private int answers;
    /// Mean of the logarithms: one long answer among short ones says little.
    private double logSeconds;
    private double failureShare;
    int failuresInRow;
    /// Ejections since its last good answer.
    int ejections;
    long ejectedUntilNanos;
    boolean everEjected;
    long answeredNanos;

    /// @param slow it gets few requests: each tells more
    /// @param failed an answer of 500 or above: its duration says nothing
    void answered(boolean failed, long nanos, boolean slow, long now) {
        answeredNanos = now;
        failureShare += FAILURE_WEIGHT * ((failed ? 1 : 0) - failureShare);
        if (failed) {
            failuresInRow++;
            return;
        }
        failuresInRow = 0;
        ejections = 0;
        double log = Math.log(Math.max(1, nanos) / 1e9);
        logSeconds = answers == 0 ? log : logSeconds + (slow ? PROBE_WEIGHT : DURATION_WEIGHT) * (log - logSeconds);
        answers++;
    }

    boolean known() {
        return answers >= ENOUGH;
    }

    double logSeconds() {
        return logSeconds;
    }

    /// Of its answers, moving.
    double failureShare() {
        return failureShare;
    }

    boolean ejected(long now) {
        return everEjected && ejectedUntilNanos - now > 0;
    }
}
