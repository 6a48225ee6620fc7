// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import java.time.Duration;

/// Decides for each request that comes whether it is granted a slot at once, waits, or is refused; and knows how long nobody has come.
/// Guarded by the pool's lock.
final class Admission {
    private final PoolParts parts;
    private final Autoscaler autoscaler;
    private boolean retired;
    private long askedNanos;

    Admission(PoolParts parts, Autoscaler autoscaler, long now) {
        this.parts = parts;
        this.autoscaler = autoscaler;
        this.askedNanos = now;
    }

    /// @param earlier the try before, or null
    /// @return whether it was granted a slot at once, and nothing else has changed: its ticket is to be delivered
    boolean submit(Ticket ticket, Ticket earlier, long now) {
        if (ticket.state != Ticket.State.NEW) {
            throw new IllegalStateException("a ticket is used once");
        }
        ticket.follow(earlier, now);
        parts.counts.submitted++;
        askedNanos = now;
        parts.load.arrived();
        if (parts.matching.grantAtOnce(ticket, now)) {
            return true;
        }
        queueOrRefuse(ticket, earlier != null, now);
        return false;
    }

    private void queueOrRefuse(Ticket ticket, boolean again, long now) {
        if (retired || parts.steering.draining() && !again) {
            parts.matching.refuse(ticket, new Refusal(Refusal.Kind.DRAINING, "the router is shutting down", Duration.ofSeconds(1)), now);
        } else if (parts.failures.nothingToWaitFor(now)) {
            parts.matching.refuse(ticket, parts.failures.notInvocable(now), now);
        } else {
            parts.matching.enqueue(ticket, again, now);
        }
        if (parts.matching.waiting() == 1) {
            autoscaler.scale(now);
        }
    }

    /// An instance is asked for as by a request that waits: within the cost guard, and no more than that one.
    void askForInstance(long now) {
        int least = retired || parts.steering.draining() ? 0 : 1;
        autoscaler.scale(Math.max(least, parts.matching.waiting()), now);
    }

    /// Somebody is about to submit a request: the pool does not retire now.
    void asked(long now) {
        askedNanos = now;
    }

    /// See [Pool#retire].
    boolean retire(long idleNanos, boolean madeUp, long now) {
        boolean unused = parts.fleet.all().isEmpty() && parts.matching.nobodyWaits() && now - askedNanos >= idleNanos;
        retired = unused && (!madeUp || parts.growth.refusedFromTheStart());
        return retired;
    }
}
