// SPDX-License-Identifier: MIT
package lambdadispatch.simulation;

import lambdadispatch.router.dispatch.PoolSettings;

/// What a service costs and answers whose environments die, or are killed by some of its requests: ten minutes each.
final class Dying {
    private static final Spread SERVICE = Spread.logNormal(0.08, 0.5);
    private static final int SEEDS = 3;

    private Dying() {}

    static Measured environments(double perSecond, Spread life, long seed, boolean audited) {
        return run(perSecond, Work.of(SERVICE), SimulatedFaults.life(life), seed, audited);
    }

    /// @param poison requests per second that kill their environment, besides 50 that do not
    static Measured poison(double poison, long seed, boolean audited) {
        return run(50 + poison, Work.of(SERVICE).withPoison(poison / (50 + poison)), SimulatedFaults.NONE, seed, audited);
    }

    private static Measured run(double perSecond, Work work, SimulatedFaults faults, long seed, boolean audited) {
        return World.run(
                new Scenario(seed, ArrivalTimes.steady(perSecond, 600), work, Spread.between(3, 6), 5, 900, faults, PoolSettings.DEFAULTS),
                audited);
    }

    static String table() {
        StringBuilder table = new StringBuilder(
                "| ten minutes of | requests/s | answered | 502 | 503, 504 | invokes | requests per invoke |\n|---|---|---|---|---|---|---|\n");
        for (double rate : new double[] {0.1, 1, 10, 50, 200}) {
            table.append(
                    row("environments that die after 1.5 to 5 s", rate, seed -> environments(rate, Spread.between(1.5, 5), seed, false)));
        }
        table.append(row("environments that die after 0.3 s", 50, seed -> environments(50, Spread.always(0.3), seed, false)));
        table.append(row("environments that die after 0.05 s", 50, seed -> environments(50, Spread.always(0.05), seed, false)));
        for (double poison : new double[] {0.1, 0.5, 2}) {
            table.append(row("%s requests/s beside them that kill their environment".formatted(poison), 50,
                    seed -> poison(poison, seed, false)));
        }
        return table.toString();
    }

    private static String row(String what, double rate, java.util.function.LongFunction<Measured> run) {
        double answered = 0;
        long broken = 0;
        long refused = 0;
        long invokes = 0;
        long served = 0;
        for (long seed = 1; seed <= SEEDS; seed++) {
            Measured measured = run.apply(seed);
            answered += measured.answered() / SEEDS;
            broken += measured.brokenOthers;
            refused += measured.refusedOthers;
            invokes += measured.invokes;
            served += measured.served;
        }
        return "| %s | %s | %.2f %% | %d | %d | %d | %.0f |%n".formatted(
                what, rate, 100 * answered, broken / SEEDS, refused / SEEDS, invokes / SEEDS, served / (double) invokes);
    }
}
