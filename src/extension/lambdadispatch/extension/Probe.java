// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/// How long the app's health path takes to answer while it serves: an app that is slow there, or says that it is not well, is slow for
/// clients.
///
/// Pings do not wait for it: each gets what the last look has shown, and begins the next. An app that serves one request at a time is asked
/// no more than a tenth of its time.
final class Probe {
    /// So long counts an answer that does not come, or is not good.
    static final Duration LIMIT = Duration.ofSeconds(5);
    private static final int PAUSES = 9;

    private final Predicate<Duration> look;
    private final Executor threads;
    private final LongSupplier nanoTime;
    private boolean looking; // guarded by this, as all below
    private long startedNanos;
    private long nextNanos;
    private long lastMillis;

    /// @param look asks once, for so long at the most, and says whether the app is well
    /// @param threads run one look each
    Probe(Predicate<Duration> look, Executor threads, LongSupplier nanoTime) {
        this.look = look;
        this.threads = threads;
        this.nanoTime = nanoTime;
        this.nextNanos = nanoTime.getAsLong();
    }

    /// What the last look has shown, or how long this one takes already if that is more, in milliseconds; 0 before the first.
    synchronized long millis() {
        long now = nanoTime.getAsLong();
        if (looking) {
            return Math.max(lastMillis, millisUntil(now));
        }
        if (nextNanos - now <= 0) {
            looking = true;
            startedNanos = now;
            threads.execute(this::look);
        }
        return lastMillis;
    }

    private long millisUntil(long now) {
        return Math.min(LIMIT.toMillis(), (now - startedNanos) / 1_000_000);
    }

    private void look() {
        boolean well = false;
        try {
            well = look.test(LIMIT);
        } finally {
            looked(well);
        }
    }

    private synchronized void looked(boolean well) {
        long now = nanoTime.getAsLong();
        lastMillis = well ? millisUntil(now) : LIMIT.toMillis();
        nextNanos = now + PAUSES * (now - startedNanos);
        looking = false;
    }
}
