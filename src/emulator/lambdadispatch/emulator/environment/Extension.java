// SPDX-License-Identifier: MIT
package lambdadispatch.emulator.environment;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;

/// A registered extension: what it wants to know, what it has not fetched yet, and whether it is asking. Guarded by its [Lifecycle].
final class Extension {
    private final String name;
    private final Set<String> events;
    private final Deque<String> pending = new ArrayDeque<>();
    private Poll poll;

    Extension(String name, Set<String> events) {
        this.name = name;
        this.events = events;
    }

    String name() {
        return name;
    }

    boolean wants(String event) {
        return events.contains(event);
    }

    Deque<String> pending() {
        return pending;
    }

    Poll poll() {
        return poll;
    }

    void poll(Poll asking) {
        poll = asking;
    }

    /// Whether it has nothing left to do: it is asking, and nothing is there for it.
    boolean waiting() {
        return poll != null && !poll.gone() && pending.isEmpty();
    }
}
