// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

/// How many instances a demand calls for: pure arithmetic, no clock, no state.
public enum ScalingAlgorithm {
    /// From what runs and waits right now.
    SIMPLE {
        @Override
        int desired(Demand demand, int maxConcurrentCount, int perInstance) {
            double wanted = (double) demand.running() / perInstance + demand.pending() / (maxConcurrentCount / 2.0);
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

    /// From how long the last request in the queue would wait: more only if that is longer than a cold start takes.
    LATENCY {
        @Override
        int desired(Demand demand, int maxConcurrentCount, int perInstance) {
            return SIMPLE.desired(demand, maxConcurrentCount, perInstance);
        }
    };

    private static final double HEADROOM = 1.2;

    abstract int desired(Demand demand, int maxConcurrentCount, int perInstance);

    private static int roundUp(double instances) {
        return (int) Math.ceil(instances - 1e-9);
    }
}
