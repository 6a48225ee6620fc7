// SPDX-License-Identifier: MIT
package lambdadispatch.emulator.environment;

/// The runtime's side of a [Lifecycle]: which invocation goes to which call for the next one, and what its outcome is. Guarded by the
/// Lifecycle that it belongs to.
sealed interface Deliveries permits OneAtATime, SeveralAtOnce {
    /// The runtime asks for an invocation.
    void asks(Poll poll) throws Refused;

    /// An invocation for that call; null while there is none.
    Lifecycle.Delivery take(Poll poll);

    /// Whether the runtime could take an invocation at once.
    boolean ready();

    void begin(Lifecycle.Delivery delivery);

    /// The invocation could not be written to whoever had asked for it; the next to ask gets it.
    void undelivered(Lifecycle.Delivery delivery);

    /// Refuses an answer that does not fit.
    /// @param kind of answer, as a state is named
    void mayAnswer(String requestId, String kind) throws Refused;

    void finish(String requestId, Outcome outcome);

    /// What has come of it; null while nothing has.
    Outcome outcome(String requestId);

    /// Nobody waits for its outcome any more.
    void forget(String requestId);

    void initFailed() throws Refused;

    /// The environment ends: what was not handed out never will be.
    void close();

    static Refused unknown() {
        return new Refused(400, "InvalidRequestID", "Invalid request ID");
    }
}
