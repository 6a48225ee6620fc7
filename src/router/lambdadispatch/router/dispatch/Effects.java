// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import java.util.ArrayList;
import java.util.List;

/// What was decided under the pool's lock and is told to the world after it: tickets in the order of their decision, then the rest.
final class Effects {
    /// Never changed.
    static final Effects NONE = new Effects();

    private Ticket first;
    private Ticket last;
    private List<Runnable> rest = List.of();

    void decided(Ticket ticket) {
        if (last == null) {
            first = ticket;
        } else {
            last.next = ticket;
        }
        last = ticket;
    }

    boolean isEmpty() {
        return first == null && rest.isEmpty();
    }

    void then(Runnable effect) {
        if (rest.isEmpty()) {
            rest = new ArrayList<>();
        }
        rest.add(effect);
    }

    /// Tells everyone, even if one of them throws; what the first one threw comes out in the end.
    void run() {
        RuntimeException thrown = null;
        for (Ticket ticket = first; ticket != null; ) {
            Ticket next = ticket.next;
            ticket.next = null;
            thrown = attempt(ticket::deliver, thrown);
            ticket = next;
        }
        for (Runnable effect : rest) {
            thrown = attempt(effect, thrown);
        }
        if (thrown != null) {
            throw thrown;
        }
    }

    private static RuntimeException attempt(Runnable effect, RuntimeException earlier) {
        try {
            effect.run();
            return earlier;
        } catch (RuntimeException e) {
            return earlier == null ? e : earlier;
        }
    }
}
