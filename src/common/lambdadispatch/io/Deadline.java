// SPDX-License-Identifier: MIT
package lambdadispatch.io;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/// A time limit that can be armed again and again at the price of a clock reading: blocking reads and writes have no time-outs of their own.
///
/// One daemon thread looks at all armed deadlines every [#GRAIN_MILLIS]; so they fire up to that much late. It sleeps while none is armed.
public final class Deadline implements AutoCloseable {
    public static final long GRAIN_MILLIS = 50;

    private static final Set<Deadline> ALL = ConcurrentHashMap.newKeySet();
    private static final Thread SWEEPER = Thread.ofPlatform().daemon().name("deadlines").unstarted(Deadline::sweep);
    private static volatile boolean asleep;

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
        if (asleep) {
            asleep = false;
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
            if (!fireExpired()) {
                asleep = true;
                // Armed between the look and the flag: look once more before sleeping, or its wake-up is lost.
                if (!anyArmed()) {
                    LockSupport.park(ALL);
                }
                asleep = false;
            }
            LockSupport.parkNanos(ALL, GRAIN_MILLIS * 1_000_000);
        }
    }

    private static boolean fireExpired() {
        boolean armed = false;
        long now = System.nanoTime();
        for (Deadline deadline : ALL) {
            long at = deadline.at;
            if (at == 0) {
                continue;
            }
            armed = true;
            if (now - at >= 0 && deadline.at == at) {
                deadline.at = 0;
                deadline.action.run();
            }
        }
        return armed;
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
