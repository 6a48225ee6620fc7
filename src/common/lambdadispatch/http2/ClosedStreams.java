// SPDX-License-Identifier: MIT
package lambdadispatch.http2;

/// How the streams closed last came to their end, since what may still arrive on them depends on it (RFC 9113 §5.1 "closed"). Guarded by itself.
final class ClosedStreams {
    enum How { UNKNOWN, ENDED, RESET_BY_PEER, RESET_BY_US }

    private static final int REMEMBERED = 512;

    private final int[] ids = new int[REMEMBERED];
    private final byte[] hows = new byte[REMEMBERED];

    synchronized void add(int streamId, How how) {
        int slot = (streamId >>> 1) % REMEMBERED;
        ids[slot] = streamId;
        hows[slot] = (byte) how.ordinal();
    }

    synchronized How how(int streamId) {
        int slot = (streamId >>> 1) % REMEMBERED;
        return ids[slot] == streamId ? How.values()[hows[slot]] : How.UNKNOWN;
    }
}
