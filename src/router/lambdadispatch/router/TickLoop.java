// SPDX-License-Identifier: MIT
package lambdadispatch.router;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import lambdadispatch.base.log.Log;
import lambdadispatch.carrier.Threads;

/// Owns the thread that calls whatever wants to be called as time passes.
final class TickLoop {
    private static final Log LOG = Log.of("router");
    private static final long AFTER_FAILURE_NANOS = 1_000_000_000L;

    private final List<LongSupplier> ticks = new ArrayList<>();
    private volatile boolean running = true;

    /// To be called before [#start].
    /// @param tick says in how many nanoseconds it wants to be called again at the latest; it may be called before that
    void add(LongSupplier tick) {
        ticks.add(tick);
    }

    void start() {
        Threads.virtual("tick").start(this::run);
    }

    private void run() {
        while (running) {
            LockSupport.parkNanos(this, tick());
        }
    }

    private long tick() {
        long again = Long.MAX_VALUE;
        try {
            for (LongSupplier each : ticks) {
                again = Math.min(again, each.getAsLong());
            }
            return again;
        } catch (RuntimeException | Error e) {
            LOG.error("tick failed", e); // the next one may well work, and without ticks nothing scales
            return AFTER_FAILURE_NANOS;
        }
    }

    /// As soon as the tick that runs is over.
    void stop() {
        running = false;
    }
}
