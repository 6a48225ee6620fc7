// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

/// How many instances a demand calls for: pure arithmetic, no clock, no state.
public enum ScalingAlgorithm {
    /// From what runs and waits right now. What waits counts half: whoever has a slot is done before an environment has started.
    SIMPLE {
        @Override
        int desired(Demand demand, int maxConcurrentCount, int perInstance) {
            double wanted = (double) demand.running() / perInstance + demand.pending() / (2.0 * maxConcurrentCount);
            return roundUp(HEADROOM * wanted);
        }
    },

    /// From the average rate and duration of requests.
    EWMA {
        @Override
        int desired(Demand demand, int maxConcurrentCount, int perInstance) {
            double millis = Math.max(2, demand.serviceSeconds() * 1000);
            return roundUp(HEADROOM * demand.arrivalsPerSecond() / (1000 / millis * perInstance));
        }
    },

    /// From how long the last request in the queue would wait at the rate at which the open instances serve: more of them only if that is longer than a
    /// cold start takes, or would be before long because more arrives than they can serve. A queue that they will have worked off sooner needs nobody.
    LATENCY {
        @Override
        int desired(Demand demand, int maxConcurrentCount, int perInstance) {
            double coldStart = demand.coldStartSeconds();
            if (demand.serviceSeconds() == 0 || coldStart == 0) {
                return SIMPLE.desired(demand, maxConcurrentCount, perInstance); // nothing measured yet
            }
            double instanceRate = maxConcurrentCount / demand.serviceSeconds();
            int steady = roundUp(demand.arrivalsPerSecond() / (FILL * instanceRate));
            boolean longWait = demand.pending() > demand.open() * instanceRate * coldStart || demand.open() == 0;
            int forQueue = longWait ? roundUp(demand.pending() / (instanceRate * coldStart)) : 0;
            return Math.max(steady, roundUp(demand.running() / (double) maxConcurrentCount)) + forQueue;
        }
    };

    private static final double HEADROOM = 1.2;
    /// How much of what an instance can serve `latency` counts on: slots that are busy all the time let a queue grow without end.
    private static final double FILL = 0.85;

    abstract int desired(Demand demand, int maxConcurrentCount, int perInstance);

    private static int roundUp(double instances) {
        return (int) Math.ceil(instances - 1e-9);
    }
}
