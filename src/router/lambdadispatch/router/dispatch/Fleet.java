// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import java.time.Duration;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/// Owns the instances of one pool and every change of their state. Guarded by the pool's lock; what the world must be told goes into
/// `outbox`.
final class Fleet {
    /// An instance whose invoke has returned is frozen: exchanges that have not ended by then never will.
    private static final long LAST_BYTES_NANOS = Duration.ofSeconds(2).toNanos();
    /// So many exchanges broken one after another, and none well: this instance does not serve.
    private static final int BROKEN = 10;
    private final Map<String, Instance> instances = new LinkedHashMap<>();
    final Slots slots;

    Fleet(PoolSettings settings) {
        this.slots = new Slots(settings);
    }

    Collection<Instance> all() {
        return instances.values();
    }

    void add(Instance instance) {
        instances.put(instance.id(), instance);
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
        slots.free(slot);
        return true;
    }

    /// An exchange ended with a whole answer. False if the channel is not wanted any more.
    boolean released(Slot slot, long now) {
        Instance instance = slot.instance();
        slots.left(slot);
        heard(instance, now);
        if (instance.state != Instance.State.OPEN) {
            return false;
        }
        slots.free(slot);
        return true;
    }

    /// Takes requests, pings, and answers none of them.
    boolean stuck(Instance instance) {
        return instance.state == Instance.State.OPEN && instance.unansweredInRow >= BROKEN;
    }

    void heard(Instance instance, long now) {
        instance.heardNanos = now;
        if (instance.aside) {
            instance.aside = false;
            slots.changed(instance);
        }
    }

    /// No new exchange; idle channels end now, busy ones when they are released.
    void drain(Instance instance, long now, Outbox outbox) {
        if (instance.state == Instance.State.STARTING) {
            close(instance, now, outbox);
        } else if (instance.state == Instance.State.OPEN) {
            instance.state = Instance.State.DRAINING;
            slots.endFree(instance, outbox);
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
        slots.endFree(instance, outbox);
    }

    /// Closed at once, and whatever it still runs is aborted.
    void giveUp(Instance instance, long now, Outbox outbox) {
        close(instance, now, outbox);
        slots.resetBusy(instance, outbox);
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
            slots.changed(instance);
        }
    }

    /// No new exchange until it is heard from again.
    void setAside(Instance instance) {
        if (!instance.aside) {
            instance.aside = true;
            slots.changed(instance);
        }
    }

    /// Breaks whatever it is given.
    boolean broken(Instance instance) {
        return instance.state == Instance.State.OPEN && instance.brokenInRow >= BROKEN;
    }

    /// Aborts what a frozen instance will never finish, and forgets instances that are over.
    void forgetOver(long now, Outbox outbox) {
        for (Iterator<Instance> all = instances.values().iterator(); all.hasNext(); ) {
            Instance instance = all.next();
            if (instance.state == Instance.State.CLOSED && now - instance.closedNanos > LAST_BYTES_NANOS) {
                slots.resetBusy(instance, outbox);
            }
            boolean over = instance.invokeEnded && instance.state == Instance.State.CLOSED && instance.busy.size() == 0;
            if (over) {
                all.remove();
                outbox.forgotten(instance);
            }
        }
    }

    /// Nothing more is to come: as soon as nothing runs, all instances go.
    void dismissAll(long now, Outbox outbox) {
        if (running() > 0) {
            return;
        }
        for (Instance instance : all()) {
            dismiss(instance, now, outbox);
        }
        forgetOver(now, outbox);
    }

    /// A request that comes now is taken at once, or as soon as another one ends.
    boolean anybodyServes() {
        for (Instance instance : all()) {
            if (instance.state == Instance.State.OPEN && !instance.aside && instance.channels() > 0) {
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
