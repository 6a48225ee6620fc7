// SPDX-License-Identifier: MIT
package lambdadispatch.soak;

import java.util.Collection;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;

/// What came of requests: how many of each outcome, and how long good ones took beyond what they asked for, second by second.
public final class AnswerTally {
    private final long startNanos = System.nanoTime();
    private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();
    private final Map<Integer, Queue<Double>> millisBySecond = new ConcurrentHashMap<>();

    public void add(String outcome) {
        counts.computeIfAbsent(outcome, _ -> new LongAdder()).increment();
    }

    void took(double millis) {
        millisBySecond.computeIfAbsent(second(), _ -> new ConcurrentLinkedQueue<>()).add(millis);
    }

    public long of(String outcome) {
        LongAdder count = counts.get(outcome);
        return count == null ? 0 : count.sum();
    }

    /// All outcomes whose name begins like this.
    public long starting(String prefix) {
        return counts.entrySet().stream().filter(entry -> entry.getKey().startsWith(prefix)).mapToLong(entry -> entry.getValue().sum())
                .sum();
    }

    /// By second since the start, the time that this share of its requests did not exceed.
    Map<Integer, Double> bySecond(double share) {
        Map<Integer, Double> all = new TreeMap<>();
        millisBySecond.forEach((second, millis) -> all.put(second, quantile(millis, share)));
        return all;
    }

    /// The second since the start in which this moment is.
    int second() {
        return (int) ((System.nanoTime() - startNanos) / 1_000_000_000L);
    }

    /// Milliseconds that so large a share of the requests did not exceed that ended in one of these seconds.
    double at(double share, IntPredicate seconds) {
        return quantile(millisBySecond.entrySet().stream().filter(each -> seconds.test(each.getKey()))
                .flatMap(each -> each.getValue().stream()).toList(), share);
    }

    static double quantile(Collection<Double> values, double share) {
        double[] sorted = values.stream().mapToDouble(value -> value).sorted().toArray();
        return sorted.length == 0 ? 0 : sorted[(int) Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
    }

    @Override
    public String toString() {
        return counts.entrySet().stream().sorted(Map.Entry.comparingByKey())
                .map(entry -> String.format("  %,9d  %s", entry.getValue().sum(), entry.getKey())).collect(Collectors.joining("\n"));
    }

    /// The largest of them with their seconds, for a look at what happened then.
    String worstSeconds(double share, int most) {
        return bySecond(share).entrySet().stream().sorted((a, b) -> Double.compare(b.getValue(), a.getValue())).limit(most)
                .map(entry -> String.format("%d s: %.1f ms", entry.getKey(), entry.getValue())).collect(Collectors.joining(", "));
    }

}
