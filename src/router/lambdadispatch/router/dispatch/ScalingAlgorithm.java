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

    /// From the average rate and duration of requests; but never less than what runs and waits right now needs.
    EWMA {
        @Override
        int desired(Demand demand, int maxConcurrentCount, int perInstance) {
            double now = (demand.running() + demand.pending() / 2.0) / maxConcurrentCount;
            double shortest = demand.averages().arrivalsPerSecond() * SHORTEST_SECONDS;
            return roundUp(Math.max(HEADROOM * Math.max(demand.offered(), shortest) / perInstance, now));
        }
    },

    /// From how long the last request in the queue would wait at the rate at which the open instances serve: more of them only if that is
    /// longer than a cold start takes, or would be before long because more arrives than they can serve. A queue that they will have worked
    /// off sooner needs nobody.
    LATENCY {
        @Override
        int desired(Demand demand, int maxConcurrentCount, int perInstance) {
            double coldStart = demand.averages().coldStartSeconds();
            if (demand.averages().serviceSeconds() == 0 || coldStart == 0) {
                return SIMPLE.desired(demand, maxConcurrentCount, perInstance); // nothing measured yet
            }
            double instanceRate = maxConcurrentCount / demand.averages().serviceSeconds();
            double steady = Math.max(demand.offered() / FILL, demand.running()) / maxConcurrentCount;
            boolean longWait = demand.pending() > demand.open() * instanceRate * coldStart || demand.open() == 0;
            double forQueue = longWait ? demand.pending() / (instanceRate * coldStart) : 0;
            return roundUp(steady + forQueue); // once: rounding each part would start two where one will do
        }
    };

    private static final double HEADROOM = 1.2;
    /// Shorter exchanges are counted as if they took so long: the hops around them take time, too.
    private static final double SHORTEST_SECONDS = 0.002;
    /// How much of what an instance can serve `latency` counts on: slots that are busy all the time let a queue grow without end.
    private static final double FILL = 0.85;

    abstract int desired(Demand demand, int maxConcurrentCount, int perInstance);

    private static int roundUp(double instances) {
        return (int) Math.ceil(instances - 1e-9);
    }
}
