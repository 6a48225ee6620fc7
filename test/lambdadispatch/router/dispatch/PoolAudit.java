// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import java.util.HashSet;
import java.util.Set;

/// Looks into a pool from the side and says what must always be true of it, by counting for itself.
public final class PoolAudit {
    private PoolAudit() {}

    /// Cheap enough to follow every event.
    public static void check(Pool pool) {
        int most = pool.settings().maxConcurrentCount();
        boolean waiting = !pool.parts.matching.heldBack(pool.clock.nanoTime());
        boolean suspectWaiting = !pool.parts.matching.suspects.isEmpty();
        Instance offered = pool.parts.fleet.slots.least();
        int least = Integer.MAX_VALUE;
        for (Instance instance : pool.parts.fleet.all()) {
            that(instance.busy.size() <= most, "an instance runs more than MaxConcurrentCount");
            that(instance.state == Instance.State.OPEN || instance.free.size() == 0, "a free slot of an instance that is not open");
            boolean may = instance.state == Instance.State.OPEN
                    && !instance.aside
                    && !instance.ejected
                    && instance.free.size() > 0
                    && instance.busy.size() < most;
            that(!(may && waiting), "a request waits while a slot it may use is free");
            that(!(may && suspectWaiting && suspects(instance) == 0), "a suspect waits while a slot it may use is free");
            that(may == (instance.bucket != Offers.NONE), "an instance is offered wrongly, or not");
            if (may) {
                that(instance.bucket == instance.busy.size() + instance.handicap, "an instance is in the wrong bucket");
                least = Math.min(least, instance.busy.size() + instance.handicap);
            }
        }
        that(least == (offered == null ? Integer.MAX_VALUE : offered.busy.size() + offered.handicap),
                "not the least loaded instance is offered");
    }

    /// Walks every list.
    public static void checkDeeply(Pool pool) {
        check(pool);
        Set<Slot> seen = new HashSet<>();
        for (Instance instance : pool.parts.fleet.all()) {
            that(walk(instance.free, Slot.State.FREE, seen) == instance.free.size(), "free slots miscounted");
            that(walk(instance.busy, Slot.State.BUSY, seen) == instance.busy.size(), "busy slots miscounted");
        }
        int length =
                walk(pool.parts.matching.queue, false) + walk(pool.parts.matching.low, false) + walk(pool.parts.matching.suspects, true);
        that(length == pool.parts.matching.waiting(), "the queues are miscounted");
        // Requests that lost their slot come back in any case; and all slots that the pool may have can be lost at once.
        int slots = pool.settings().mostSlots();
        that(length <= pool.settings().waiting().maxQueueLength() + slots, "the queue is too long");
    }

    private static int walk(TicketQueue queue, boolean suspects) {
        int length = 0;
        Ticket before = null;
        for (Ticket ticket = queue.head(); ticket != null; before = ticket, ticket = ticket.next) {
            that(ticket.previous == before && ticket.state == Ticket.State.QUEUED, "the queue's links are broken");
            that(before == null || ticket.submittedNanos - before.submittedNanos >= 0, "the queue is out of order");
            that(ticket.suspect == suspects, "a ticket waits in the wrong queue");
            length++;
        }
        that(length == queue.size(), "a queue is miscounted");
        return length;
    }

    /// Whether the newest comes first if the queue stands.
    public static boolean overloaded(Pool pool) {
        return pool.parts.matching.overloaded;
    }

    /// Whether a queue whose head came then stands.
    public static boolean stands(Pool pool, long headSubmittedNanos, long now) {
        return pool.parts.matching.stands(headSubmittedNanos, now);
    }

    /// Whether this request runs, or is to run, apart from others of its kind.
    public static boolean isSuspect(Ticket ticket) {
        return ticket.suspect;
    }

    /// Suspects that run on this instance.
    public static int suspects(Instance instance) {
        int count = 0;
        for (Slot slot = instance.busy.top(); slot != null; slot = slot.next) {
            count += slot.suspect ? 1 : 0;
        }
        return count;
    }

    /// Whether it would be offered one more request, if nothing were known of how it answers.
    public static boolean hasRoom(Instance instance) {
        return instance.state == Instance.State.OPEN && !instance.aside && instance.free.size() > 0
                && instance.busy.size() < instance.pool().settings().maxConcurrentCount();
    }

    /// Whether the pool gives it nothing since it answers worse than the others.
    public static boolean isEjected(Instance instance) {
        return instance.ejected;
    }

    /// Until when, by its own book, the pool keeps requests from it; a time that is past if it does not.
    public static long ejectedUntilNanos(Instance instance, long now) {
        return instance.rating.ejected(now) ? instance.rating.ejectedUntilNanos : now;
    }

    /// Requests wait that may go to any instance.
    public static boolean somebodyWaits(Pool pool) {
        return !pool.parts.matching.queue.isEmpty() || !pool.parts.matching.low.isEmpty();
    }

    private static int walk(SlotList list, Slot.State state, Set<Slot> seen) {
        int size = 0;
        for (Slot slot = list.top(); slot != null; slot = slot.next) {
            that(slot.state == state && seen.add(slot), "a slot is in two places");
            size++;
        }
        return size;
    }

    private static void that(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }
}
