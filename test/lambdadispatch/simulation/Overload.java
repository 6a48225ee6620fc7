// SPDX-License-Identifier: MIT
package lambdadispatch.simulation;

import java.time.Duration;
import lambdadispatch.router.dispatch.PoolSettings;
import lambdadispatch.router.dispatch.ScalingAlgorithm;

/// Twice as much as four instances, which are all there may be, can serve, for one minute of five; half as much before and after.
final class Overload {
    private static final double FROM = 120;
    private static final double UNTIL = 180;
    private static final double END = 300;
    private static final int SLOTS = 40;

    private Overload() {}

    static Measured run(double serviceSeconds, boolean sheds, double low, long seed, boolean audited) {
        double capacity = SLOTS / (serviceSeconds * Math.exp(0.125));
        ArrivalTimes trace = new ArrivalTimes("overload", END, t -> t >= FROM && t < UNTIL ? 2 * capacity : capacity / 2, 2 * capacity);
        PoolSettings settings = PoolSettings.DEFAULTS
                .with(new PoolSettings.Waiting(PoolSettings.DEFAULTS.waiting().maxQueueLength(), Duration.ofSeconds(120), sheds))
                .with(new PoolSettings.Scaling(ScalingAlgorithm.SIMPLE, 2, new PoolSettings.InstanceCounts(4, 4), Duration.ofSeconds(30)));
        Work work = Work.of(Spread.logNormal(serviceSeconds, 0.5)).withLowPriority(low);
        return World.run(new Scenario(seed, trace, work, Spread.between(3, 6), 5, 900, SimulatedFaults.NONE, settings), audited);
    }

    /// The share of those who came in the overload that had their answer within a second.
    static double good(Measured measured) {
        return measured.times.within(1, FROM, UNTIL) / measured.arrivedBetween(FROM, UNTIL);
    }

    static String table() {
        StringBuilder table = new StringBuilder(
                "| requests of | queue | answered within 1 s of those who came in the overload | of those after it | p99 of the answered | refused |\n|---|---|---|---|---|---|\n");
        for (double service : new double[] {0.08, 1}) {
            for (boolean sheds : new boolean[] {false, true}) {
                Measured m = run(service, sheds, 0, 1, false);
                table.append("| %s s | %s | %.1f %% | %.1f %% | %.1f s | %d |%n".formatted(service,
                        sheds ? "newest first, 503 after 5 s" : "in order",
                        100 * good(m), 100 * m.times.within(1, UNTIL, END) / m.arrivedBetween(UNTIL, END), m.times.at(0.99, FROM, UNTIL),
                        m.refused));
            }
        }
        return table.toString();
    }
}
