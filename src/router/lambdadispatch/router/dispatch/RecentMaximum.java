// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import java.time.Duration;

/// The largest number seen within a sliding window of time, in steps of a sixteenth of the window.
final class RecentMaximum {
    private static final int STEPS = 16;

    private final long stepNanos;
    private final int[] maxima = new int[STEPS + 1];
    private long startedNanos;
    private int at;

    RecentMaximum(Duration window, long now) {
        this.stepNanos = Math.max(1, window.toNanos() / STEPS);
        this.startedNanos = now;
    }

    void add(int value, long now) {
        advance(now);
        maxima[at] = Math.max(maxima[at], value);
    }

    int maximum(long now) {
        advance(now);
        int largest = 0;
        for (int maximum : maxima) {
            largest = Math.max(largest, maximum);
        }
        return largest;
    }

    private void advance(long now) {
        long steps = (now - startedNanos) / stepNanos;
        for (long i = 0; i < Math.min(steps, maxima.length); i++) {
            at = (at + 1) % maxima.length;
            maxima[at] = 0;
        }
        startedNanos += steps * stepNanos;
    }
}
