// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import lambdadispatch.base.Clock;

/// How long an invocation may last still, by whichever of two clocks says less: the wall clock, by which Lambda has set the deadline, and
/// the monotonic one, which knows how long it has lasted. The first is behind for a moment in an environment that was thawed, and may be
/// put back at any time; the second can not.
final class TimeLeft {
    private final Clock clock;
    private final long deadlineMs;
    private final long startNanos;
    private final long atStartMillis;

    /// @param deadlineMs `Lambda-Runtime-Deadline-Ms`, milliseconds since the epoch
    TimeLeft(long deadlineMs, Clock clock) {
        this.clock = clock;
        this.deadlineMs = deadlineMs;
        this.startNanos = clock.nanoTime();
        this.atStartMillis = byWallClock();
    }

    private long byWallClock() {
        return deadlineMs - clock.now().toEpochMilli();
    }

    /// Milliseconds until Lambda ends it; negative after that.
    long millis() {
        return Math.min(byWallClock(), atStartMillis - (clock.nanoTime() - startNanos) / 1_000_000);
    }
}
