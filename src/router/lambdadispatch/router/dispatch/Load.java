// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

/// Moving averages of what the pool sees: requests per second, how long an exchange takes, how many run, how long a cold start takes.
final class Load {
    private static final double MEMORY_SECONDS = 5;
    /// What tells a burst from the average.
    private static final double SHORT_MEMORY_SECONDS = 1;
    /// Durations differ more than rates: they are averaged over more of them.
    private static final double SERVICE_MEMORY_SECONDS = 15;
    /// What takes longer is seen in what runs; its rare ends would make the average jump.
    private static final long LONGEST_NANOS = 15_000_000_000L;
    private static final double COLD_START_WEIGHT = 0.3;
    /// Less than one exchange in ages says nothing about how long they take.
    private static final double NOTHING = 1e-9;

    private long arrived;
    private long finished;
    private long busyNanos;
    private double arrivalsPerSecond;
    private double arrivalsLately;
    private double busyPerSecond;
    private double finishedPerSecond;
    private double averageRunning;
    private double coldStartSeconds;
    private long updatedNanos;

    Load(long now) {
        updatedNanos = now;
    }

    void arrived() {
        arrived++;
    }

    /// An exchange ended, well or by its client's leaving.
    void finished(long nanos) {
        finished++;
        busyNanos += Math.min(nanos, LONGEST_NANOS);
    }

    void started(long nanos) {
        double seconds = nanos / 1e9;
        coldStartSeconds = coldStartSeconds == 0 ? seconds : coldStartSeconds + COLD_START_WEIGHT * (seconds - coldStartSeconds);
    }

    /// Folds what came in since the last call into the averages.
    /// @param running exchanges in progress now
    void update(int running, long now) {
        double seconds = (now - updatedNanos) / 1e9;
        if (seconds <= 0) {
            return;
        }
        double weight = weight(seconds, MEMORY_SECONDS);
        arrivalsPerSecond += weight * (arrived / seconds - arrivalsPerSecond);
        averageRunning += weight * (running - averageRunning);
        arrivalsLately += weight(seconds, SHORT_MEMORY_SECONDS) * (arrived / seconds - arrivalsLately);
        double serviceWeight = weight(seconds, SERVICE_MEMORY_SECONDS);
        busyPerSecond += serviceWeight * (busyNanos / 1e9 / seconds - busyPerSecond);
        finishedPerSecond += serviceWeight * (finished / seconds - finishedPerSecond);
        arrived = 0;
        finished = 0;
        busyNanos = 0;
        updatedNanos = now;
    }

    private static double weight(double seconds, double memory) {
        return 1 - Math.exp(-seconds / memory);
    }

    double coldStartSeconds() {
        return coldStartSeconds;
    }

    Averages averages() {
        // The sum of durations over their number: an average of averages would let one long request weigh as much as fifty short ones.
        double serviceSeconds = finishedPerSecond > NOTHING ? busyPerSecond / finishedPerSecond : 0;
        return new Averages(arrivalsPerSecond, arrivalsLately, serviceSeconds, averageRunning, coldStartSeconds);
    }

    /// @param arrivalsPerSecond over some 5 s
    /// @param arrivalsLately per second, over 1 s
    /// @param serviceSeconds average duration of an exchange, none counted for more than 15 s; 0 when none has ended for long
    /// @param running exchanges in progress, over some 5 s: what never ends is seen here only
    /// @param coldStartSeconds average time from an invoke to its first channel; 0 when none has opened yet
    record Averages(double arrivalsPerSecond, double arrivalsLately, double serviceSeconds, double running, double coldStartSeconds) {
        Averages withArrivals(double perSecond) {
            return new Averages(perSecond, arrivalsLately, serviceSeconds, running, coldStartSeconds);
        }
    }
}
