// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

/// One request that wants a slot: what the pool tells its owner, and its place in the queue (it is the queue's own node, so leaving costs
/// O(1)).
///
/// Exactly one of [#granted] and [#refused] is called, exactly once, unless [Pool#withdraw] returned `true`: then neither. The call comes
/// outside the pool's lock, on the thread of whatever event decided it (possibly inside [Pool#submit] itself). It must not block; calling
/// the pool is fine. A ticket is used once; a retry takes a new one.
public abstract class Ticket {
    enum State { NEW, QUEUED, GRANTED, REFUSED, WITHDRAWN }

    // All below is guarded by the pool's lock until the ticket is decided, and read-only from then on.
    State state = State.NEW;
    final boolean lowPriority;
    final Object client;
    ClientShare share;
    long submittedNanos;
    /// The instance of its last try died under it: it may be what killed it.
    boolean suspect;
    long apartSinceNanos;
    long decidedNanos;
    Slot slot;
    Refusal refusal;
    Ticket previous;
    Ticket next;
    Ticket olderOfLine;
    Ticket newerOfLine;
    /// Was told that its client is too slow.
    boolean ending;

    protected Ticket() {
        this(false, null);
    }

    protected Ticket(boolean lowPriority) {
        this(lowPriority, null);
    }

    /// @param lowPriority gives way to others where there are more requests than can be served
    /// @param client whose request it is, by `equals`: what one client may have is bounded while others wait; null for nobody in particular
    protected Ticket(boolean lowPriority, Object client) {
        this.lowPriority = lowPriority;
        this.client = client;
    }

    /// @param earlier the try before, or null
    void follow(Ticket earlier, long now) {
        submittedNanos = earlier == null ? now : earlier.submittedNanos;
        suspect = earlier != null && (earlier.suspect || earlier.slot.broken);
        apartSinceNanos = now;
    }

    /// A slot of this request's own. Whoever gets it must hand it back exactly once: [Pool#slotReleased], [Pool#slotLost] or
    /// [Pool#slotGivenUp].
    protected abstract void granted(Slot slot);

    protected abstract void refused(Refusal why);

    /// How far the client is behind the least rate at which it must send or take what its exchange waits for. Called under the pool's lock.
    protected long behindNanos() {
        return 0;
    }

    /// Others wait for a slot, and this one's client is slow: the exchange is to be broken off, and the slot handed back. Must not block.
    protected void tooSlow() {}

    /// How long the request waited for its slot or refusal; zero before that. A retry counts from the first try.
    public final long waitedNanos() {
        return state == State.GRANTED || state == State.REFUSED ? decidedNanos - submittedNanos : 0;
    }

    final void deliver() {
        if (refusal == null) {
            granted(slot);
        } else {
            refused(refusal);
        }
    }
}
