// SPDX-License-Identifier: MIT
package lambdadispatch.io;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/// All deadlines of one clock, and who looks at them: one daemon thread for the system's, the test itself for a clock of a test.
final class Deadlines {
    static final long GRAIN_NANOS = Deadline.GRAIN_MILLIS * 1_000_000;
    /// What most deadlines are longer than: arming one of those never has to wake the sweeper.
    static final long LONGEST_SLEEP_NANOS = 1_000_000_000L;
    static final Deadlines SYSTEM = started();

    private final Set<Deadline> all = ConcurrentHashMap.newKeySet();
    private final LongSupplier clock;
    private final Thread sweeper;
    /// When the sweeper looks next at the latest. Whoever arms for earlier than that wakes it.
    private volatile long looksAt;

    /// @param clock counts nanoseconds
    Deadlines(LongSupplier clock) {
        this.clock = clock;
        this.sweeper = Thread.ofPlatform().daemon().name("deadlines").unstarted(this::sweep);
    }

    private static Deadlines started() {
        Deadlines system = new Deadlines(System::nanoTime);
        system.sweeper.start();
        return system;
    }

    long now() {
        return clock.getAsLong();
    }

    void add(Deadline deadline) {
        all.add(deadline);
    }

    void remove(Deadline deadline) {
        all.remove(deadline);
    }

    void armed(long then) {
        if (then + GRAIN_NANOS - looksAt < 0) {
            LockSupport.unpark(sweeper);
        }
    }

    private void sweep() {
        while (true) {
            long now = now();
            looksAt = now + LONGEST_SLEEP_NANOS;
            long earliest = fireExpired(now);
            if (earliest == Long.MAX_VALUE) {
                looksAt = now + Long.MAX_VALUE / 2;
                // Armed between the look and that: look once more before sleeping, or its wake-up is lost.
                if (!anyArmed()) {
                    LockSupport.park(this);
                }
                continue;
            }
            long sleep = Math.clamp(earliest, GRAIN_NANOS, LONGEST_SLEEP_NANOS);
            looksAt = now + sleep;
            LockSupport.parkNanos(this, sleep);
        }
    }

    /// Runs the actions of those that are due.
    /// @return nanoseconds from now to the earliest deadline still armed, `Long.MAX_VALUE` if none is
    long fireExpired(long now) {
        long earliest = Long.MAX_VALUE;
        for (Deadline deadline : all) {
            try {
                earliest = Math.min(earliest, deadline.fireIfDue(now));
            } catch (RuntimeException e) { // told, but the deadlines of all the others go on
                Thread.currentThread().getUncaughtExceptionHandler().uncaughtException(Thread.currentThread(), e);
            }
        }
        return earliest;
    }

    private boolean anyArmed() {
        for (Deadline deadline : all) {
            if (deadline.armed()) {
                return true;
            }
        }
        return false;
    }
}
