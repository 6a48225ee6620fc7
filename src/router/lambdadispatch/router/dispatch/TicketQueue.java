// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

/// The requests that wait, oldest first, and the same by their clients: each client has a line of its own, and the lines take turns.
///
/// Entering at the end, taking the first of a line and leaving from anywhere are O(1). Where each client has one request that is the order
/// in which they came.
final class TicketQueue {
    /// How many there are in a pool.
    static final int COUNT = 3;

    /// What one client has in this queue, oldest first.
    static final class Line {
        final ClientShare share;
        private Ticket oldest;
        private Ticket newest;
        private int size;
        private Line previous;
        private Line next;

        Line(ClientShare share) {
            this.share = share;
        }
    }

    private final int number;
    private final Tally sizes = new Tally();
    private Ticket head;
    private Ticket tail;
    private int size;
    private Line first;
    private Line last;

    /// @param number below [#COUNT]; each of a pool's has its own
    TicketQueue(int number) {
        this.number = number;
    }

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
        joinLine(ticket, line(ticket).newest);
    }

    /// For a retry: it keeps the place its first submission gave it, which is at or near the head.
    void addByAge(Ticket ticket) {
        Ticket before = null;
        for (Ticket at = head; at != null && at.submittedNanos - ticket.submittedNanos <= 0; at = at.next) {
            before = at;
        }
        insertAfter(before, ticket);
        Ticket older = null;
        for (Ticket at = line(ticket).oldest; at != null && at.submittedNanos - ticket.submittedNanos <= 0; at = at.newerOfLine) {
            older = at;
        }
        joinLine(ticket, older);
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
        leaveLine(ticket);
    }

    // ---- lines

    private Line line(Ticket ticket) {
        Line line = ticket.share.lines[number];
        if (line == null) {
            line = new Line(ticket.share);
            ticket.share.lines[number] = line;
            link(line, last);
        }
        return line;
    }

    private void joinLine(Ticket ticket, Ticket older) {
        Line line = ticket.share.lines[number];
        Ticket newer = older == null ? line.oldest : older.newerOfLine;
        ticket.olderOfLine = older;
        ticket.newerOfLine = newer;
        if (older == null) {
            line.oldest = ticket;
        } else {
            older.newerOfLine = ticket;
        }
        if (newer == null) {
            line.newest = ticket;
        } else {
            newer.olderOfLine = ticket;
        }
        line.size++;
        line.share.waiting++;
        sizes.gained(line.size);
    }

    private void leaveLine(Ticket ticket) {
        Line line = ticket.share.lines[number];
        if (ticket.olderOfLine == null) {
            line.oldest = ticket.newerOfLine;
        } else {
            ticket.olderOfLine.newerOfLine = ticket.newerOfLine;
        }
        if (ticket.newerOfLine == null) {
            line.newest = ticket.olderOfLine;
        } else {
            ticket.newerOfLine.olderOfLine = ticket.olderOfLine;
        }
        ticket.olderOfLine = null;
        ticket.newerOfLine = null;
        line.size--;
        line.share.waiting--;
        sizes.lost(line.size);
        if (line.size == 0) {
            unlink(line);
            line.share.lines[number] = null;
        }
    }

    private void link(Line line, Line before) {
        Line after = before == null ? first : before.next;
        line.previous = before;
        line.next = after;
        if (before == null) {
            first = line;
        } else {
            before.next = line;
        }
        if (after == null) {
            last = line;
        } else {
            after.previous = line;
        }
    }

    private void unlink(Line line) {
        if (line.previous == null) {
            first = line.next;
        } else {
            line.previous.next = line.next;
        }
        if (line.next == null) {
            last = line.previous;
        } else {
            line.next.previous = line.previous;
        }
    }

    /// The line whose turn it is: of those whose client has not got its share yet, if there is one; null if nobody waits.
    /// @param newest whether those that came last come first
    private Line turn(ClientShares shares, boolean newest) {
        // Few are passed over: not many clients can have their share at the same time.
        for (Line line = newest ? last : first; line != null; line = newest ? line.previous : line.next) {
            if (!shares.hasItsShare(line.share)) {
                return line;
            }
        }
        return newest ? last : first;
    }

    /// Whose turn it is; null if nobody waits.
    Ticket next(ClientShares shares, boolean newest) {
        Line line = turn(shares, newest);
        return line == null ? null : newest ? line.newest : line.oldest;
    }

    /// Its client was served, and the others come before it is served again.
    void served(ClientShare share, boolean newest) {
        Line line = share.lines[number];
        if (line != null && first != last) {
            unlink(line);
            link(line, newest ? null : last);
        }
    }

    /// Who has to give way to that client in a full queue: the newest of whoever has most, if that is at least twice as many; or null.
    Ticket givesWayTo(ClientShare share) {
        Line mine = share.lines[number];
        int most = sizes.most();
        if (most < 2 * (mine == null ? 1 : mine.size + 1)) {
            return null;
        }
        Line line = first;
        while (line != null && line.size < most) {
            line = line.next;
        }
        return line == null || !line.share.bounded() ? null : line.newest;
    }

    /// How many wait whose clients have not got their share yet; at least so many if it says so many.
    int below(ClientShares shares, int most) {
        int count = 0;
        for (Line line = first; line != null && count < most; line = line.next) {
            count += shares.hasItsShare(line.share) ? 0 : line.size;
        }
        return count;
    }
}
