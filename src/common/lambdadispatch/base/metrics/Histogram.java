// SPDX-License-Identifier: MIT
package lambdadispatch.base.metrics;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/// How values are spread, in fixed buckets whose upper edges are 1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 6 and 7.5 in every decade.
///
/// The memory is fixed (under 1 KiB), whatever is recorded. A quantile is exact to the bucket and interpolated inside it: off by at most a
/// third, typically by a few percent. The edges are round numbers, so that a Prometheus reader sees `0.25`, not `0.268435456`.
public final class Histogram {
    private static final int[] EDGES_PER_DECADE = {100, 125, 150, 200, 250, 300, 400, 500, 600, 750};

    /// Upper edges that readers of `http.server.request.duration` expect, in milliseconds (OpenTelemetry semantic conventions, HTTP
    /// metrics).
    private static final long[] HTTP_EDGES_MILLIS = {5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10_000};

    private final long[] edges;
    private final int[] shown; // indexes of the edges that Prometheus gets to see
    private final double unit;
    private final AtomicLongArray counts; // one more than there are edges: values above the last
    private final AtomicLong sum = new AtomicLong();

    private Histogram(long firstEdge, int decades, double unit, long[] shownMillis) {
        this.unit = unit;
        edges = new long[decades * EDGES_PER_DECADE.length + 1];
        long decade = firstEdge;
        for (int i = 0; i < decades; i++) {
            for (int j = 0; j < EDGES_PER_DECADE.length; j++) {
                edges[i * EDGES_PER_DECADE.length + j] = decade * EDGES_PER_DECADE[j] / 100;
            }
            decade *= 10;
        }
        edges[edges.length - 1] = decade;
        shown = shownMillis == null ? everyDecade()
                : Arrays.stream(shownMillis).mapToInt(millis -> Arrays.binarySearch(edges, millis * 1_000_000)).toArray();
        counts = new AtomicLongArray(edges.length + 1);
    }

    /// Durations recorded in nanoseconds and reported in seconds; resolved from 10 µs to 1000 s.
    public static Histogram ofDurations() {
        return new Histogram(10_000, 8, 1e-9, null);
    }

    /// As [#ofDurations], shown with the edges that OpenTelemetry advises for HTTP servers.
    public static Histogram ofHttpDurations() {
        return new Histogram(10_000, 8, 1e-9, HTTP_EDGES_MILLIS);
    }

    /// 1, 2.5 and 5 of every decade, and the last.
    private int[] everyDecade() {
        int[] indexes = new int[(edges.length - 1) / EDGES_PER_DECADE.length * 3 + 1];
        for (int i = 0; i < indexes.length; i++) {
            indexes[i] = i / 3 * EDGES_PER_DECADE.length + new int[] {0, 4, 7}[i % 3];
        }
        return indexes;
    }

    /// Sizes, in bytes or pieces; resolved from 100 to 10^11. Everything up to 100 shares a bucket.
    public static Histogram ofSizes() {
        return new Histogram(100, 9, 1, null);
    }

    /// Records one value; a negative one (a clock that jumped) counts as 0.
    public void record(long value) {
        long recorded = Math.max(0, value);
        int found = Arrays.binarySearch(edges, recorded); // an edge belongs to the bucket that it closes
        counts.getAndIncrement(found >= 0 ? found : -found - 1);
        sum.getAndAdd(recorded);
    }

    /// What was recorded until now. Taken while others record, it may miss their last values, but its count is that of its buckets.
    public Snapshot snapshot() {
        long[] copy = new long[counts.length()];
        for (int i = 0; i < copy.length; i++) {
            copy[i] = counts.get(i);
        }
        return new Snapshot(this, copy, sum.get());
    }

    /// The counts at one moment, or between two.
    public static final class Snapshot {
        private final Histogram histogram;
        private final long[] counts;
        private final long sum;

        private Snapshot(Histogram histogram, long[] counts, long sum) {
            this.histogram = histogram;
            this.counts = counts;
            this.sum = sum;
        }

        public long count() {
            return Arrays.stream(counts).sum();
        }

        /// The sum of all values, in reported units (seconds for durations).
        public double sum() {
            return sum * histogram.unit;
        }

        /// 0 where nothing was recorded.
        public double mean() {
            long count = count();
            return count == 0 ? 0 : sum() / count;
        }

        /// An estimate of the value that a share `q` (0 to 1) of all values does not exceed, in reported units; 0 where nothing was
        /// recorded.
        public double quantile(double q) {
            double rank = q * count();
            long below = 0;
            for (int i = 0; i < counts.length; i++) {
                if (counts[i] > 0 && below + counts[i] >= rank) {
                    double low = i == 0 ? 0 : histogram.edges[i - 1];
                    double high = histogram.edges[Math.min(i, histogram.edges.length - 1)];
                    return (low + (high - low) * Math.max(0, rank - below) / counts[i]) * histogram.unit;
                }
                below += counts[i];
            }
            return 0;
        }

        /// At most `most` values that stand for all: each for as many as any other, sorted, the last one the largest. As many as were
        /// recorded where that is fewer.
        public double[] spread(int most) {
            double[] values = new double[(int) Math.min(most, count())];
            for (int i = 0; i < values.length; i++) {
                values[i] = quantile((i + 1.0) / values.length);
            }
            return values;
        }

        /// What was recorded since an earlier snapshot of the same histogram.
        public Snapshot since(Snapshot earlier) {
            if (earlier.histogram != histogram) {
                throw new IllegalArgumentException("snapshots of different histograms");
            }
            long[] difference = new long[counts.length];
            for (int i = 0; i < counts.length; i++) {
                difference[i] = counts[i] - earlier.counts[i];
            }
            return new Snapshot(histogram, difference, sum - earlier.sum);
        }

        /// Edges that Prometheus gets to see.
        int shownEdges() {
            return histogram.shown.length;
        }

        double shownEdge(int shown) {
            return histogram.edges[histogram.shown[shown]] * histogram.unit;
        }

        /// Values that do not exceed that edge.
        long cumulative(int shown) {
            return Arrays.stream(counts, 0, histogram.shown[shown] + 1).sum();
        }
    }
}
