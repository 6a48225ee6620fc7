// SPDX-License-Identifier: MIT
package lambdadispatch.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import lambdadispatch.router.dispatch.PoolSettings;
import lambdadispatch.router.dispatch.ScalingAlgorithm;

/// Traffic that is not that of the comparison: requests that compute, long ones among short ones, streams, heavy tails, next to none.
final class Traffic {
    static final Spread SERVICE = Spread.logNormal(0.08, 0.5);
    private static final int SEEDS = 3;
    /// After the start, which is the same for all.
    private static final double FROM = 60;

    private Traffic() {}

    static PoolSettings settings(ScalingAlgorithm algorithm) {
        return PoolSettings.DEFAULTS
                .with(new PoolSettings.Scaling(algorithm, 2, new PoolSettings.InstanceCounts(0, 50), Duration.ofSeconds(30)));
    }

    static Scenario scenario(long seed, ArrivalTimes trace, Work work, PoolSettings settings) {
        return new Scenario(seed, trace, work, Spread.between(3, 6), 5, 900, SimulatedFaults.NONE, settings);
    }

    private record Subject(String name, Function<Scenario, Measured> run) {}

    private static List<Subject> subjects() {
        List<Subject> subjects = new ArrayList<>();
        subjects.add(new Subject("Lambda's own", BuiltInDispatch::run));
        for (ScalingAlgorithm algorithm : ScalingAlgorithm.values()) {
            subjects.add(new Subject("`" + algorithm.name().toLowerCase(java.util.Locale.ROOT) + "`",
                    scenario -> World.run(scenario.with(settings(algorithm)), false)));
        }
        return subjects;
    }

    /// Requests of 80 ms, so much of it CPU time, 60 a second; response times and bills.
    static String cpuTable() {
        StringBuilder table = new StringBuilder(
                "| CPU time of 80 ms | vCPU | dispatch | billed environment-seconds | response p50 | p99 |\n|---|---|---|---|---|---|\n");
        for (double[] row : new double[][] {{0.25, 1}, {0.5, 1}, {1, 1}, {0.25, 0.58}, {1, 0.58}}) {
            for (Subject subject : subjects()) {
                List<Measured> runs = runs(subject, ArrivalTimes.steady(60, 600), Work.of(SERVICE).withCpu(row[0]), row[1]);
                table.append("| %.0f ms | %s | %s | %.0f | %.0f ms | %.0f ms |%n".formatted(80 * row[0], row[1], subject.name(),
                        mean(runs, m -> m.billedSeconds),
                        1000 * mean(runs, m -> m.times.at(0.5, FROM, 1e9)), 1000 * mean(runs, m -> m.times.at(0.99, FROM, 1e9))));
            }
        }
        return table.toString();
    }

    private record Kind(String name, ArrivalTimes trace, Work work) {}

    /// Waits for a slot, bills and refusals.
    static String kindsTable() {
        Work usual = Work.of(SERVICE);
        List<Kind> kinds = List.of(
                new Kind("heavy tail (Pareto 1.5, mean 80 ms), 60/s", ArrivalTimes.steady(60, 600),
                        Work.of(random -> Math.min(300, 0.08 / 3 * Math.pow(1 - random.nextDouble(), -1 / 1.5)))),
                new Kind("95 % of 20 ms and 5 % of 10 s, 60/s", ArrivalTimes.steady(60, 600),
                        Work.of(Spread.always(0.02)).mixedWith(0.05, Work.of(Spread.always(10)))),
                new Kind("50 ms and 1 % streams of 600 s, 20/s, half an hour", ArrivalTimes.steady(20, 1800),
                        Work.of(Spread.always(0.05)).mixedWith(0.01, Work.of(Spread.always(600)))),
                new Kind("one a minute, ten hours", ArrivalTimes.steady(1 / 60.0, 36_000), usual),
                new Kind("one every 5 s, an hour", ArrivalTimes.steady(0.2, 3600), usual));
        StringBuilder table = new StringBuilder(
                "| traffic | dispatch | wait p99 after the first minute | longest | refused or cut | invokes | billed environment-seconds |\n|---|---|---|---|---|---|---|\n");
        for (Kind kind : kinds) {
            for (Subject subject : subjects()) {
                List<Measured> runs = runs(subject, kind.trace(), kind.work(), 0);
                table.append("| %s | %s | %.0f ms | %.1f s | %.0f | %.0f | %.0f |%n".formatted(kind.name(), subject.name(),
                        1000 * mean(runs, m -> m.waitsBetween(0.99, FROM)),
                        mean(runs, m -> m.longestWaitFrom(FROM)), mean(runs, m -> m.refused),
                        mean(runs, m -> m.invokes == 0 ? m.coldStarts : m.invokes), mean(runs, m -> m.billedSeconds)));
            }
        }
        return table.toString();
    }

    private static List<Measured> runs(Subject subject, ArrivalTimes trace, Work work, double cpus) {
        List<Measured> runs = new ArrayList<>();
        for (long seed = 1; seed <= SEEDS; seed++) {
            runs.add(subject.run().apply(scenario(seed, trace, work, PoolSettings.DEFAULTS).withCpus(cpus)));
        }
        return runs;
    }

    private static double mean(List<Measured> runs, java.util.function.ToDoubleFunction<Measured> figure) {
        return runs.stream().mapToDouble(figure).average().orElseThrow();
    }
}
