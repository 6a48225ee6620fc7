// SPDX-License-Identifier: MIT
package lambdadispatch.simulation;

/// What goes wrong, and how often. Probabilities are per invoke or per request as named; 0 is never.
/// @param invokeFails an invoke ends as one of the faults instead of starting an instance
/// @param dies an instance dies at some moment of its life
/// @param freezes an instance stops answering for a while at some moment of its life
/// @param channelBreaks an exchange ends by losing its channel
/// @param clientLeaves a client loses its patience, waiting or not
/// @param throttledAbove environments the account allows at once
/// @param fails an exchange ends with 500
/// @param refuses an exchange is refused before the app has heard of it, and may be tried elsewhere
/// @param bad what is wrong with the first instance of all
/// @param life how long an instance lives after it has connected, in any case
record SimulatedFaults(double invokeFails, double dies, double freezes, double channelBreaks, double clientLeaves, int throttledAbove,
        Spread life, double fails, double refuses,
        Bad bad) {
    enum Bad { NONE, TEN_TIMES_SLOWER, FAILS_AT_ONCE, REFUSES_AT_ONCE }

    static SimulatedFaults of(Bad bad) {
        return new SimulatedFaults(0, 0, 0, 0, 0, 1000, Spread.always(Double.POSITIVE_INFINITY), 0, 0, bad);
    }

    static final SimulatedFaults NONE = new SimulatedFaults(0, 0, 0, 0, 0, 1000, Spread.always(Double.POSITIVE_INFINITY), 0, 0, Bad.NONE);

    static SimulatedFaults life(Spread life) {
        return new SimulatedFaults(0, 0, 0, 0, 0, 1000, life, 0, 0, Bad.NONE);
    }
}
