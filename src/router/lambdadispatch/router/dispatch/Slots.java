// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import java.time.Duration;
import java.util.Collection;

/// Owns every change of hands of a pool's slots: which instance's next one is offered, who has it, and what that leaves for other clients.
/// Guarded by the pool's lock; what the world must be told goes into `outbox`.
final class Slots {
    /// A client that has waited for so long without a byte of an answer, and leaves, has a point.
    private static final long UNANSWERED_NANOS = Duration.ofSeconds(10).toNanos();
    /// A client so far behind is slow enough to make way for others. Its patience with a client by itself is a matter of the connection's
    /// limits.
    private static final long SLOW_NANOS = Duration.ofSeconds(2).toNanos();

    private final int mostPerInstance;
    final ClientShares shares;
    private final Offers offers;

    Slots(PoolSettings settings) {
        this.mostPerInstance = settings.maxConcurrentCount();
        this.offers = new Offers(mostPerInstance);
        this.shares = new ClientShares(settings.waiting().clientShare());
    }

    /// The instance the next request goes to, or null when it must wait.
    Instance least() {
        return offers.least();
    }

    /// As [#least], of those that run no suspect.
    Instance leastWithoutSuspect() {
        return offers.least(instance -> !instance.runsSuspect());
    }

    /// Something has changed about the instance that decides whether, and when, its slots are offered.
    void changed(Instance instance) {
        offers.update(instance);
    }

    Slot take(Instance instance, Ticket ticket, long now) {
        Slot slot = instance.free.top();
        instance.free.remove(slot);
        instance.busy.push(slot);
        slot.grantedNanos = now;
        slot.suspect = ticket.suspect;
        slot.ticket = ticket;
        shares.granted(ticket.share, now);
        if (instance.pace == Instance.Pace.ON_TRIAL) { // one is enough: others must not follow before it has its answer
            instance.pace = Instance.Pace.SLOW;
            instance.handicap += Outliers.SLOW_HANDICAP;
        }
        changed(instance);
        return slot;
    }

    /// From now on it may be taken.
    void free(Slot slot) {
        slot.instance().free.push(slot);
        changed(slot.instance());
    }

    /// Its exchange ended with a whole answer.
    void left(Slot slot) {
        Instance instance = slot.instance();
        instance.busy.remove(slot);
        giveBack(slot);
        instance.brokenInRow = 0;
        instance.unansweredInRow = 0;
    }

    /// Its request has it no longer.
    private void giveBack(Slot slot) {
        Ticket ticket = slot.ticket;
        slot.ticket = null;
        ticket.share.ending -= ticket.ending ? 1 : 0;
        shares.released(ticket.share);
    }

    /// A channel is no more.
    /// @param broken lost, by the environment's fault: not given up
    void gone(Slot slot, boolean broken, long now) {
        Instance instance = slot.instance();
        switch (slot.state) {
            case FREE -> instance.free.remove(slot);
            case BUSY -> {
                instance.busy.remove(slot);
                giveBack(slot);
                if (broken) {
                    broke(slot);
                    instance.brokenInRow++;
                    instance.aside = true;
                }
            }
            case UNKNOWN -> slot.state = Slot.State.GONE;
            case GONE -> {
                return;
            }
        }
        if (instance.channels() == 0) {
            instance.lastSlotNanos = now;
        }
        changed(instance);
    }

    private static void broke(Slot slot) {
        slot.broken = true;
        slot.instance().brokeSuspect |= slot.suspect;
        slot.instance().brokeOther |= !slot.suspect;
    }

    /// A client is about to leave without an answer.
    void unanswered(Slot slot, long now) {
        if (slot.state == Slot.State.BUSY && now - slot.grantedNanos >= UNANSWERED_NANOS) {
            slot.instance().unansweredInRow++;
        }
    }

    /// The instance takes nothing any more: its idle channels end now, busy ones when they are released.
    void endFree(Instance instance, Outbox outbox) {
        changed(instance);
        instance.free.clear().forEach(outbox::end);
    }

    /// Whatever runs on the instance is lost.
    void resetBusy(Instance instance, Outbox outbox) {
        for (Slot slot : instance.busy.clear()) {
            giveBack(slot);
            broke(slot);
            outbox.reset(slot, instance.invokeEnded);
        }
    }

    /// Counts the slots that there are, for the shares.
    void count(Collection<Instance> instances, long now) {
        int slots = 0;
        for (Instance instance : instances) {
            boolean serves = instance.state == Instance.State.OPEN && !instance.aside && !instance.ejected;
            slots += serves ? Math.min(mostPerInstance, instance.channels()) : instance.busy.size();
        }
        shares.slots(slots, now);
    }

    /// Ends so many exchanges whose clients hold more slots than their share, and do not keep up.
    void makeWay(Collection<Instance> instances, int wanted, Outbox outbox) {
        int left = wanted;
        for (Instance instance : instances) {
            for (Slot slot = instance.busy.top(); slot != null && left > 0; slot = slot.next) {
                Ticket ticket = slot.ticket;
                if (!ticket.ending && shares.hasMore(ticket.share) && ticket.behindNanos() >= SLOW_NANOS) {
                    ticket.ending = true;
                    ticket.share.ending++;
                    outbox.tooSlow(ticket);
                }
                left -= ticket.ending ? 1 : 0;
            }
        }
    }
}
