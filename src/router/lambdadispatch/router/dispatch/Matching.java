// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import java.time.Duration;
import java.util.List;

/// Who gets which slot: owns the queue, and hands free slots to those who wait, oldest first. Guarded by the pool's lock.
///
/// Clients take turns: of two that wait, the one with many requests does not hold up the one with a single one ([TicketQueue]), and one
/// that has its share of the slots is passed by those that have not ([ClientShares]).
///
/// A *suspect* is a request whose instance died under it. It runs beside no other suspect, and while there is no such place for it, others
/// pass it; but not for longer than [#APART_NANOS] while any instance is open: of the ten that an instance ran when it died nine are
/// innocent.
///
/// *Overload* is when the pool can not grow any more. A queue that stands then makes everybody wait, and serves nobody in time. So, while
/// its head is old, the newest is served first, what has waited for too long is refused, and requests of low priority give way to the
/// others.
final class Matching {
    private static final long APART_NANOS = Duration.ofSeconds(5).toNanos();
    /// A queue whose head has waited for so long stands.
    private static final long STANDING_NANOS = Duration.ofMillis(500).toNanos();
    /// Whoever has waited for so long in an overload has most likely given up.
    private static final long STALE_NANOS = Duration.ofSeconds(5).toNanos();
    /// Exchanges of slow clients that are ended at a time.
    private static final int MOST_ENDED = 100;

    private final PoolSettings.Waiting limits;
    private final int mostWaiting;
    private final Fleet fleet;
    private final Slots slots;
    private final Counts counts;
    private final Outbox outbox;
    final TicketQueue queue = new TicketQueue(0);
    final TicketQueue low = new TicketQueue(1);
    final TicketQueue suspects = new TicketQueue(2);
    private final ClientShares shares;
    boolean overloaded;
    private long fullSinceNanos;
    private boolean atItsLimit;

    Matching(PoolSettings settings, Fleet fleet, Counts counts, Outbox outbox) {
        this.limits = settings.waiting();
        this.mostWaiting = limits.maxQueueLength() + settings.mostSlots();
        this.fleet = fleet;
        this.slots = fleet.slots;
        this.shares = slots.shares;
        this.counts = counts;
        this.outbox = outbox;
    }

    /// Whether the pool can not grow any more, although it should. Who waited for the last instance to come is not late by that: time
    /// counts from here.
    void overloaded(boolean full, long now) {
        if (full && !atItsLimit) {
            fullSinceNanos = now;
        }
        atItsLimit = full;
        overloaded = full && limits.sheds();
    }

    /// Whether a queue with this head stands: it is neither short-lived nor a rest of the time before.
    boolean stands(long headSubmittedNanos, long now) {
        return overloaded && now - fullSinceNanos > STANDING_NANOS && now - headSubmittedNanos > STANDING_NANOS;
    }

    /// Requests wait, and no instance will come for them.
    boolean full() {
        return atItsLimit && !nobodyWaits();
    }

    int waiting() {
        return queue.size() + low.size() + suspects.size();
    }

    /// How long the one who waits longest has waited; 0 when nobody waits.
    long oldestWaitNanos(long now) {
        long oldest = 0;
        for (TicketQueue each : List.of(queue, low, suspects)) {
            oldest = each.isEmpty() ? oldest : Math.max(oldest, now - each.head().submittedNanos);
        }
        return oldest;
    }

    boolean nobodyWaits() {
        return queue.isEmpty() && low.isEmpty() && suspects.isEmpty();
    }

    /// The usual case: nobody else waits who could take it, and a slot is free. False if it is not so.
    boolean grantAtOnce(Ticket ticket, long now) {
        ticket.share = shares.of(ticket.client);
        boolean first = queue.isEmpty() && low.isEmpty() && !ticket.suspect && shares.mayHaveMore(ticket.share);
        Instance instance = first ? slots.least() : null;
        if (instance == null) {
            return false;
        }
        grant(ticket, instance, now);
        return true;
    }

    /// @param again a retry: it keeps its place, and comes on top of `MaxQueueLength`, but not of all slots that may be lost at once
    void enqueue(Ticket ticket, boolean again, long now) {
        if (again && waiting() < mostWaiting) {
            home(ticket).addByAge(ticket);
        } else if (!again && (waiting() < limits.maxQueueLength() || makeRoom(ticket, now))) {
            home(ticket).add(ticket);
            shares.waits(ticket.share, now);
        } else {
            refuse(ticket, tooMany(), now);
        }
    }

    private TicketQueue home(Ticket ticket) {
        return ticket.suspect ? suspects : ticket.lowPriority ? low : queue;
    }

    private static Refusal tooMany() {
        return new Refusal(Refusal.Kind.QUEUE_FULL, "the queue is full", Duration.ofSeconds(1));
    }

    /// In a full queue the newest of low priority gives way to one that is not, and otherwise the newest of the client that has most of it.
    private boolean makeRoom(Ticket ticket, long now) {
        TicketQueue from = ticket.lowPriority || !low.isEmpty() ? low : queue;
        Ticket victim = from == low && !ticket.lowPriority ? low.tail() : from.givesWayTo(ticket.share);
        if (victim == null) {
            return false;
        }
        refuseOne(from, victim, tooMany(), now);
        return true;
    }

    /// Hands free slots to those who wait until one of the two runs out.
    void match(long now) {
        while (slots.least() != null) {
            Ticket next = next(now);
            if (next == null) {
                return;
            }
            Instance instance = next.suspect ? slots.leastWithoutSuspect() : slots.least();
            TicketQueue from = home(next);
            boolean newest = stands(from, now);
            from.remove(next);
            from.served(next.share, newest);
            grant(next, instance, now);
            outbox.decided(next);
        }
    }

    /// Whose turn it is while a slot is free; null if nobody who waits may have it.
    private Ticket next(long now) {
        Ticket suspect = suspects.isEmpty() || slots.leastWithoutSuspect() == null ? null : suspects.head();
        Ticket usual = next(queue, now);
        Ticket later = next(low, now);
        if (overloaded) {
            return suspect != null ? suspect : usual != null ? usual : later;
        }
        return older(suspect, older(usual, later));
    }

    private Ticket next(TicketQueue from, long now) {
        Ticket next = from.next(shares, stands(from, now));
        return next == null || !shares.mayHaveMore(next.share) ? null : next;
    }

    private boolean stands(TicketQueue from, long now) {
        return from != suspects && !from.isEmpty() && stands(from.head().submittedNanos, now);
    }

    /// Whether those who wait, suspects apart, are kept from the slots that are left for others.
    boolean heldBack(long now) {
        return next(queue, now) == null && next(low, now) == null;
    }

    private static Ticket older(Ticket one, Ticket other) {
        return one == null || other != null && other.submittedNanos - one.submittedNanos < 0 ? other : one;
    }

    private void grant(Ticket ticket, Instance instance, long now) {
        ticket.slot = slots.take(instance, ticket, now);
        ticket.state = Ticket.State.GRANTED;
        ticket.decidedNanos = now;
        counts.granted++;
    }

    /// False if it was decided already.
    boolean withdraw(Ticket ticket) {
        if (ticket.state != Ticket.State.QUEUED) {
            return false;
        }
        home(ticket).remove(ticket);
        ticket.state = Ticket.State.WITHDRAWN;
        shares.forget(ticket.share);
        counts.withdrawn++;
        return true;
    }

    void refuse(Ticket ticket, Refusal why, long now) {
        ticket.refusal = why;
        ticket.state = Ticket.State.REFUSED;
        shares.forget(ticket.share);
        ticket.decidedNanos = now;
        counts.refused(why.kind());
        outbox.decided(ticket);
    }

    private void refuseOne(TicketQueue from, Ticket ticket, Refusal why, long now) {
        from.remove(ticket);
        refuse(ticket, why, now);
    }

    void refuseAll(Refusal why, long now) {
        refuseOlder(suspects, 0, why, now);
        refuseOlder(low, 0, why, now);
        refuseOlder(queue, 0, why, now);
    }

    private void refuseOlder(TicketQueue from, long nanos, Refusal why, long now) {
        while (!from.isEmpty() && now - from.head().submittedNanos >= nanos) {
            refuseOne(from, from.head(), why, now);
        }
    }

    /// Once a tick. Refuses those who have waited for `IncomingRequestTimeout`, or for too long in an overload; a suspect that has waited
    /// for long enough is one no longer.
    void expire(long now) {
        Refusal late = new Refusal(Refusal.Kind.TIMED_OUT, "no instance was free in time", Duration.ZERO);
        for (TicketQueue each : List.of(suspects, low, queue)) {
            refuseOlder(each, limits.incomingRequestTimeout().toNanos(), late, now);
        }
        if (overloaded && now - fullSinceNanos >= STALE_NANOS) {
            Refusal stale = new Refusal(Refusal.Kind.OVERLOADED, "more requests come than the instances can serve", Duration.ofSeconds(1));
            refuseOlder(low, STALE_NANOS, stale, now);
            refuseOlder(queue, STALE_NANOS, stale, now);
        }
        acquit(now);
        slots.count(fleet.all(), now);
        makeWay();
    }

    /// Who waits, and has not got a share of the slots, need not wait for slow clients that hold more than theirs.
    private void makeWay() {
        int wanted = queue.below(shares, MOST_ENDED) + low.below(shares, MOST_ENDED);
        if (wanted > 0 && shares.somebodyHasItsShare()) {
            slots.makeWay(fleet.all(), wanted, outbox);
        }
    }

    private void acquit(long now) {
        boolean open = fleet.anybodyOpen();
        for (Ticket ticket = suspects.head(); ticket != null; ) {
            Ticket next = ticket.next;
            if (!open) {
                ticket.apartSinceNanos = now; // it waits for what everybody waits for
            } else if (now - ticket.apartSinceNanos >= APART_NANOS) {
                suspects.remove(ticket);
                ticket.suspect = false;
                home(ticket).addByAge(ticket);
            }
            ticket = next;
        }
    }
}
