// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import java.util.random.RandomGenerator;

/// Everything that one pool's lock guards, put together. Who knows whom among these is said here, and nowhere else.
final class PoolParts {
    final Fleet fleet;
    final Matching matching;
    final Steering steering;
    final Growth growth;
    final Load load;
    final Counts counts = new Counts();
    final Outbox outbox;
    final FailurePolicy failures;
    final Health health;
    final Outliers outliers;
    final Advice advice;

    /// @param outbox where they leave what the world is to be told
    PoolParts(PoolSettings settings, Outbox outbox, RandomGenerator random, long now) {
        this.outbox = outbox;
        this.load = new Load(now);
        this.fleet = new Fleet(settings);
        this.steering = new Steering(settings.scaling().instances());
        this.growth = new Growth(settings, steering, random, now);
        this.matching = new Matching(settings, fleet, counts, outbox);
        this.failures = new FailurePolicy(fleet, growth, matching, counts, outbox, now);
        this.outliers = new Outliers(settings.maxConcurrentCount(), fleet, outbox);
        this.advice = new Advice(now);
        this.health = new Health(settings.liveness(), fleet, growth, failures, outbox, now);
    }
}
