// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import java.time.Duration;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/// The instances of one pool and every change of their state. Guarded by the pool's lock; what the world must be told goes into `outbox`.
final class Fleet {
    /// An instance whose invoke has returned is frozen: exchanges that have not ended by then never will.
    private static final long LAST_BYTES_NANOS = Duration.ofSeconds(2).toNanos();
    /// So many exchanges broken one after another, and none well: this instance does not serve.
    private static final int BROKEN = 10;
    /// A client that has waited for so long without a byte of an answer, and leaves, has a point.
    private static final long UNANSWERED_NANOS = Duration.ofSeconds(10).toNanos();

    /// A client so far behind is slow enough to make way for others. Its patience with a client by itself is a matter of the connection's limits.
    private static final long SLOW_NANOS = Duration.ofSeconds(2).toNanos();

    private final Map<String, Instance> instances = new LinkedHashMap<>();
    private final int most;
    final ClientShares shares;
    private final Offers offers;

    Fleet(PoolSettings settings) {
        this.most = settings.maxConcurrentCount();
        this.offers = new Offers(most);
        this.shares = new ClientShares(settings.waiting().clientShare());
    }

    Collection<Instance> all() {
        return instances.values();
    }

    void add(Instance instance) {
        instances.put(instance.id(), instance);
    }

    /// The instance the next request goes to, or null when it must wait.
    Instance least() {
        return offers.least();
    }

    /// As [#least], of those that run no suspect.
    Instance leastWithoutSuspect() {
        return offers.least(instance -> !instance.runsSuspect());
    }

    Slot take(Instance instance, Ticket ticket, long now) {
        Slot slot = instance.free.top();
        instance.free.remove(slot);
        instance.busy.push(slot);
        slot.grantedNanos = now;
        slot.suspect = ticket.suspect;
        slot.ticket = ticket;
        shares.granted(ticket.share, now);
        if (instance.probe) { // one is enough: others must not follow before it has its answer
            instance.probe = false;
            instance.handicap += Outliers.SLOW_HANDICAP;
        }
        offers.update(instance);
        return slot;
    }

    /// A channel is ready. False if it is not wanted any more.
    boolean opened(Slot slot, long now) {
        Instance instance = slot.instance();
        heard(instance, now);
        if (instance.state == Instance.State.STARTING) {
            instance.state = Instance.State.OPEN;
            instance.openedNanos = now;
            instance.everOpened = true;
        }
        if (instance.state != Instance.State.OPEN) {
            slot.state = Slot.State.GONE;
            return false;
        }
        instance.free.push(slot);
        offers.update(instance);
        return true;
    }

    /// An exchange ended with a whole answer. False if the channel is not wanted any more.
    boolean released(Slot slot, long now) {
        Instance instance = slot.instance();
        instance.busy.remove(slot);
        left(slot);
        instance.brokenInRow = 0;
        instance.unansweredInRow = 0;
        heard(instance, now);
        if (instance.state != Instance.State.OPEN) {
            return false;
        }
        instance.free.push(slot);
        offers.update(instance);
        return true;
    }

    /// A channel is no more.
    void lost(Slot slot, boolean broken, long now) {
        Instance instance = slot.instance();
        switch (slot.state) {
            case FREE -> instance.free.remove(slot);
            case BUSY -> {
                instance.busy.remove(slot);
                left(slot);
                if (broken) {
                    broke(slot);
                }
                if (broken) {
                    instance.brokenInRow++;
                    instance.aside = true;
                }
            }
            case UNKNOWN -> slot.state = Slot.State.GONE;
            case GONE -> {
                return;
            }
        }
        if (instance.free.size() + instance.busy.size() == 0) {
            instance.lastSlotNanos = now;
        }
        offers.update(instance);
    }

    /// A client is about to leave without an answer.
    void unanswered(Slot slot, long now) {
        if (slot.state == Slot.State.BUSY && now - slot.grantedNanos >= UNANSWERED_NANOS) {
            slot.instance().unansweredInRow++;
        }
    }

    /// Takes requests, pings, and answers none of them.
    boolean stuck(Instance instance) {
        return instance.state == Instance.State.OPEN && instance.unansweredInRow >= BROKEN;
    }

    void heard(Instance instance, long now) {
        instance.heardNanos = now;
        if (instance.aside) {
            instance.aside = false;
            offers.update(instance);
        }
    }

    /// No new exchange; idle channels end now, busy ones when they are released.
    void drain(Instance instance, long now, Outbox outbox) {
        if (instance.state == Instance.State.STARTING) {
            close(instance, now, outbox);
        } else if (instance.state == Instance.State.OPEN) {
            instance.state = Instance.State.DRAINING;
            offers.update(instance);
            instance.free.clear().forEach(outbox::end);
        }
    }

    /// The router tells it to go: however it ends then is no failure.
    void dismiss(Instance instance, long now, Outbox outbox) {
        instance.dismissed = true;
        drain(instance, now, outbox);
    }

    /// @return false if there is none of that public name
    boolean dismiss(String publicName, long now, Outbox outbox) {
        boolean found = false;
        for (Instance instance : all()) {
            if (instance.publicName().equals(publicName)) {
                found = true;
                dismiss(instance, now, outbox);
            }
        }
        return found;
    }

    void close(Instance instance, long now, Outbox outbox) {
        if (instance.state == Instance.State.CLOSED) {
            return;
        }
        instance.state = Instance.State.CLOSED;
        instance.closedNanos = now;
        offers.update(instance);
        instance.free.clear().forEach(outbox::end);
    }

    /// Close at once: whatever it still runs is aborted.
    void abandon(Instance instance, long now, Outbox outbox) {
        close(instance, now, outbox);
        breakOff(instance, outbox);
    }

    private static void broke(Slot slot) {
        slot.broken = true;
        slot.instance().brokeSuspect |= slot.suspect;
        slot.instance().brokeOther |= !slot.suspect;
    }

    private void breakOff(Instance instance, Outbox outbox) {
        for (Slot slot : instance.busy.clear()) {
            left(slot);
            broke(slot);
            outbox.reset(slot, instance.invokeEnded);
        }
    }

    /// Its request has it no longer.
    private void left(Slot slot) {
        Ticket ticket = slot.ticket;
        slot.ticket = null;
        ticket.share.ending -= ticket.ending ? 1 : 0;
        shares.released(ticket.share);
    }

    /// Counts the slots that there are, for the shares.
    void countSlots(long now) {
        int slots = 0;
        for (Instance instance : all()) {
            boolean serves = instance.state == Instance.State.OPEN && !instance.aside && !instance.ejected;
            slots += serves ? Math.min(most, instance.free.size() + instance.busy.size()) : instance.busy.size();
        }
        shares.slots(slots, now);
    }

    /// Ends so many exchanges whose clients hold more slots than their share, and do not keep up.
    void makeWay(int wanted, Outbox outbox) {
        int left = wanted;
        for (Instance instance : all()) {
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

    /// A long pause of this process is no silence of theirs.
    void excuse(long nanos) {
        instances.values().forEach(instance -> instance.heardNanos += nanos);
    }

    /// All that there are now are to be replaced.
    /// @return how many that are, those included that were to be replaced before
    int outdateAll() {
        int count = 0;
        for (Instance instance : all()) {
            if (instance.state == Instance.State.OPEN || instance.state == Instance.State.STARTING) {
                instance.outdated = true;
                count++;
            }
        }
        return count;
    }

    /// How the instance compares with the others.
    void rate(Instance instance, boolean ejected, int handicap) {
        if (instance.ejected != ejected || instance.handicap != handicap) {
            instance.ejected = ejected;
            instance.handicap = handicap;
            offers.update(instance);
        }
    }

    /// No new exchange until it is heard from again.
    void setAside(Instance instance) {
        if (!instance.aside) {
            instance.aside = true;
            offers.update(instance);
        }
    }

    /// Breaks whatever it is given.
    boolean broken(Instance instance) {
        return instance.state == Instance.State.OPEN && instance.brokenInRow >= BROKEN;
    }

    /// Aborts what a frozen instance will never finish, and forgets instances that are over.
    void bury(long now, Outbox outbox) {
        for (Iterator<Instance> all = instances.values().iterator(); all.hasNext(); ) {
            Instance instance = all.next();
            if (instance.state == Instance.State.CLOSED && now - instance.closedNanos > LAST_BYTES_NANOS) {
                breakOff(instance, outbox);
            }
            boolean over = instance.invokeEnded && instance.state == Instance.State.CLOSED && instance.busy.size() == 0;
            if (over) {
                all.remove();
                outbox.forgotten(instance);
            }
        }
    }

    /// Nothing more is to come: as soon as nothing runs, all instances go.
    void sendHome(long now, Outbox outbox) {
        if (running() > 0) {
            return;
        }
        for (Instance instance : all()) {
            dismiss(instance, now, outbox);
        }
        bury(now, outbox);
    }

    /// A request that comes now is taken at once, or as soon as another one ends.
    boolean anybodyServes() {
        for (Instance instance : all()) {
            if (instance.state == Instance.State.OPEN && !instance.aside && instance.free.size() + instance.busy.size() > 0) {
                return true;
            }
        }
        return false;
    }

    boolean anybodyOpen() {
        for (Instance instance : all()) {
            if (instance.state == Instance.State.OPEN) {
                return true;
            }
        }
        return false;
    }

    /// An instance serves, or can be expected to.
    boolean anybodyOpenOrComing() {
        for (Instance instance : all()) {
            boolean comes = instance.state == Instance.State.STARTING && !instance.late && instance.purpose() != Instance.Purpose.INIT_ONLY;
            if (instance.state == Instance.State.OPEN || comes) {
                return true;
            }
        }
        return false;
    }

    /// Requests in progress.
    int running() {
        int running = 0;
        for (Instance instance : all()) {
            running += instance.busy.size();
        }
        return running;
    }
}
