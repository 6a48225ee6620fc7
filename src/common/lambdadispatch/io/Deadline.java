// SPDX-License-Identifier: MIT
package lambdadispatch.io;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/// A time limit that can be armed again and again at the price of a clock reading: blocking reads and writes have no time-outs of their own.
///
/// One daemon thread looks at all armed deadlines when the earliest may be due, at most every [#GRAIN_MILLIS] (so they fire up to that much late) and at least
/// every second; it sleeps while none is armed.
public final class Deadline implements AutoCloseable {
    public static final long GRAIN_MILLIS = 50;

    private static final Set<Deadline> ALL = ConcurrentHashMap.newKeySet();
    private static final Thread SWEEPER = Thread.ofPlatform().daemon().name("deadlines").unstarted(Deadline::sweep);
    private static final long GRAIN_NANOS = GRAIN_MILLIS * 1_000_000;
    /// What most deadlines are longer than: arming one of those never has to wake the sweeper.
    private static final long LONGEST_SLEEP_NANOS = 1_000_000_000L;
    /// When the sweeper looks next at the latest. Whoever arms for earlier than that wakes it.
    private static volatile long looksAt;

    static {
        SWEEPER.start();
    }

    private final Runnable action;
    private volatile long at; // System.nanoTime(), 0 while not armed

    /// @param action what happens when it fires; must not block. Runs once per arming
    public Deadline(Runnable action) {
        this.action = action;
        ALL.add(this);
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
        long then = System.nanoTime() + nanos;
        at = then == 0 ? 1 : then;
        if (then + GRAIN_NANOS - looksAt < 0) {
            LockSupport.unpark(SWEEPER);
        }
    }

    public void disarm() {
        at = 0;
    }

    /// Forgets it for good.
    @Override
    public void close() {
        at = 0;
        ALL.remove(this);
    }

    private static void sweep() {
        while (true) {
            long now = System.nanoTime();
            looksAt = now + LONGEST_SLEEP_NANOS;
            long earliest = fireExpired(now);
            if (earliest == Long.MAX_VALUE) {
                looksAt = now + Long.MAX_VALUE / 2;
                // Armed between the look and that: look once more before sleeping, or its wake-up is lost.
                if (!anyArmed()) {
                    LockSupport.park(ALL);
                }
                continue;
            }
            long sleep = Math.clamp(earliest, GRAIN_NANOS, LONGEST_SLEEP_NANOS);
            looksAt = now + sleep;
            LockSupport.parkNanos(ALL, sleep);
        }
    }

    /// @return nanoseconds from now to the earliest deadline still armed, `Long.MAX_VALUE` if none is
    private static long fireExpired(long now) {
        long earliest = Long.MAX_VALUE;
        for (Deadline deadline : ALL) {
            long at = deadline.at;
            if (at == 0) {
                continue;
            }
            if (at - now > 0) {
                earliest = Math.min(earliest, at - now);
            } else if (deadline.at == at) {
                deadline.at = 0;
                deadline.action.run();
            }
        }
        return earliest;
    }

    private static boolean anyArmed() {
        for (Deadline deadline : ALL) {
            if (deadline.at != 0) {
                return true;
            }
        }
        return false;
    }
}
