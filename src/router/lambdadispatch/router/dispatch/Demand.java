// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

/// What a scaling decision is made from.
/// @param running exchanges in progress
/// @param pending requests in the queue
/// @param open instances that serve
record Demand(int running, int pending, int open, Load.Averages averages) {
    /// Requests in progress on average that what arrives asks for, or that there are: whichever is more.
    double offered() {
        return Math.max(averages.arrivalsPerSecond() * averages.serviceSeconds(), averages.running());
    }

    Demand with(Load.Averages other) {
        return new Demand(running, pending, open, other);
    }
}
