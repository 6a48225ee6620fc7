// SPDX-License-Identifier: MIT
package lambdadispatch.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import lambdadispatch.router.dispatch.PoolSettings;
import lambdadispatch.router.dispatch.ScalingAlgorithm;

/// Ten minutes of steady load on several routers, each with a pool of its own.
final class Routers {
    private static final double SECONDS = 600;
    /// Requests under way at which the next router gets something.
    private static final int FULL = 60;

    private Routers() {}

    /// @return environment-seconds
    static double bill(int routers, boolean fillFirst, double perSecond, ScalingAlgorithm algorithm, long seed) {
        PoolSettings settings = Traffic.settings(algorithm);
        SimulatedTime timeline = new SimulatedTime();
        ArrivalTimes trace = ArrivalTimes.steady(perSecond, SECONDS);
        List<World> worlds = new ArrayList<>();
        for (int i = 0; i < routers; i++) {
            worlds.add(new World(Traffic.scenario(seed * 100 + i, trace, Work.of(Traffic.SERVICE), settings), false, timeline));
        }
        Random random = new Random(seed);
        arrive(0, trace, timeline, worlds, fillFirst, random);
        worlds.forEach(World::tick);
        while (timeline.step(SECONDS + 60)) {
            continue;
        }
        worlds.forEach(world -> world.pool.drain());
        while (timeline.step(SECONDS + 120)) {
            continue;
        }
        return worlds.stream().mapToDouble(world -> world.measured.billedSeconds).sum();
    }

    private static void arrive(double from, ArrivalTimes trace, SimulatedTime timeline, List<World> worlds, boolean fillFirst,
            Random random) {
        double at = trace.next(from, random);
        if (at < Double.POSITIVE_INFINITY) {
            timeline.after(at - timeline.seconds(), () -> {
                World spread = worlds.get(random.nextInt(worlds.size()));
                World chosen = fillFirst ? worlds.stream().filter(world -> world.underWay() < FULL).findFirst().orElse(spread) : spread;
                chosen.arrive();
                arrive(at, trace, timeline, worlds, fillFirst, random);
            });
        }
    }

    static String table() {
        StringBuilder table = new StringBuilder(
                "| routers | requests go | `simple`, 5 requests/s | 60 | `latency`, 5 | 60 |\n|---|---|---|---|---|---|\n");
        for (int routers : new int[] {1, 2, 4, 16}) {
            for (boolean fillFirst : routers == 1 ? new boolean[] {false} : new boolean[] {false, true}) {
                table.append("| %d | %s |".formatted(routers, routers == 1 ? "" : fillFirst ? "to the first that has room" : "anywhere"));
                for (ScalingAlgorithm algorithm : List.of(ScalingAlgorithm.SIMPLE, ScalingAlgorithm.LATENCY)) {
                    for (double rate : new double[] {5, 60}) {
                        table.append(" %.0f |".formatted(bill(routers, fillFirst, rate, algorithm, 1)));
                    }
                }
                table.append('\n');
            }
        }
        return table.toString();
    }
}
