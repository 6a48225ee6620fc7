// SPDX-License-Identifier: MIT
package lambdadispatch.simulation;

import java.util.Arrays;
import java.util.TreeMap;

/// What one run showed.
final class Measured {
    private double[] waits = new double[1024];
    private int count;
    private boolean sorted;
    long requests;
    long served;
    long refused;
    long left;
    long broken;
    long retried;
    /// Requests that kill their environment; the others are counted apart where they fail.
    long poison;
    long refusedOthers;
    long brokenOthers;
    long coldStarts;
    long invokes;
    long events;
    double billedSeconds;
    int mostEnvironments;
    /// Longest wait within each second of arrival.
    final TreeMap<Integer, Double> worstBySecond = new TreeMap<>();
    final TreeMap<Integer, Integer> environmentsBySecond = new TreeMap<>();

    void waited(double arrivedSeconds, double seconds) {
        if (count == waits.length) {
            waits = Arrays.copyOf(waits, 2 * count);
        }
        waits[count++] = seconds;
        sorted = false;
        worstBySecond.merge((int) arrivedSeconds, seconds, Math::max);
    }

    /// Of the requests that do no harm.
    double answered() {
        return 1 - (refusedOthers + brokenOthers) / (double) (requests - poison);
    }

    /// @param running and paid for
    /// @param existing those kept idle by Lambda included
    void environments(double atSeconds, int running, int existing) {
        mostEnvironments = Math.max(mostEnvironments, existing);
        environmentsBySecond.merge((int) atSeconds, running, Math::max);
    }

    /// @param share 0.5 is the median, 1 the longest
    double waitAt(double share) {
        if (!sorted) {
            Arrays.sort(waits, 0, count);
            sorted = true;
        }
        return count == 0 ? 0 : waits[(int) Math.min(count - 1, Math.ceil(share * count) - (share > 0 ? 1 : 0))];
    }

    /// Of the requests that came then or later.
    double longestWaitFrom(double arrivedSeconds) {
        return worstBySecond.tailMap((int) arrivedSeconds).values().stream().mapToDouble(w -> w).max().orElse(0);
    }

    double meanWait() {
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += waits[i];
        }
        return count == 0 ? 0 : sum / count;
    }

    /// The share of requests that waited longer than this.
    double shareAbove(double seconds) {
        int above = 0;
        for (int i = 0; i < count; i++) {
            above += waits[i] > seconds ? 1 : 0;
        }
        return count == 0 ? 0 : (double) above / count;
    }
}
