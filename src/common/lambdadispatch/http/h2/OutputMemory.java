// SPDX-License-Identifier: MIT
package lambdadispatch.http.h2;

import lambdadispatch.base.Bytes;
import lambdadispatch.net.MemoryShare;

/// What the two buffers of an [Http2Output] take of their connection's share. Guarded by that output's lock.
final class OutputMemory {
    /// What both may have for nothing.
    private static final int FREE = 4 << 10;
    /// What is kept to encode field blocks into.
    static final int BLOCK = 2 << 10;
    private static final int LITTLE = 16 << 10;

    private final MemoryShare share;
    private int charged;

    OutputMemory(MemoryShare share) {
        this.share = share;
    }

    /// How much may wait to be sent: less where the memory for all connections is short.
    int mayWait(int most) {
        return share.isShort() ? Math.min(most, LITTLE) : most;
    }

    /// It is there already, bounded by [#mayWait], and counted even if it does not fit.
    void charge(Bytes one, Bytes other) {
        int now = beyondFree(one, other);
        if (now > charged) {
            share.takeAnyway(now - charged);
        } else {
            share.give(charged - now);
        }
        charged = now;
    }

    private static int beyondFree(Bytes one, Bytes other) {
        return Math.max(0, one.array().length + other.array().length - FREE);
    }
}
