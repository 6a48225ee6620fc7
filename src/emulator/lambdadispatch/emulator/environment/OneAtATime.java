// SPDX-License-Identifier: MIT
package lambdadispatch.emulator.environment;

/// Lambda's ordinary way: one invocation, its outcome, and the next when the runtime asks for it.
///
/// ```
/// Started ──next──> Ready ──invoke──> Running ──response, error──> RuntimeResponseSentState ──next──> Ready
///    └──init/error──> InitError
/// ```
final class OneAtATime implements Deliveries {
    /// Named as the Runtime API's messages name them.
    private enum State {
        STARTED("Started"), INIT_ERROR("InitError"), READY("Ready"), RUNNING("Running"), RESPONSE_SENT("RuntimeResponseSentState");

        private final String text;

        State(String text) {
            this.text = text;
        }
    }

    private State state = State.STARTED;
    private Poll asking;
    private Lifecycle.Delivery current; // until its outcome is there
    private boolean delivered;
    private String answered; // the request whose outcome is there, until the runtime asks for the next
    private Outcome outcome;

    /// Who asks again without having answered gets the same one again.
    @Override
    public void asks(Poll poll) throws Refused {
        if (state == State.INIT_ERROR) {
            throw notAllowed("Ready");
        }
        if (asking != null) {
            asking.leave();
        }
        asking = poll;
        if (current == null) {
            state = State.READY;
            answered = null;
        }
    }

    @Override
    public Lifecycle.Delivery take(Poll poll) {
        if (current != null) {
            asking = null;
            state = State.RUNNING;
            delivered = true;
        }
        return current;
    }

    @Override
    public boolean ready() {
        return current == null && asking != null && !asking.gone();
    }

    @Override
    public void begin(Lifecycle.Delivery delivery) {
        outcome = null;
        delivered = false;
        current = delivery;
    }

    @Override
    public void undelivered(Lifecycle.Delivery delivery) {
        if (current == delivery) {
            delivered = false;
        }
    }

    @Override
    public void mayAnswer(String requestId, String kind) throws Refused {
        if (requestId.equals(answered)) {
            throw notAllowed(kind);
        }
        if (current == null || !delivered || !current.invocation().requestId().equals(requestId)) {
            throw Deliveries.unknown();
        }
    }

    @Override
    public void finish(String requestId, Outcome result) {
        current = null;
        answered = requestId;
        state = State.RESPONSE_SENT;
        outcome = result;
    }

    @Override
    public Outcome outcome(String requestId) {
        return outcome;
    }

    /// After a time-out the environment is given up, and what the runtime answers until then still counts as an answer to it.
    @Override
    public void forget(String requestId) {}

    @Override
    public void initFailed() throws Refused {
        if (state != State.STARTED) {
            throw notAllowed("InitError");
        }
        state = State.INIT_ERROR;
    }

    @Override
    public void close() {
        current = null;
    }

    private Refused notAllowed(String to) {
        return new Refused(403, "InvalidStateTransition",
                "State transition from " + state.text + " to " + to + " failed for runtime. Error: State transition is not allowed");
    }
}
