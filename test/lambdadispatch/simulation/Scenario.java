// SPDX-License-Identifier: MIT
package lambdadispatch.simulation;

import java.util.Random;
import lambdadispatch.router.dispatch.PoolSettings;

/// One run's script. The seed decides everything the script leaves open.
/// @param idleGrace after so many seconds without a request an instance returns by itself
/// @param cpus of an environment, which its requests share; 0 where they do not hold one another up
/// @param functionTimeout of the function, seconds; an instance asks to close [#margin] before it
record Scenario(
        long seed, ArrivalTimes trace, Work work, Spread coldStart, double idleGrace, double functionTimeout, SimulatedFaults faults,
        PoolSettings settings,
        double cpus) {
    /// As the extension has it: a tenth of the time-out, within bounds.
    double margin() {
        return Math.clamp(functionTimeout / 10, 0.5, 30);
    }

    Scenario withCpus(double other) {
        return new Scenario(seed, trace, work, coldStart, idleGrace, functionTimeout, faults, settings, other);
    }

    Scenario(long seed, ArrivalTimes trace, Work work, Spread coldStart, double idleGrace, double functionTimeout, SimulatedFaults faults,
            PoolSettings settings) {
        this(seed, trace, work, coldStart, idleGrace, functionTimeout, faults, settings, 0);
    }

    /// The same for every dispatch that is given this scenario, and so the same requests.
    Random arrivals() {
        return new Random(seed * 31 + 1);
    }

    Random services() {
        return new Random(seed * 31 + 2);
    }

    Scenario with(PoolSettings other) {
        return new Scenario(seed, trace, work, coldStart, idleGrace, functionTimeout, faults, other, cpus);
    }
}
