// SPDX-License-Identifier: MIT
package lambdadispatch.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import lambdadispatch.router.dispatch.PoolSettings;
import lambdadispatch.router.dispatch.ScalingAlgorithm;

/// The same traces through Lambda's own dispatch and through ours, with each of the scaling algorithms.
final class DispatchComparison {
    private static final int SEEDS = 5;
    private static final Spread SERVICE = Spread.logNormal(0.08, 0.5);
    private static final String BUILT_IN = "Lambda's own";
    private static final String HAND_OVER = "the same, handing over";

    private record Load(ArrivalTimes trace, Spread coldStart, double functionTimeout) {}

    private final Map<String, Map<String, List<Measured>>> results = new LinkedHashMap<>();

    DispatchComparison() {
        List<Load> loads = List.of(
                new Load(ArrivalTimes.steady(60, 600), Spread.between(3, 6), 900),
                new Load(ArrivalTimes.bursts(10, 150, 120, 15, 600), Spread.between(3, 6), 900),
                new Load(ArrivalTimes.ramp(1, 200, 600), Spread.between(3, 6), 900),
                new Load(ArrivalTimes.diurnal(1, 120, 1200), Spread.between(3, 6), 900),
                new Load(ArrivalTimes.bursts(10, 150, 120, 15, 600).named("burst, cold starts of 12 s, function time-out 2 min"),
                        Spread.always(12), 120));
        for (Load load : loads) {
            Map<String, List<Measured>> bySubject = new LinkedHashMap<>();
            for (long seed = 1; seed <= SEEDS; seed++) {
                Scenario scenario = new Scenario(seed, load.trace(), Work.of(SERVICE), load.coldStart(), 5, load.functionTimeout(),
                        SimulatedFaults.NONE, PoolSettings.DEFAULTS);
                bySubject.computeIfAbsent(BUILT_IN, _ -> new ArrayList<>()).add(BuiltInDispatch.run(scenario));
                bySubject.computeIfAbsent(HAND_OVER, _ -> new ArrayList<>()).add(BuiltInDispatch.runWithHandOver(scenario));
                for (ScalingAlgorithm algorithm : ScalingAlgorithm.values()) {
                    PoolSettings settings = PoolSettings.DEFAULTS.with(
                            new PoolSettings.Scaling(algorithm, 2, new PoolSettings.InstanceCounts(0, 50), Duration.ofSeconds(30)));
                    bySubject.computeIfAbsent(name(algorithm), _ -> new ArrayList<>()).add(World.run(scenario.with(settings), false));
                }
            }
            results.put(load.trace().name(), bySubject);
        }
    }

    private static String name(ScalingAlgorithm algorithm) {
        return "`" + algorithm.name().toLowerCase() + "`";
    }

    /// Averages over the seeds; the longest wait is the longest of all.
    String table() {
        StringBuilder table = new StringBuilder(
                "| trace | dispatch | wait p50 | p99 | longest | longest after the first 30 s | waited > 1 s | environments at most | cold starts | billed environment-seconds |\n"
                        + "|---|---|---|---|---|---|---|---|---|---|\n");
        results.forEach((trace, bySubject) -> bySubject.forEach((subject, runs) -> table.append(
                "| %s | %s | %.0f ms | %.0f ms | %.1f s | %.1f s | %.3f %% | %.0f | %.0f | %.0f |%n".formatted(
                        trace, subject, 1000 * mean(runs, m -> m.waitAt(0.5)), 1000 * mean(runs, m -> m.waitAt(0.99)),
                        longest(runs, 0), longest(runs, 30), 100 * mean(runs, m -> m.shareAbove(1)),
                        mean(runs, m -> m.mostEnvironments), mean(runs, m -> m.coldStarts), mean(runs, m -> m.billedSeconds)))));
        return table.toString();
    }

    private static double longest(List<Measured> runs, double from) {
        return runs.stream().mapToDouble(m -> m.longestWaitFrom(from)).max().orElseThrow();
    }

    private static double mean(List<Measured> runs, java.util.function.ToDoubleFunction<Measured> figure) {
        return runs.stream().mapToDouble(figure).average().orElseThrow();
    }

    /// The bursts: the longest wait of those who came in each second, and how many environments there were.
    String plot() {
        Map<String, List<Measured>> burst = results.get("burst");
        Plot plot = new Plot();
        for (String subject : List.of(BUILT_IN, "`simple`", "`latency`")) {
            Measured run = burst.get(subject).getFirst();
            TreeMap<Integer, Double> environments = new TreeMap<>();
            run.environmentsBySecond.forEach((second, count) -> environments.put(second, (double) count));
            plot.add(subject.replace("`", ""), run.worstBySecond, environments);
        }
        return plot.svg("Longest wait (s) by time of arrival (s), bursts of 150 requests/s", "Environments");
    }
}
