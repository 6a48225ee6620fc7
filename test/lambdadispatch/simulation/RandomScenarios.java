// SPDX-License-Identifier: MIT
package lambdadispatch.simulation;

import java.time.Duration;
import java.util.Random;
import lambdadispatch.router.dispatch.PoolSettings;
import lambdadispatch.router.dispatch.ScalingAlgorithm;

/// A scenario out of a seed: any mix of settings, load and faults, to look for one that breaks a rule.
final class RandomScenarios {
    private RandomScenarios() {}

    /// @param requests about so many
    static Scenario of(long seed, int requests) {
        Random random = new Random(seed ^ 0x5DEECE66DL);
        double serviceMedian = 0.005 * Math.pow(2, 8 * random.nextDouble());
        double rate = 5 * Math.pow(2, 6 * random.nextDouble());
        ArrivalTimes trace = trace(random, rate, requests / rate);
        Spread cold = random.nextBoolean() ? Spread.between(0.5, 12) : Spread.always(3);
        double timeout = random.nextInt(4) == 0 ? 30 : 900;
        return new Scenario(
                seed, trace, work(random, serviceMedian), cold, 1 + 20 * random.nextDouble(), timeout, faults(random), settings(random));
    }

    private static ArrivalTimes trace(Random random, double rate, double seconds) {
        return switch (random.nextInt(4)) {
            case 0 -> ArrivalTimes.steady(rate, seconds);
            case 1 -> ArrivalTimes.bursts(rate / 2, rate * 3, seconds / 4, seconds / 20, seconds);
            case 2 -> ArrivalTimes.ramp(0, 2 * rate, seconds);
            default -> ArrivalTimes.diurnal(0, 2 * rate, seconds);
        };
    }

    private static SimulatedFaults faults(Random random) {
        if (random.nextInt(5) == 0) {
            return SimulatedFaults.NONE;
        }
        return new SimulatedFaults(
                sometimes(random, 0.3), sometimes(random, 0.5), sometimes(random, 0.3), sometimes(random, 0.02), sometimes(random, 0.1),
                random.nextInt(3) == 0 ? 1 + random.nextInt(10) : 1000,
                random.nextInt(4) == 0 ? Spread.between(0.05, 10 * random.nextDouble()) : Spread.always(Double.POSITIVE_INFINITY),
                random.nextInt(3) == 0 ? 0.9 * random.nextDouble() * random.nextDouble() : 0,
                random.nextInt(3) == 0 ? 0.5 * random.nextDouble() : 0,
                SimulatedFaults.Bad.values()[random.nextInt(SimulatedFaults.Bad.values().length)]);
    }

    private static Work work(Random random, double median) {
        Work work = Work.of(Spread.logNormal(median, random.nextDouble()));
        work = random.nextInt(4) == 0 ? work.withLowPriority(random.nextDouble()) : work;
        return random.nextInt(4) == 0 ? work.withPoison(0.01 * random.nextDouble()) : work;
    }

    private static double sometimes(Random random, double most) {
        return random.nextBoolean() ? 0 : most * random.nextDouble();
    }

    private static PoolSettings settings(Random random) {
        int concurrent = 1 + random.nextInt(12);
        int max = 1 + random.nextInt(60);
        ScalingAlgorithm algorithm = ScalingAlgorithm.values()[random.nextInt(ScalingAlgorithm.values().length)];
        return PoolSettings.DEFAULTS
                .withChannels(concurrent + random.nextInt(10), concurrent)
                .with(new PoolSettings.Waiting(random.nextInt(3) == 0 ? 20 : 1000, Duration.ofSeconds(5 + random.nextInt(115)),
                        random.nextInt(4) > 0))
                .with(new PoolSettings.Scaling(
                        algorithm, 1 + random.nextInt(3), new PoolSettings.InstanceCounts(random.nextInt(Math.min(3, max + 1)), max),
                        Duration.ofSeconds(5 + random.nextInt(40))))
                .with(new PoolSettings.InvokeLimits(0.5 + 5 * random.nextDouble(), 5 + random.nextInt(60), Duration.ofMillis(500),
                        Duration.ofSeconds(60)));
    }
}
