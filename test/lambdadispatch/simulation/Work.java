// SPDX-License-Identifier: MIT
package lambdadispatch.simulation;

import java.util.random.RandomGenerator;

/// What requests ask for, by chance.
@FunctionalInterface
interface Work {
    Job next(RandomGenerator random);

    static Work of(Spread seconds) {
        return random -> new Job(seconds.sample(random));
    }

    /// This share of each request's time is CPU time.
    default Work withCpu(double share) {
        return random -> {
            Job job = next(random);
            return new Job(job.seconds(), share * job.seconds(), job.kills(), job.low());
        };
    }

    /// This share of the requests is of another kind.
    default Work mixedWith(double share, Work other) {
        return random -> random.nextDouble() < share ? other.next(random) : next(random);
    }

    /// This share of the requests is of low priority.
    default Work withLowPriority(double share) {
        return random -> {
            Job job = next(random);
            return random.nextDouble() < share ? new Job(job.seconds(), job.cpuSeconds(), job.kills(), true) : job;
        };
    }

    /// This share of the requests kills its environment.
    default Work withPoison(double share) {
        return random -> {
            Job job = next(random);
            return random.nextDouble() < share ? new Job(job.seconds(), job.cpuSeconds(), true, job.low()) : job;
        };
    }
}
