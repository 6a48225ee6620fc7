// SPDX-License-Identifier: MIT
package lambdadispatch.simulation;

/// What one request asks for.
/// @param seconds from its start to its end where nothing else runs
/// @param kills a little after its start the environment dies
record Job(double seconds, boolean kills) {
    Job(double seconds) {
        this(seconds, false);
    }
}
