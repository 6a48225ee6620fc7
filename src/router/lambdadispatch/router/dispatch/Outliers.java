// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import java.time.Duration;
import java.util.Arrays;

/// Which instances get fewer requests, or none, because they answer worse than the others. Guarded by the pool's lock.
///
/// Whoever answers fastest is free most often, and so an instance that fails at once would draw most requests. It is *ejected* after some
/// errors in a row, but only while the others answer well, and never more than half of them: if all fail alike, nothing changes. A *slow*
/// one counts as fuller than it is, and one that is *hot*, or refuses requests, comes after all others.
final class Outliers {
    private static final int IN_A_ROW = 5;
    private static final double OTHERS_FAIL = 0.2;
    private static final long FIRST_EJECTION_NANOS = Duration.ofSeconds(5).toNanos();
    private static final long LONGEST_EJECTION_NANOS = Duration.ofSeconds(60).toNanos();
    /// So many times as slow as the median.
    private static final double SLOW = 3;
    static final int SLOW_HANDICAP = 8;
    /// For so long after it refused a request an instance is likely to refuse the next.
    private static final long REFUSING_NANOS = Duration.ofSeconds(1).toNanos();
    private static final long PROBE_EVERY_NANOS = Duration.ofSeconds(5).toNanos();

    /// Sum of the time for which apps wanted to be kept after their answers.
    long heldMillis;
    private final int maxConcurrentCount;
    private final Fleet fleet;
    private final Outbox outbox;

    Outliers(int maxConcurrentCount, Fleet fleet, Outbox outbox) {
        this.maxConcurrentCount = maxConcurrentCount;
        this.fleet = fleet;
        this.outbox = outbox;
    }

    /// @param status of a whole answer
    void answered(Instance instance, int status, long nanos, long now) {
        Rating rating = instance.rating;
        rating.answered(status >= 500, nanos, instance.pace != Instance.Pace.USUAL, now);
        if (rating.failuresInRow >= IN_A_ROW && !rating.ejected(now) && othersAnswerWell(instance)) {
            long pause = Math.min(LONGEST_EJECTION_NANOS, FIRST_EJECTION_NANOS << Math.min(10, rating.ejections));
            rating.ejections++;
            rating.failuresInRow = IN_A_ROW - 1; // one more when it is back, and it goes again
            rating.ejectedUntilNanos = now + pause;
            rating.everEjected = true;
            outbox.warn("instanceEjected", instance, "why", "answers " + status + " where others do not", "seconds",
                    pause / 1_000_000_000L);
            review(now);
        }
    }

    void feels(Instance instance, Reading reading, Advice advice, long now) {
        Reading before = instance.reading;
        long since = instance.readNanos;
        instance.reading = reading;
        instance.readNanos = now;
        heldMillis += Math.max(0, reading.heldMillis() - (before == null ? 0 : before.heldMillis()));
        if (before != null) {
            Temperature between = Temperature.between(before, reading, now - since);
            instance.hot = between.hot();
            review(now);
            advice.add(between);
            advice.line(maxConcurrentCount, now).ifPresent(outbox::advise);
        }
    }

    void refused(Instance instance, long now) {
        instance.refusedNanos = now;
        instance.everRefused = true;
        review(now);
    }

    private boolean othersAnswerWell(Instance but) {
        double failing = 0;
        int others = 0;
        for (Instance instance : fleet.all()) {
            if (instance != but && instance.state == Instance.State.OPEN) {
                failing += instance.rating.failureShare();
                others++;
            }
        }
        return others > 0 && failing / others < OTHERS_FAIL;
    }

    /// Applies what is known of all, as time passes.
    void review(long now) {
        int open = 0;
        int ejected = 0;
        double[] logs = new double[fleet.all().size()];
        int known = 0;
        for (Instance instance : fleet.all()) {
            if (instance.state == Instance.State.OPEN) {
                open++;
                ejected += instance.rating.ejected(now) ? 1 : 0;
                if (instance.rating.known()) {
                    logs[known++] = instance.rating.logSeconds();
                }
            }
        }
        boolean tooMany = 2 * ejected > open;
        double median = median(logs, known);
        for (Instance instance : fleet.all()) {
            boolean slow = known > 1 && instance.rating.known() && instance.rating.logSeconds() - median > Math.log(SLOW);
            boolean probe = instance.busy.size() == 0 && now - instance.rating.answeredNanos > PROBE_EVERY_NANOS;
            instance.pace = !slow ? Instance.Pace.USUAL : probe ? Instance.Pace.ON_TRIAL : Instance.Pace.SLOW;
            fleet.rate(instance, instance.rating.ejected(now) && !tooMany, handicap(instance, slow && !probe, now));
        }
    }

    /// What makes it come later adds up: where all are hot, one that is slow or refuses comes after them still.
    private static int handicap(Instance instance, boolean slow, long now) {
        return (refusing(instance, now) ? Offers.LAST : 0) + (instance.hot ? Offers.LAST : 0) + (slow ? SLOW_HANDICAP : 0);
    }

    private static boolean refusing(Instance instance, long now) {
        return instance.everRefused && now - instance.refusedNanos < REFUSING_NANOS;
    }

    /// Why it comes after the others, in a word; `well` where it does not.
    static String feels(Instance instance, long now) {
        return refusing(instance, now) ? "refusing" : instance.hot ? "hot" : instance.pace != Instance.Pace.USUAL ? "slow" : "well";
    }

    private static double median(double[] values, int count) {
        if (count == 0) {
            return 0;
        }
        Arrays.sort(values, 0, count);
        return values[(count - 1) / 2];
    }
}
