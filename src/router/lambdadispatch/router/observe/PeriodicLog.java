// SPDX-License-Identifier: MIT
package lambdadispatch.router.observe;

import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import lambdadispatch.base.Clock;
import lambdadispatch.base.log.Log;
import lambdadispatch.router.dispatch.PoolSnapshot;

/// Writes the main figures into the log every ten seconds, for those who have nothing but a log: a line for all requests since the last
/// one, and one for each pool.
public final class PeriodicLog {
    static final Duration INTERVAL = Duration.ofSeconds(10);
    private static final Log LOG = Log.of("metrics");

    private final Observer observer;
    private final Supplier<List<PoolSnapshot>> pools;
    private final Clock clock;
    private RequestTotals before;
    private long dueNanos;

    public PeriodicLog(Observer observer, Supplier<List<PoolSnapshot>> pools, Clock clock) {
        this.observer = observer;
        this.pools = pools;
        this.clock = clock;
        this.before = observer.totals();
        this.dueNanos = clock.nanoTime() + INTERVAL.toNanos();
    }

    /// @return nanoseconds until it should be called again
    public long tick() {
        long now = clock.nanoTime();
        if (now - dueNanos >= 0) {
            dueNanos = now + INTERVAL.toNanos();
            requests();
            pools.get().forEach(PeriodicLog::pool);
        }
        return dueNanos - now;
    }

    private void requests() {
        RequestTotals now = observer.totals();
        RequestTotals last = now.since(before);
        before = now;
        long count = 0;
        for (long each : last.byClass()) {
            count += each;
        }
        LOG.info("requests", "answered", count, "perSecond", rounded(count / (double) INTERVAL.toSeconds()), "4xx", last.byClass()[4],
                "5xx", last.byClass()[5],
                "abandoned", last.abandoned(), "retries", last.retries(), "p50Ms", rounded(1000 * last.durations().quantile(0.5)), "p99Ms",
                rounded(1000 * last.durations().quantile(0.99)), "queueP99Ms", rounded(1000 * last.waits().quantile(0.99)), "open",
                observer.open());
    }

    private static void pool(PoolSnapshot pool) {
        LOG.info("pool", "function", pool.function(), "queue", pool.pending(), "running", pool.running(), "freeSlots", pool.freeSlots(),
                "desired", pool.desired(),
                "open", pool.open() + pool.rotating(), "starting", pool.starting(), "draining", pool.draining(), "paidFor",
                pool.invokesUnderWay(), "invokes",
                pool.totals().invokes(), "perSecond", rounded(pool.arrivalsPerSecond()), "serviceMs",
                rounded(1000 * pool.serviceSeconds()));
    }

    private static double rounded(double value) {
        return Math.round(value * 100) / 100.0;
    }
}
