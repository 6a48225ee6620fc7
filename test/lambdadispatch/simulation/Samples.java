// SPDX-License-Identifier: MIT
package lambdadispatch.simulation;

import java.util.Arrays;

/// Times that were measured, each of a request that arrived at some time.
final class Samples {
    private double[] arrivals = new double[1024];
    private double[] values = new double[1024];
    private int count;

    void add(double arrived, double value) {
        if (count == values.length) {
            values = Arrays.copyOf(values, 2 * count);
            arrivals = Arrays.copyOf(arrivals, 2 * count);
        }
        arrivals[count] = arrived;
        values[count++] = value;
    }

    /// @param share 0.5 is the median, 1 the longest
    double at(double share) {
        return at(share, 0, Double.POSITIVE_INFINITY);
    }

    /// Of those that arrived in that time.
    double at(double share, double from, double until) {
        double[] sorted = between(from, until);
        Arrays.sort(sorted);
        int index = (int) Math.ceil(share * sorted.length) - (share > 0 ? 1 : 0);
        return sorted.length == 0 ? 0 : sorted[Math.clamp(index, 0, sorted.length - 1)];
    }

    double shareAbove(double value) {
        return count == 0 ? 0 : (double) Arrays.stream(values, 0, count).filter(each -> each > value).count() / count;
    }

    /// How many of those that arrived in that time were at most this.
    long within(double value, double from, double until) {
        return Arrays.stream(between(from, until)).filter(each -> each <= value).count();
    }

    private double[] between(double from, double until) {
        double[] found = new double[count];
        int size = 0;
        for (int i = 0; i < count; i++) {
            if (arrivals[i] >= from && arrivals[i] < until) {
                found[size++] = values[i];
            }
        }
        return Arrays.copyOf(found, size);
    }
}
