// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/// Who has how much of a pool, and who may have more. Guarded by the pool's lock.
///
/// A client *has its share* when its requests hold so many percent of all that run. Nobody is bounded as long as nobody else is kept
/// waiting. When somebody is, requests of clients that have their share are passed by others; and from then on, for as long as others come,
/// such clients leave one slot in eight free, so that the next who comes need not wait for one of theirs to end.
final class ClientShares {
    private static final int RESERVED = 8;
    /// Few slots are no reserve: one of two would be half of all.
    private static final int LEAST_WITH_RESERVE = 4;
    /// So many slots are nobody's monopoly: a client that reads a stream may ask for something beside it.
    private static final int LEAST_SHARE = 2;
    private static final long CONTENDED_NANOS = Duration.ofMinutes(1).toNanos();

    private final int percent;
    private final Map<Object, ClientShare> shares = new HashMap<>();
    private final ClientShare nobody = new ClientShare(null);
    private final Tally tally = new Tally();
    private int running;
    private int slots;
    private boolean contended;
    private long contendedNanos;

    /// @param percent of the slots that one client may hold while others wait; 100 for no bound
    ClientShares(int percent) {
        this.percent = percent;
    }

    ClientShare of(Object client) {
        if (client == null || percent == 100) {
            return nobody;
        }
        ClientShare share = shares.get(client);
        if (share == null) {
            share = new ClientShare(client);
            shares.put(client, share);
        }
        return share;
    }

    /// Clients that have anything of the pool.
    int size() {
        return shares.size();
    }

    /// Where nothing of it is left.
    void forget(ClientShare share) {
        if (share.running == 0 && share.waiting == 0 && share.bounded()) {
            shares.remove(share.client);
        }
    }

    void granted(ClientShare share, long now) {
        if (contended && share.bounded() && !hasItsShare(share) && running >= slots - reserve()) {
            contendedNanos = now; // without the reserve it would have waited
        }
        running++;
        share.running++;
        if (share.bounded()) {
            tally.gained(share.running);
        }
    }

    void released(ClientShare share) {
        running--;
        share.running--;
        if (share.bounded()) {
            tally.lost(share.running);
            forget(share);
        }
    }

    /// Once a tick.
    /// @param count how many slots there are
    void slots(int count, long now) {
        slots = count;
        contended &= now - contendedNanos < CONTENDED_NANOS;
    }

    /// One of them has to wait.
    void waits(ClientShare share, long now) {
        if (share.bounded() && !hasItsShare(share) && somebodyHasItsShare()) {
            contended = true;
            contendedNanos = now;
        }
    }

    private int limit() {
        return Math.max(LEAST_SHARE, Math.ceilDiv(running * percent, 100));
    }

    boolean hasItsShare(ClientShare share) {
        return share.bounded() && share.running >= limit();
    }

    boolean somebodyHasItsShare() {
        return tally.most() >= limit();
    }

    /// Whether its requests hold more slots than its share, those not counted that are about to end.
    boolean hasMore(ClientShare share) {
        return share.bounded() && share.running - share.ending > limit();
    }

    private int reserve() {
        return slots < LEAST_WITH_RESERVE ? 0 : Math.max(1, slots / RESERVED);
    }

    /// Whether it may have a slot although it has its share, and nobody waits who has not.
    boolean mayHaveMore(ClientShare share) {
        return !contended || !hasItsShare(share) || running < slots - reserve();
    }
}
