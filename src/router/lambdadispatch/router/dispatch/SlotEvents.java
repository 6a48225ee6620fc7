// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

/// What the coming and going of a slot means for everything else that the pool knows: load, ratings, growth. Guarded by the pool's lock.
final class SlotEvents {
    private final PoolParts parts;
    private final AppFault appFault;

    SlotEvents(PoolParts parts, AppFault appFault) {
        this.parts = parts;
        this.appFault = appFault;
    }

    /// A channel may be lost while its second half is on its way: what comes of it then is too late.
    void opened(Slot slot, long now) {
        if (slot.state == Slot.State.GONE) {
            return;
        }
        if (slot.state != Slot.State.UNKNOWN) {
            throw new IllegalStateException("a slot is opened once");
        }
        Instance instance = slot.instance();
        boolean first = instance.state == Instance.State.STARTING;
        if (!parts.fleet.opened(slot, now)) {
            parts.outbox.end(slot);
        } else if (first) {
            appFault.mended();
            parts.load.started(now - instance.invokedNanos);
            parts.growth.connected();
            parts.health.opened(instance, now);
            parts.outbox.info("instanceOpened", instance, "millis", (now - instance.invokedNanos) / 1_000_000);
        }
    }

    /// @param status of the answer; 0 if the request was not sent
    void released(Slot slot, int status, long now) {
        parts.load.finished(now - slot.grantedNanos);
        if (status > 0) {
            parts.outliers.answered(slot.instance(), status, now - slot.grantedNanos, now);
        }
        if (status > 0 && status < 500) {
            slot.instance().servedWell++;
            parts.growth.served(slot.instance(), now);
        }
        if (!parts.fleet.released(slot, now)) {
            parts.outbox.end(slot);
        }
    }

    /// @param answered whether the client had got a part of its answer
    void givenUp(Slot slot, boolean answered, long now) {
        if (!answered) {
            parts.fleet.slots.unanswered(slot, now);
        }
        if (slot.state == Slot.State.BUSY) {
            parts.load.finished(now - slot.grantedNanos);
        }
        parts.fleet.slots.gone(slot, false, now);
    }
}
