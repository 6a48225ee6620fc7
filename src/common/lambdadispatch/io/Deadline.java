// SPDX-License-Identifier: MIT
package lambdadispatch.io;

import java.time.Duration;

/// A time limit that can be armed again and again at the price of a clock reading: blocking reads and writes have no time-outs of their own.
///
/// One daemon thread looks at all armed deadlines when the earliest may be due, at most every [#GRAIN_MILLIS] (so they fire up to that much late) and at least
/// every second; it sleeps while none is armed.
public final class Deadline implements AutoCloseable {
    public static final long GRAIN_MILLIS = 50;

    private final Deadlines deadlines;
    private final Runnable action;
    private volatile long at; // 0 while not armed

    /// @param action what happens when it fires; must not block. Runs once per arming
    public Deadline(Runnable action) {
        this(action, Deadlines.SYSTEM);
    }

    Deadline(Runnable action, Deadlines deadlines) {
        this.deadlines = deadlines;
        this.action = action;
        deadlines.add(this);
    }

    /// Starts or restarts the clock. Zero or negative means no limit.
    public void arm(Duration limit) {
        armNanos(limit.toNanos());
    }

    public void armNanos(long nanos) {
        if (nanos <= 0) {
            at = 0;
            return;
        }
        long then = deadlines.now() + nanos;
        at = then == 0 ? 1 : then;
        deadlines.armed(then);
    }

    public void disarm() {
        at = 0;
    }

    /// Forgets it for good.
    @Override
    public void close() {
        at = 0;
        deadlines.remove(this);
    }

    boolean armed() {
        return at != 0;
    }

    /// @return nanoseconds until it is due, `Long.MAX_VALUE` if it is not armed (any more)
    long fireIfDue(long now) {
        long due = at;
        if (due == 0) {
            return Long.MAX_VALUE;
        }
        if (due - now > 0) {
            return due - now;
        }
        if (at == due) {
            at = 0;
            action.run();
        }
        return Long.MAX_VALUE;
    }
}
