// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import java.time.Duration;

/// Who gets which slot: owns the queue, and hands free slots to those who wait, oldest first. Guarded by the pool's lock.
final class Matching {
    private final PoolSettings.Waiting limits;
    private final Fleet fleet;
    private final Counts counts;
    private final Outbox outbox;
    final TicketQueue queue = new TicketQueue();

    Matching(PoolSettings.Waiting limits, Fleet fleet, Counts counts, Outbox outbox) {
        this.limits = limits;
        this.fleet = fleet;
        this.counts = counts;
        this.outbox = outbox;
    }

    int waiting() {
        return queue.size();
    }

    boolean nobodyWaits() {
        return queue.isEmpty();
    }

    /// The usual case: nobody waits, and a slot is free. False if it is not so.
    boolean grantAtOnce(Ticket ticket, long now) {
        Instance instance = queue.isEmpty() ? fleet.least() : null;
        if (instance == null) {
            return false;
        }
        grant(ticket, instance, now);
        return true;
    }

    /// @param again a retry: it keeps its place, and is never one too many
    void enqueue(Ticket ticket, boolean again, long now) {
        if (again) {
            queue.addByAge(ticket);
        } else if (queue.size() < limits.maxQueueLength()) {
            queue.add(ticket);
        } else {
            refuse(ticket, new Refusal(Refusal.Kind.QUEUE_FULL, "the queue is full", Duration.ofSeconds(1)), now);
        }
    }

    /// Hands free slots to those who wait until one of the two runs out.
    void match(long now) {
        while (!queue.isEmpty()) {
            Instance instance = fleet.least();
            if (instance == null) {
                break;
            }
            Ticket ticket = queue.head();
            queue.remove(ticket);
            grant(ticket, instance, now);
            outbox.decided(ticket);
        }
    }

    private void grant(Ticket ticket, Instance instance, long now) {
        ticket.slot = fleet.take(instance, now);
        ticket.state = Ticket.State.GRANTED;
        ticket.decidedNanos = now;
        counts.granted++;
    }

    /// False if it was decided already.
    boolean withdraw(Ticket ticket) {
        if (ticket.state != Ticket.State.QUEUED) {
            return false;
        }
        queue.remove(ticket);
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
        while (!queue.isEmpty()) {
            Ticket ticket = queue.head();
            queue.remove(ticket);
            refuse(ticket, why, now);
        }
    }

    /// Refuses those who have waited for `IncomingRequestTimeout`.
    void expire(long now) {
        long timeoutNanos = limits.incomingRequestTimeout().toNanos();
        for (Ticket ticket = queue.head(); ticket != null && now - ticket.submittedNanos >= timeoutNanos; ticket = queue.head()) {
            queue.remove(ticket);
            refuse(ticket, new Refusal(Refusal.Kind.TIMED_OUT, "no instance was free in time", Duration.ZERO), now);
        }
    }
}
