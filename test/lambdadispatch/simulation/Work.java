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

    /// This share of the requests is of low priority.
    default Work withLowPriority(double share) {
        return random -> {
            Job job = next(random);
            return random.nextDouble() < share ? new Job(job.seconds(), job.kills(), true) : job;
        };
    }

    /// This share of the requests kills its environment.
    default Work withPoison(double share) {
        return random -> {
            Job job = next(random);
            return random.nextDouble() < share ? new Job(job.seconds(), true, job.low()) : job;
        };
    }
}
