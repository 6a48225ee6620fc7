// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

/// What a scaling decision is made from.
/// @param running exchanges in progress
/// @param pending requests in the queue
/// @param open instances that serve and will go on serving
/// @param serviceSeconds average duration of an exchange; 0 when none has ended yet
/// @param coldStartSeconds average time from an invoke to its first channel; 0 when none has opened yet
record Demand(
        int running, int pending, int open, double arrivalsPerSecond, double serviceSeconds, double coldStartSeconds) {}
