// SPDX-License-Identifier: MIT
package lambdadispatch.base.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class HistogramTest {
    @Test
    void anEmptyOneAnswersZero() {
        Histogram.Snapshot snapshot = Histogram.ofDurations().snapshot();
        assertThat(snapshot.count()).isZero();
        assertThat(snapshot.sum()).isZero();
        assertThat(snapshot.mean()).isZero();
        assertThat(snapshot.quantile(0.99)).isZero();
    }

    @Test
    void sumCountAndMeanAreExact() {
        Histogram histogram = Histogram.ofSizes();
        for (int i = 1; i <= 1000; i++) {
            histogram.record(i);
        }
        Histogram.Snapshot snapshot = histogram.snapshot();
        assertThat(snapshot.count()).isEqualTo(1000);
        assertThat(snapshot.sum()).isEqualTo(500_500);
        assertThat(snapshot.mean()).isEqualTo(500.5);
        assertThat(snapshot.quantile(0.5)).isCloseTo(500, Percentage.withPercentage(1));
        assertThat(snapshot.quantile(0.99)).isCloseTo(990, Percentage.withPercentage(1));
        assertThat(snapshot.quantile(1)).isEqualTo(1000);
    }

    @Test
    void quantilesOfSkewedDurationsAreCloseToTheTrueOnes() {
        Random random = new Random(42);
        Histogram histogram = Histogram.ofDurations();
        double[] seconds = new double[100_000];
        for (int i = 0; i < seconds.length; i++) {
            seconds[i] = Math.exp(random.nextGaussian() * 1.5 - 5);
            histogram.record((long) (seconds[i] * 1e9));
        }
        Arrays.sort(seconds);
        Histogram.Snapshot snapshot = histogram.snapshot();
        for (double q : new double[] {0.1, 0.5, 0.9, 0.99, 0.999}) {
            assertThat(snapshot.quantile(q)).isCloseTo(seconds[(int) (q * seconds.length)], Percentage.withPercentage(6));
        }
    }

    @Test
    void valuesBeyondTheEdgesStillCount() {
        Histogram histogram = Histogram.ofDurations();
        histogram.record(-5);
        histogram.record(0);
        histogram.record(Long.MAX_VALUE / 4);
        Histogram.Snapshot snapshot = histogram.snapshot();
        assertThat(snapshot.count()).isEqualTo(3);
        assertThat(snapshot.quantile(1)).isCloseTo(1000, within(1e-9));
    }

    @Test
    void anIntervalIsTheDifferenceOfTwoSnapshots() {
        Histogram histogram = Histogram.ofSizes();
        histogram.record(100);
        Histogram.Snapshot earlier = histogram.snapshot();
        histogram.record(1000);
        histogram.record(1000);
        Histogram.Snapshot interval = histogram.snapshot().since(earlier);
        assertThat(interval.count()).isEqualTo(2);
        assertThat(interval.sum()).isEqualTo(2000);
        assertThatIllegalArgumentException().isThrownBy(() -> interval.since(Histogram.ofSizes().snapshot()));
    }

    @Test
    void aSpreadStandsForAllValuesAndEndsWithTheLargest() {
        Histogram histogram = Histogram.ofSizes();
        assertThat(histogram.snapshot().spread(100)).isEmpty();
        histogram.record(500);
        histogram.record(1000);
        assertThat(histogram.snapshot().spread(100)).containsExactly(500, 1000);
        for (int i = 0; i < 9_998; i++) {
            histogram.record(300);
        }
        double[] spread = histogram.snapshot().spread(100);
        assertThat(spread).hasSize(100).isSorted();
        assertThat(spread[99]).isEqualTo(1000);
        assertThat(spread[98]).isBetween(250.0, 300.0);
    }

    @Test
    void concurrentRecordsAreNotLost() throws InterruptedException {
        Histogram histogram = Histogram.ofSizes();
        Counter counter = new Counter();
        Thread[] threads = new Thread[4];
        for (int i = 0; i < threads.length; i++) {
            threads[i] = Thread.ofVirtual().start(() -> {
                for (int j = 0; j < 1000; j++) {
                    histogram.record(j);
                    counter.increment();
                }
            });
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(histogram.snapshot().count()).isEqualTo(4000);
        assertThat(counter.value()).isEqualTo(4000);
    }

    @Test
    void aCounterNeverShrinks() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Counter().add(-1));
    }

    @Test
    void anHttpServersDurationsAreShownWithTheEdgesThatOpenTelemetryAdvises() {
        Histogram durations = Histogram.ofHttpDurations();
        durations.record(5_000_000); // an edge belongs to the bucket that it closes
        durations.record(7_000_000_000L);
        durations.record(20_000_000_000L);
        Histogram.Snapshot snapshot = durations.snapshot();
        List<Double> edges = new ArrayList<>();
        for (int i = 0; i < snapshot.shownEdges(); i++) {
            edges.add(snapshot.shownEdge(i));
        }
        assertThat(edges).usingElementComparator(Comparator.comparingLong(edge -> Math.round(edge * 1e6)))
                .containsExactly(.005, .01, .025, .05, .075, .1, .25, .5, .75, 1.0, 2.5, 5.0, 7.5, 10.0);
        assertThat(snapshot.cumulative(0)).isEqualTo(1);
        assertThat(snapshot.cumulative(12)).isEqualTo(2);
        assertThat(snapshot.cumulative(13)).isEqualTo(2);
    }
}
