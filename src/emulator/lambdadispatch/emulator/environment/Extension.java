// SPDX-License-Identifier: MIT
package lambdadispatch.emulator.environment;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;

/// A registered extension: what it wants to know, what it has not fetched yet, and what it may call next. Guarded by its [Lifecycle].
///
/// ```
/// Registered --next--> Ready --event--> Running --next--> Ready
///     |                  |                 |
///     +--- init/error    +--- exit/error --+      (exit/error from Registered, too)
/// ```
final class Extension {
    /// Named as the Extensions API's messages name them.
    private enum State {
        REGISTERED("Registered"), READY("Ready"), RUNNING("Running"), INIT_ERROR("InitError"), EXIT_ERROR("ExitError");

        private final String text;

        State(String text) {
            this.text = text;
        }
    }

    private final String identifier;
    private final String name;
    private final Set<String> events;
    private final Deque<String> pending = new ArrayDeque<>();
    private State state = State.REGISTERED;
    private Poll poll;

    Extension(String identifier, String name, Set<String> events) {
        this.identifier = identifier;
        this.name = name;
        this.events = events;
    }

    String name() {
        return name;
    }

    boolean wants(String event) {
        return events.contains(event);
    }

    /// It asks for its next event.
    void asks(Poll asking) throws Refused {
        if (state != State.REGISTERED && state != State.RUNNING) {
            throw notAllowed("Ready", identifier);
        }
        state = State.READY;
        poll = asking;
    }

    void tell(String event) {
        pending.add(event);
    }

    boolean told() {
        return !pending.isEmpty();
    }

    /// Takes the event that it was told.
    String take() {
        state = State.RUNNING;
        poll = null;
        return pending.remove();
    }

    void initFailed() throws Refused {
        if (state != State.REGISTERED && state != State.INIT_ERROR) {
            throw notAllowed("InitError", identifier);
        }
        state = State.INIT_ERROR;
    }

    void exitFailed() throws Refused {
        if (state == State.INIT_ERROR) {
            throw notAllowed("Exited", identifier);
        }
        state = State.EXIT_ERROR;
    }

    /// A second registration, say.
    Refused notAllowed(String to, String who) {
        return new Refused(403, "Extension.InvalidExtensionState",
                "State transition from " + state.text + " to " + to + " failed for extension " + who
                        + ". Error: State transition is not allowed");
    }

    /// Whether it has nothing left to do: it is asking, and nothing is there for it.
    boolean waiting() {
        return poll != null && !poll.gone() && pending.isEmpty();
    }
}
