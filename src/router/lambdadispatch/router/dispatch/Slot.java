// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

/// One channel of an instance with both halves open: carries one exchange at a time. The control side extends it; the pool owns its state.
///
/// ```
///           slotOpened          granted                slotLost, slotGivenUp, drained
///   UNKNOWN ----------> FREE  ----------> BUSY  ---------------------------------> GONE
///      |                  ^                 |                                       ^
///      |                  +--- slotReleased-+                                       |
///      +--------------------------- slotLost ---------------------------------------+
/// ```
/// The two callbacks are called outside the pool's lock, each at most once and never both; they must not block. After either of them, the
/// pool has forgotten the slot: events that still come in about it are ignored.
public abstract class Slot {
    enum State { UNKNOWN, FREE, BUSY, GONE }

    private final Instance instance;

    // All below is guarded by the pool's lock.
    State state = State.UNKNOWN;
    long grantedNanos;
    /// Who it is granted to; null while it is free.
    Ticket ticket;
    /// Carries a request whose last instance died under it.
    boolean suspect;
    /// Was lost while it carried a request.
    boolean broken;
    Slot previous;
    Slot next;

    protected Slot(Instance instance) {
        this.instance = instance;
    }

    public final Instance instance() {
        return instance;
    }

    /// The slot is idle and will never be granted again: say go away (`END_STREAM` on the downlink).
    protected abstract void end();

    /// The slot carries an exchange that its instance will not finish: abort it now (its owner tries it elsewhere, or answers 502).
    /// @param invokeEnded the instance is dead; otherwise the pool gave it up alive, since it fell silent or lost its channels
    protected abstract void reset(boolean invokeEnded);
}
