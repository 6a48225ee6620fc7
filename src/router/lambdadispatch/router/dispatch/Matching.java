// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import java.time.Duration;
import java.util.List;

/// Who gets which slot: owns the queue, and hands free slots to those who wait, oldest first. Guarded by the pool's lock.
///
/// A *suspect* is a request whose instance died under it. It runs beside no other suspect, and while there is no such place for it, others pass it; but not for
/// longer than [#APART_NANOS] while any instance is open: of the ten that an instance ran when it died nine are innocent.
final class Matching {
    private static final long APART_NANOS = Duration.ofSeconds(5).toNanos();


    private final PoolSettings.Waiting limits;
    private final int mostWaiting;
    private final Fleet fleet;
    private final Counts counts;
    private final Outbox outbox;
    final TicketQueue queue = new TicketQueue();
    final TicketQueue suspects = new TicketQueue();

    Matching(PoolSettings settings, Fleet fleet, Counts counts, Outbox outbox) {
        this.limits = settings.waiting();
        this.mostWaiting = limits.maxQueueLength() + settings.mostSlots();
        this.fleet = fleet;
        this.counts = counts;
        this.outbox = outbox;
    }

    int waiting() {
        return queue.size() + suspects.size();
    }

    /// How long the head of the queue has waited; 0 when nobody waits.
    long oldestWaitNanos(long now) {
        return queue.isEmpty() ? 0 : Math.max(0, now - queue.head().submittedNanos);
    }

    boolean nobodyWaits() {
        return queue.isEmpty() && suspects.isEmpty();
    }

    /// The usual case: nobody else waits who could take it, and a slot is free. False if it is not so.
    boolean grantAtOnce(Ticket ticket, long now) {
        Instance instance = queue.isEmpty() && !ticket.suspect ? fleet.least() : null;
        if (instance == null) {
            return false;
        }
        grant(ticket, instance, now);
        return true;
    }

    /// @param again a retry: it keeps its place, and comes on top of `MaxQueueLength`, but not of all slots that may be lost at once
    void enqueue(Ticket ticket, boolean again, long now) {
        if (again && waiting() < mostWaiting) {
            (ticket.suspect ? suspects : queue).addByAge(ticket);
        } else if (!again && waiting() < limits.maxQueueLength()) {
            queue.add(ticket);
        } else {
            refuse(ticket, new Refusal(Refusal.Kind.QUEUE_FULL, "the queue is full", Duration.ofSeconds(1)), now);
        }
    }

    /// Hands free slots to those who wait until one of the two runs out.
    void match(long now) {
        while (!suspects.isEmpty() && matchWithSuspects(now)) {
            continue;
        }
        while (!queue.isEmpty()) {
            Instance instance = fleet.least();
            if (instance == null) {
                break;
            }
            grantTo(queue, instance, now);
        }
    }

    /// One step of [#match], in order of age; false if no suspect can be placed.
    private boolean matchWithSuspects(long now) {
        Instance apart = fleet.leastWithoutSuspect();
        if (apart == null) {
            return false;
        }
        boolean othersFirst = !queue.isEmpty() && queue.head().submittedNanos - suspects.head().submittedNanos < 0;
        if (othersFirst) {
            grantTo(queue, fleet.least(), now);
        } else {
            grantTo(suspects, apart, now);
        }
        return true;
    }

    private void grantTo(TicketQueue from, Instance instance, long now) {
        Ticket ticket = from.head();
        from.remove(ticket);
        grant(ticket, instance, now);
        outbox.decided(ticket);
    }

    private void grant(Ticket ticket, Instance instance, long now) {
        ticket.slot = fleet.take(instance, ticket.suspect, now);
        ticket.state = Ticket.State.GRANTED;
        ticket.decidedNanos = now;
        counts.granted++;
    }

    /// False if it was decided already.
    boolean withdraw(Ticket ticket) {
        if (ticket.state != Ticket.State.QUEUED) {
            return false;
        }
        (ticket.suspect ? suspects : queue).remove(ticket);
        ticket.state = Ticket.State.WITHDRAWN;
        counts.withdrawn++;
        return true;
    }

    void refuse(Ticket ticket, Refusal why, long now) {
        ticket.refusal = why;
        ticket.state = Ticket.State.REFUSED;
        ticket.decidedNanos = now;
        counts.refused(why.kind());
        outbox.decided(ticket);
    }

    void refuseAll(Refusal why, long now) {
        for (TicketQueue each : List.of(suspects, queue)) {
            while (!each.isEmpty()) {
                refuseHead(each, why, now);
            }
        }
    }

    private void refuseHead(TicketQueue from, Refusal why, long now) {
        Ticket ticket = from.head();
        from.remove(ticket);
        refuse(ticket, why, now);
    }

    /// Refuses those who have waited for `IncomingRequestTimeout`; a suspect that has waited for long enough is one no longer.
    void expire(long now) {
        long timeoutNanos = limits.incomingRequestTimeout().toNanos();
        for (TicketQueue each : List.of(suspects, queue)) {
            while (!each.isEmpty() && now - each.head().submittedNanos >= timeoutNanos) {
                refuseHead(each, new Refusal(Refusal.Kind.TIMED_OUT, "no instance was free in time", Duration.ZERO), now);
            }
        }
        acquit(now);
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
                queue.addByAge(ticket);
            }
            ticket = next;
        }
    }
}
