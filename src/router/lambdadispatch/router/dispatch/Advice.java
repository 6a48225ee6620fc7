// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import java.time.Duration;
import java.util.Optional;

/// What `MaxConcurrentCount` would be right, by what requests take and how much of that is CPU time: about duration by CPU time, times the
/// vCPUs.
///
/// Advice, not control: a limit that adapts itself is no better than the right fixed number. Guarded by the pool's lock.
public final class Advice {
    private static final int ENOUGH = 200;
    /// Some thousand requests are remembered.
    private static final double MOST_REQUESTS = 5000;
    private static final long EVERY_NANOS = Duration.ofMinutes(10).toNanos();
    /// By so much it must differ from what is set to be worth a line.
    private static final double WORTH_SAYING = 1.5;
    private static final int MOST = 1000;

    private double requests;
    private double cpuSeconds;
    private double appSeconds;
    private double vcpus;
    private long saidNanos;

    Advice(long now) {
        saidNanos = now - EVERY_NANOS;
    }

    void add(Temperature between) {
        if (!between.calm() || between.requests() == 0) {
            return;
        }
        double kept = requests < MOST_REQUESTS ? 1 : 0.9;
        requests = kept * requests + between.requests();
        cpuSeconds = kept * cpuSeconds + between.cpuSeconds();
        appSeconds = kept * appSeconds + between.appSeconds();
        vcpus = between.vcpus();
    }

    /// Time that a request spends in the app, CPU time that it takes, the advice; zeros where too little is known.
    public record Seen(double appSeconds, double cpuSeconds, int concurrency) {}

    Seen seen() {
        if (requests < ENOUGH) {
            return new Seen(requests == 0 ? 0 : appSeconds / requests, 0, 0);
        }
        double right = cpuSeconds == 0 ? MOST : appSeconds / cpuSeconds * vcpus;
        return new Seen(appSeconds / requests, cpuSeconds / requests, Math.clamp(Math.round(right), 1, MOST));
    }

    /// The advice, if it is time to say it.
    Optional<Seen> line(int set, long now) {
        Seen seen = seen();
        boolean differs = seen.concurrency() * WORTH_SAYING < set || seen.concurrency() > set * WORTH_SAYING;
        if (seen.concurrency() == 0 || !differs || now - saidNanos < EVERY_NANOS) {
            return Optional.empty();
        }
        saidNanos = now;
        return Optional.of(seen);
    }
}
