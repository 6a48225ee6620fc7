// SPDX-License-Identifier: MIT
package lambdadispatch.simulation;

/// What one request asks for.
/// @param seconds from its start to its end where nothing else runs
/// @param kills a little after its start the environment dies
/// @param low of low priority
record Job(double seconds, boolean kills, boolean low) {
    Job(double seconds) {
        this(seconds, false, false);
    }
}
