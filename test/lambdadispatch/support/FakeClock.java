// SPDX-License-Identifier: MIT
package lambdadispatch.support;

import java.time.Duration;
import java.time.Instant;
import lambdadispatch.base.Clock;

/// Time that stands still until a test moves it. Thread-safe.
public final class FakeClock implements Clock {
    private volatile Instant now;
    private volatile long nanos;

    public FakeClock(Instant start) {
        this.now = start;
    }

    public synchronized void advance(Duration by) {
        now = now.plus(by);
        nanos += by.toNanos();
    }

    /// The wall clock is set, forward or back.
    public synchronized void setWallClock(Duration by) {
        now = now.plus(by);
    }

    @Override
    public long nanoTime() {
        return nanos;
    }

    @Override
    public Instant now() {
        return now;
    }
}
