// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

/// Moving averages of what the pool sees: requests per second, how long an exchange takes, how long a cold start takes.
final class Load {
    private static final double MEMORY_SECONDS = 5;
    private static final double COLD_START_WEIGHT = 0.3;

    private long arrived;
    private long finished;
    private long busyNanos;
    private double arrivalsPerSecond;
    private double serviceSeconds;
    private double coldStartSeconds;
    private long updatedNanos;

    Load(long now) {
        updatedNanos = now;
    }

    void arrived() {
        arrived++;
    }

    void finished(long nanos) {
        finished++;
        busyNanos += nanos;
    }

    void started(long nanos) {
        coldStartSeconds = average(coldStartSeconds, nanos / 1e9, COLD_START_WEIGHT);
    }

    /// Folds what came in since the last call into the averages.
    void update(long now) {
        double seconds = (now - updatedNanos) / 1e9;
        if (seconds <= 0) {
            return;
        }
        double weight = 1 - Math.exp(-seconds / MEMORY_SECONDS);
        arrivalsPerSecond += weight * (arrived / seconds - arrivalsPerSecond);
        if (finished > 0) {
            serviceSeconds = average(serviceSeconds, busyNanos / 1e9 / finished, weight);
        }
        arrived = 0;
        finished = 0;
        busyNanos = 0;
        updatedNanos = now;
    }

    private static double average(double soFar, double sample, double weight) {
        return soFar == 0 ? sample : soFar + weight * (sample - soFar);
    }

    double arrivalsPerSecond() {
        return arrivalsPerSecond;
    }

    double serviceSeconds() {
        return serviceSeconds;
    }

    double coldStartSeconds() {
        return coldStartSeconds;
    }
}
