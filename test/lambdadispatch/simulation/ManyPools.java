// SPDX-License-Identifier: MIT
package lambdadispatch.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import lambdadispatch.router.dispatch.Actions;
import lambdadispatch.router.dispatch.AllowedFunctions;
import lambdadispatch.router.dispatch.Instance;
import lambdadispatch.router.dispatch.Pool;
import lambdadispatch.router.dispatch.PoolSettings;
import lambdadispatch.router.dispatch.Pools;
import lambdadispatch.router.dispatch.ScalingAlgorithm;
import lambdadispatch.router.dispatch.Schedule;

/// The router's real pools side by side: a big one that could use all environments of the account, and small ones that need one now and
/// then.
final class ManyPools implements Actions {
    static final int ACCOUNT = 20;
    private static final double SECONDS = 180;
    private static final int SMALL = 20;
    private static final double BIG_RATE = 800;
    private static final double SMALL_RATE = 0.1;
    private static final double TICK = 0.1;

    private final SimulatedTime timeline = new SimulatedTime();
    private final FunctionModel.Account account = new FunctionModel.Account();
    private final Map<Pool, World> worlds = new HashMap<>();
    private final List<World> small = new ArrayList<>();
    private final Pools pools;
    private final World big;

    /// @param total `TotalInstanceCount`; 0 for none
    ManyPools(int total, ScalingAlgorithm algorithm, long seed) {
        PoolSettings settings = PoolSettings.DEFAULTS
                .with(new PoolSettings.Scaling(algorithm, 2, new PoolSettings.InstanceCounts(0, 50), Duration.ofSeconds(30)));
        this.pools = new Pools("big", new AllowedFunctions("small-*"), settings, new Pools.Allotment(Schedule.NONE, total), timeline, this,
                new Random(seed));
        this.big = world(seed, BIG_RATE, settings, pools.defaultPool());
        for (int i = 0; i < SMALL; i++) {
            small.add(world(seed * 100 + i, SMALL_RATE, settings, pools.named("small-" + i).orElseThrow()));
        }
    }

    private World world(long seed, double rate, PoolSettings settings, Pool pool) {
        SimulatedFaults faults =
                new SimulatedFaults(0, 0, 0, 0, 0, ACCOUNT, Spread.always(Double.POSITIVE_INFINITY), 0, 0, SimulatedFaults.Bad.NONE);
        Scenario scenario = new Scenario(seed, ArrivalTimes.steady(rate, SECONDS), Work.of(Traffic.SERVICE), Spread.between(3, 6), 5, 900,
                faults, settings);
        World world = new World(scenario, false, timeline, _ -> pool);
        world.function.account = account;
        worlds.put(pool, world);
        return world;
    }

    ManyPools run() {
        worlds.values().forEach(world -> world.scheduleArrival(0));
        tick();
        while (timeline.step(SECONDS + 130)) {
            continue;
        }
        return this;
    }

    private void tick() {
        pools.tick();
        worlds.values().forEach(world -> world.outliers.ticked());
        timeline.after(TICK, this::tick);
    }

    @Override
    public void invoke(Instance instance) {
        worlds.get(instance.pool()).function.invoke(instance);
    }

    /// @param share 0.5 is the median
    double smallWait(double share) {
        return small.stream().mapToDouble(world -> world.measured.waitsBetween(share, 60)).average().orElseThrow();
    }

    double smallLongest() {
        return small.stream().mapToDouble(world -> world.measured.longestWaitFrom(60)).max().orElseThrow();
    }

    long smallRefused() {
        return small.stream().mapToLong(world -> world.measured.refused).sum();
    }

    long throttled() {
        return account.throttled;
    }

    Measured big() {
        return big.measured;
    }

    static String table() {
        StringBuilder table = new StringBuilder(
                "| dispatch | `TotalInstanceCount` | small ones: wait p50 | longest | refused | big one: wait p99 | refused | invokes throttled by Lambda |\n|---|---|---|---|---|---|---|---|\n");
        for (ScalingAlgorithm algorithm : List.of(ScalingAlgorithm.SIMPLE, ScalingAlgorithm.LATENCY)) {
            for (int total : new int[] {0, ACCOUNT}) {
                ManyPools run = new ManyPools(total, algorithm, 1).run();
                table.append("| `%s` | %s | %.1f s | %.1f s | %d of %d | %.1f s | %.1f %% | %d |%n".formatted(
                        algorithm.name().toLowerCase(java.util.Locale.ROOT), total == 0 ? "none" : total,
                        run.smallWait(0.5), run.smallLongest(), run.smallRefused(),
                        run.small.stream().mapToLong(world -> world.measured.requests).sum(),
                        run.big().waitsBetween(0.99, 60), 100.0 * run.big().refused / run.big().requests, run.throttled()));
            }
        }
        return table.toString();
    }
}
