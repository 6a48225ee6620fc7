// SPDX-License-Identifier: MIT
package lambdadispatch.simulation;

import java.time.Duration;
import lambdadispatch.router.dispatch.PoolSettings;
import lambdadispatch.router.dispatch.ScalingAlgorithm;

/// One of at least four instances answers worse than the others, for five minutes.
final class BadInstance {
    private static final double SECONDS = 300;

    private BadInstance() {}

    static Measured run(double perSecond, SimulatedFaults.Bad bad, long seed, boolean audited) {
        PoolSettings settings = PoolSettings.DEFAULTS.with(new PoolSettings.Scaling(
                ScalingAlgorithm.EWMA, 2, new PoolSettings.InstanceCounts(4, 50), Duration.ofSeconds(30)));
        return World.run(new Scenario(seed, ArrivalTimes.steady(perSecond, SECONDS), Work.of(Spread.logNormal(0.08, 0.5)),
                Spread.between(3, 6), 5, 900, SimulatedFaults.of(bad), settings), audited);
    }

    static double p99(Measured measured) {
        return measured.times.at(0.99, 30, SECONDS);
    }

    static String table() {
        StringBuilder table = new StringBuilder(
                "| one of four or more | requests/s | answered with 500 | p99 after the first 30 s |\n|---|---|---|---|\n");
        for (SimulatedFaults.Bad bad : SimulatedFaults.Bad.values()) {
            for (double rate : new double[] {20, 100, 200}) {
                Measured measured = run(rate, bad, 1, false);
                table.append("| %s | %.0f | %d of %d | %.0f ms |%n".formatted(
                        bad == SimulatedFaults.Bad.NONE ? "as the others" : bad.name().toLowerCase(java.util.Locale.ROOT).replace('_', ' '),
                        rate, measured.failed, measured.requests, 1000 * p99(measured)));
            }
        }
        return table.toString();
    }
}
