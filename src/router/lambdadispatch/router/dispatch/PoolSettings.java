// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import java.time.Duration;

/// What one pool of instances is held to. The names are those of the `LAMBDA_DISPATCH_` variables.
/// @param channelCount channels an instance is asked to open; more than it may use at once, so that a fresh one is at hand when one is lost
/// @param maxConcurrentCount exchanges one instance may run at once
public record PoolSettings(
        int channelCount, int maxConcurrentCount, Waiting waiting, Scaling scaling, InvokeLimits invokes, Liveness liveness) {

    /// How many may wait, and how long.
    /// @param sheds whether, when the pool can not grow, the newest request comes first and old ones are refused
    /// @param clientShare percent of the slots that one client may hold while others wait; 100 for no bound
    public record Waiting(int maxQueueLength, Duration incomingRequestTimeout, boolean sheds, int clientShare) {
        public Waiting(int maxQueueLength, Duration incomingRequestTimeout, boolean sheds) {
            this(maxQueueLength, incomingRequestTimeout, sheds, 25);
        }

        public Waiting(int maxQueueLength, Duration incomingRequestTimeout) {
            this(maxQueueLength, incomingRequestTimeout, true);
        }
    }

    /// How many instances there should be.
    /// @param instanceCountMultiplier `simple` and `ewma` fill an instance to `maxConcurrentCount` divided by this
    /// @param maxInstanceCount instances the pool may have at once; replacements overlap what they replace and may exceed it by a quarter
    /// (at least 1)
    /// @param scaleInDelay how long there must have been too many before one is dismissed
    public record Scaling(
            ScalingAlgorithm algorithm, int instanceCountMultiplier, InstanceCounts instances, Duration scaleInDelay) {}

    /// @param min instances kept even when idle
    /// @param max instances that may run, and cost, at the same time
    public record InstanceCounts(int min, int max) {}

    /// The cost guard: how often the pool may invoke.
    /// @param perSecond sustained rate
    /// @param burst invokes that may come at once after a quiet time
    /// @param firstBackoff pause after the first failure; doubles with each further one
    public record InvokeLimits(double perSecond, int burst, Duration firstBackoff, Duration longestBackoff) {}

    /// When an instance is given up.
    /// @param pingInterval how often the extension pings; after 1.5 of them without a sign of life an instance gets no new work, after 3 it
    /// is dead
    /// @param startTimeout from the invoke to the first channel; after that the instance is no longer counted on
    public record Liveness(Duration pingInterval, Duration startTimeout) {}

    public static final PoolSettings DEFAULTS = new PoolSettings(
            20,
            10,
            new Waiting(5000, Duration.ofSeconds(120)),
            new Scaling(ScalingAlgorithm.SIMPLE, 2, new InstanceCounts(0, 50), Duration.ofSeconds(30)),
            new InvokeLimits(5, 50, Duration.ofMillis(500), Duration.ofSeconds(60)),
            new Liveness(Duration.ofSeconds(5), Duration.ofSeconds(60)));

    public PoolSettings with(Waiting waiting) {
        return new PoolSettings(channelCount, maxConcurrentCount, waiting, scaling, invokes, liveness);
    }

    public PoolSettings with(Scaling scaling) {
        return new PoolSettings(channelCount, maxConcurrentCount, waiting, scaling, invokes, liveness);
    }

    public PoolSettings with(InvokeLimits invokes) {
        return new PoolSettings(channelCount, maxConcurrentCount, waiting, scaling, invokes, liveness);
    }

    public PoolSettings with(Liveness liveness) {
        return new PoolSettings(channelCount, maxConcurrentCount, waiting, scaling, invokes, liveness);
    }

    public PoolSettings withChannels(int channelCount, int maxConcurrentCount) {
        return new PoolSettings(channelCount, maxConcurrentCount, waiting, scaling, invokes, liveness);
    }

    /// Requests that may run at once on all instances there can be, replacements that overlap included.
    int mostSlots() {
        int max = scaling.instances().max();
        return (max + Math.ceilDiv(max, 4)) * maxConcurrentCount;
    }

    public PoolSettings {
        if (maxConcurrentCount < 1 || channelCount < maxConcurrentCount) {
            throw new IllegalArgumentException("ChannelCount must be at least MaxConcurrentCount, which must be at least 1");
        }
    }
}
