// SPDX-License-Identifier: MIT
package lambdadispatch.router.observe;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import lambdadispatch.base.Clock;
import lambdadispatch.base.metrics.Histogram;
import lambdadispatch.protocol.ExitReason;
import lambdadispatch.router.dispatch.PoolSnapshot;

/// Reports to CloudWatch what happened in each interval: counts as sums, levels as samples, durations as how they were spread.
///
/// Nothing here is on a request's path. Intervals end when the wall clock passes a multiple of their length, so that each lies in a minute
/// of its own.
public final class CloudWatchMetrics {
    private static final long SHORTEST_SAMPLING_MILLIS = 1000;

    /// What one pool showed in this interval.
    private static final class Series {
        final List<PoolSnapshot> samples = new ArrayList<>();
        double[] reported = new double[PoolMetric.ALL.size()];
    }

    private final CloudWatchTarget target;
    private final Observer observer;
    private final ExitReasons exits;
    private final Supplier<List<PoolSnapshot>> pools;
    private final Clock clock;
    private final Consumer<String> lines;
    private final long intervalMillis;
    private final long samplingMillis;

    // Guarded by this.
    private final Map<String, Series> series = new LinkedHashMap<>();
    private final List<Double> open = new ArrayList<>();
    private RequestTotals reported;
    private Map<ExitReason, Long> reportedExits;
    private long startedMillis;
    private long sampledMillis;

    /// @param lines takes each document, without a line feed
    public CloudWatchMetrics(CloudWatchTarget target, Observer observer, Supplier<List<PoolSnapshot>> pools, Clock clock,
            Consumer<String> lines) {
        this.target = target;
        this.observer = observer;
        this.exits = observer.exits();
        this.pools = pools;
        this.clock = clock;
        this.lines = lines;
        intervalMillis = target.interval().toMillis();
        samplingMillis = Math.max(SHORTEST_SAMPLING_MILLIS, Math.ceilDiv(intervalMillis, EmbeddedMetrics.MOST_VALUES));
        reported = observer.totals();
        reportedExits = exits.totals();
        startedMillis = clock.now().toEpochMilli();
        sampledMillis = startedMillis - samplingMillis;
    }

    /// Samples and reports what is due.
    /// @return nanoseconds until it should be called again
    public synchronized long tick() {
        long now = clock.now().toEpochMilli();
        if (Math.floorDiv(now, intervalMillis) != Math.floorDiv(startedMillis, intervalMillis)) {
            report(now);
        }
        if (now - sampledMillis >= samplingMillis || now < sampledMillis) {
            sample();
            sampledMillis = now;
        }
        long untilEnd = intervalMillis - Math.floorMod(now, intervalMillis);
        return Math.min(untilEnd, samplingMillis - (now - sampledMillis)) * 1_000_000;
    }

    /// Reports what there is of the interval under way; for the end of the program.
    public synchronized void flush() {
        sample();
        report(clock.now().toEpochMilli());
    }

    private void sample() {
        if (open.size() == EmbeddedMetrics.MOST_VALUES) {
            return; // the last sample of a flush that comes late
        }
        open.add((double) observer.open());
        for (PoolSnapshot snapshot : pools.get()) {
            series.computeIfAbsent(snapshot.function(), _ -> new Series()).samples.add(snapshot);
        }
    }

    private void report(long now) {
        requests().lines().forEach(lines);
        for (Map.Entry<String, Series> pool : new HashMap<>(series).entrySet()) {
            if (pool.getValue().samples.isEmpty()) {
                series.remove(pool.getKey()); // has gone away
            } else {
                pool(pool.getKey(), pool.getValue()).lines().forEach(lines);
            }
        }
        open.clear();
        startedMillis = now;
    }

    private EmbeddedMetrics requests() {
        RequestTotals totals = observer.totals();
        RequestTotals interval = totals.since(reported);
        reported = totals;
        EmbeddedMetrics report = new EmbeddedMetrics(target.namespace(), target.dimensions(), startedMillis);
        long all = 0;
        for (long count : interval.byClass()) {
            all += count;
        }
        report.add(MetricNames.REQUESTS, "Count", all);
        for (int i = 2; i < interval.byClass().length; i++) {
            report.add(MetricNames.BY_CLASS.formatted(i), "Count", interval.byClass()[i]);
        }
        report.add(MetricNames.ABANDONED, "Count", interval.abandoned());
        report.add(MetricNames.RETRIES, "Count", interval.retries());
        report.add(MetricNames.BYTES, "Bytes", interval.bytes());
        report.add(MetricNames.OPEN, "Count", open.stream().mapToDouble(each -> each).toArray());
        report.add(MetricNames.DURATION, "Milliseconds", millis(interval.durations()));
        report.add(MetricNames.QUEUE_DELAY, "Milliseconds", millis(interval.waits()));
        report.add(MetricNames.DISPATCH_DELAY, "Milliseconds", millis(interval.delays()));
        Map<ExitReason, Long> ended = exits.totals();
        ended.forEach((reason, count) -> {
            if (count > reportedExits.get(reason)) {
                report.add(MetricNames.EXIT + reason, "Count", count - reportedExits.get(reason));
            }
        });
        reportedExits = ended;
        return report;
    }

    private EmbeddedMetrics pool(String function, Series pool) {
        Map<String, String> dimensions = new LinkedHashMap<>(target.dimensions());
        dimensions.put(CloudWatchTarget.FUNCTION, function);
        EmbeddedMetrics report = new EmbeddedMetrics(target.namespace(), dimensions, startedMillis);
        PoolSnapshot last = pool.samples.getLast();
        for (int i = 0; i < PoolMetric.ALL.size(); i++) {
            PoolMetric metric = PoolMetric.ALL.get(i);
            if (metric.kind() == PoolMetric.Kind.LEVEL) {
                report.add(metric.name(), "Count", pool.samples.stream().mapToDouble(metric.source()).toArray());
                continue;
            }
            double total = metric.source().applyAsDouble(last);
            double grown = total < pool.reported[i] ? total : total - pool.reported[i]; // a pool that went and came again counts from 0
            pool.reported[i] = total;
            if (grown > 0 || !metric.rare()) {
                report.add(metric.name(), "Count", grown);
            }
        }
        if (last.coldStartSeconds() > 0) {
            report.add(MetricNames.COLD_START, "Milliseconds", last.coldStartSeconds() * 1000);
        }
        pool.samples.clear();
        return report;
    }

    /// CloudWatch takes at most 100 values for a metric: so many stand for all, each for as many requests as any other.
    private static double[] millis(Histogram.Snapshot durations) {
        double[] spread = durations.spread(EmbeddedMetrics.MOST_VALUES);
        for (int i = 0; i < spread.length; i++) {
            spread[i] = Math.floor(spread[i] * 100_000) / 100; // finer than 10 µs nothing was measured
        }
        return spread;
    }
}
