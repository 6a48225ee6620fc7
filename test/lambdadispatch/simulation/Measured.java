// SPDX-License-Identifier: MIT
package lambdadispatch.simulation;

import java.util.TreeMap;

/// What one run showed.
final class Measured {
    private final Samples waits = new Samples();
    /// From arrival to the end of the answer.
    final Samples times = new Samples();
    long requests;
    long served;
    /// Of those served: answered with 500.
    long failed;
    long refused;
    long left;
    long broken;
    long retried;
    /// Refusals by environments.
    long turnedAway;
    long ejections;
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
        waits.add(arrivedSeconds, seconds);
        worstBySecond.merge((int) arrivedSeconds, seconds, Math::max);
    }

    /// Requests that arrived in that time, whatever became of them.
    double arrivedBetween(double from, double until) {
        return waits.within(Double.POSITIVE_INFINITY, from, until);
    }

    void took(double arrivedSeconds, double seconds) {
        times.add(arrivedSeconds, seconds);
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
        return waits.at(share);
    }

    /// Of the requests that came then or later.
    double longestWaitFrom(double arrivedSeconds) {
        return worstBySecond.tailMap((int) arrivedSeconds).values().stream().mapToDouble(w -> w).max().orElse(0);
    }

    /// Of the requests that came then or later.
    double waitsBetween(double share, double from) {
        return waits.at(share, from, Double.POSITIVE_INFINITY);
    }

    /// The share of requests that waited longer than this.
    double shareAbove(double seconds) {
        return waits.shareAbove(seconds);
    }
}
