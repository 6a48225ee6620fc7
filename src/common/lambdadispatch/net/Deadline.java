// SPDX-License-Identifier: MIT
package lambdadispatch.net;

import java.time.Duration;
import java.util.concurrent.Executor;
import lambdadispatch.carrier.Threads;
import lambdadispatch.carrier.TimerWheel;

/// A time limit that can be armed again and again at the price of a clock reading: blocking reads and writes have no time-outs of their
/// own.
///
/// It fires up to [#GRAIN_MILLIS] late, on a virtual thread of its own. Whoever disarms it learns whether it was in time: either the action
/// has begun, or it never will for what the deadline was armed for.
public final class Deadline extends TimerWheel.Entry implements AutoCloseable {
    public static final long GRAIN_MILLIS = TimerWheel.TICK_NANOS / 1_000_000 + 1;

    private final Runnable action;
    private final Executor runner;

    /// Belongs to the carrier of the caller.
    /// @param action what happens when it fires; runs once per arming, on a thread of its own
    public Deadline(Runnable action) {
        this(action, Threads.timers(), task -> Threads.virtual("deadline").start(task));
    }

    Deadline(Runnable action, TimerWheel wheel, Executor runner) {
        super(wheel);
        this.action = action;
        this.runner = runner;
    }

    /// Starts or restarts the clock. Zero or negative means no limit.
    public void arm(Duration limit) {
        armFor(limit.toNanos());
    }

    public void armNanos(long nanos) {
        armFor(nanos);
    }

    /// Starts or restarts the clock, until a time of `System.nanoTime()`: for whoever has that already.
    public void armUntil(long nanoTime) {
        armAt(nanoTime);
    }

    /// @return false if it was not armed, or if its action has begun, or has run
    public boolean disarm() {
        return takeBack();
    }

    /// Forgets it for good; arming it again has no effect.
    @Override
    public void close() {
        remove();
    }

    @Override
    protected void due(long armedFor) {
        runner.execute(() -> {
            if (takeUp(armedFor)) {
                action.run();
            }
        });
    }
}
