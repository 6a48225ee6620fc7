// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

/// The requests that wait, oldest first. Entering at the end, taking the head and leaving from anywhere are O(1).
final class TicketQueue {
    private Ticket head;
    private Ticket tail;
    private int size;

    int size() {
        return size;
    }

    boolean isEmpty() {
        return head == null;
    }

    Ticket head() {
        return head;
    }

    Ticket tail() {
        return tail;
    }

    void add(Ticket ticket) {
        insertAfter(tail, ticket);
    }

    /// For a retry: it keeps the place its first submission gave it, which is at or near the head.
    void addByAge(Ticket ticket) {
        Ticket before = null;
        for (Ticket at = head; at != null && at.submittedNanos - ticket.submittedNanos <= 0; at = at.next) {
            before = at;
        }
        insertAfter(before, ticket);
    }

    private void insertAfter(Ticket before, Ticket ticket) {
        Ticket after = before == null ? head : before.next;
        ticket.state = Ticket.State.QUEUED;
        ticket.previous = before;
        ticket.next = after;
        if (before == null) {
            head = ticket;
        } else {
            before.next = ticket;
        }
        if (after == null) {
            tail = ticket;
        } else {
            after.previous = ticket;
        }
        size++;
    }

    /// The caller sets the state the ticket has from now on.
    void remove(Ticket ticket) {
        if (ticket.previous == null) {
            head = ticket.next;
        } else {
            ticket.previous.next = ticket.next;
        }
        if (ticket.next == null) {
            tail = ticket.previous;
        } else {
            ticket.next.previous = ticket.previous;
        }
        ticket.previous = null;
        ticket.next = null;
        size--;
    }
}
