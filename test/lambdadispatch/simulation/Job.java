// SPDX-License-Identifier: MIT
package lambdadispatch.simulation;

/// What one request asks for.
/// @param seconds from its start to its end where nothing else runs
/// @param kills a little after its start the environment dies
/// @param low of low priority
/// @param cpuSeconds how much of it is CPU time
record Job(double seconds, double cpuSeconds, boolean kills, boolean low) {
    Job(double seconds) {
        this(seconds, 0, false, false);
    }

    /// How long it takes where nothing else runs, on so many CPUs.
    double alone(double cpus) {
        return cpus == 0 ? seconds : seconds - cpuSeconds + cpuSeconds / Math.min(1, cpus);
    }
}
