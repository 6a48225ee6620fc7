// SPDX-License-Identifier: MIT
package lambdadispatch.http.h2;

/// How the streams closed last came to their end, since what may still arrive on them depends on it (RFC 9113 §5.1 "closed"). Frames that
/// may have been under way are expected; more than those are work without use. Not thread-safe: [Streams] guards it.
final class ClosedStreams {
    enum How { UNKNOWN, ENDED, RESET_BY_PEER, RESET_BY_US }

    /// The request had ended: neither DATA nor trailers may come.
    static final int NOTHING_DUE = -1;

    /// Short frames count as much as this, or a window would allow a quarter of a million of one octet.
    private static final int LEAST_OCTETS = 256;
    private static final int REMEMBERED = 512;
    private static final How[] HOWS = How.values();

    /// Most connections are idle, and many never have more streams than this. Lengths are powers of two.
    private static final int FEW = 4;

    private int[] ids = new int[FEW]; // 0 where nothing is
    private byte[] hows = new byte[FEW];
    private int[] due = new int[FEW]; // octets of DATA

    private int slot(int streamId) {
        return (streamId >>> 1) & ids.length - 1;
    }

    private void grow() {
        int[] oldIds = ids;
        byte[] oldHows = hows;
        int[] oldDue = due;
        ids = new int[oldIds.length * 2];
        hows = new byte[ids.length];
        due = new int[ids.length];
        for (int i = 0; i < oldIds.length; i++) {
            int slot = slot(oldIds[i]);
            if (oldIds[i] != 0) {
                ids[slot] = oldIds[i];
                hows[slot] = oldHows[i];
                due[slot] = oldDue[i];
            }
        }
    }

    /// @param octets of DATA that may be under way: what is left of the stream's window
    void add(int streamId, How how, int octets) {
        while (ids.length < REMEMBERED && ids[slot(streamId)] != 0 && ids[slot(streamId)] != streamId) {
            grow();
        }
        int slot = slot(streamId);
        ids[slot] = streamId;
        hows[slot] = (byte) how.ordinal();
        due[slot] = octets;
    }

    How how(int streamId) {
        int slot = slot(streamId);
        return ids[slot] == streamId ? HOWS[hows[slot]] : How.UNKNOWN;
    }

    boolean dataDue(int streamId, int octets, boolean endStream) {
        int slot = slot(streamId);
        if (ids[slot] != streamId || due[slot] < octets) {
            return false;
        }
        due[slot] = endStream ? NOTHING_DUE : Math.max(0, due[slot] - Math.max(octets, LEAST_OCTETS));
        return true;
    }

    boolean trailersDue(int streamId) {
        int slot = slot(streamId);
        boolean first = ids[slot] == streamId && due[slot] != NOTHING_DUE;
        if (first) {
            due[slot] = NOTHING_DUE;
        }
        return first;
    }

    /// Whether this is the first reset by the peer of a stream that ended another way.
    boolean resetDue(int streamId) {
        int slot = slot(streamId);
        boolean first = ids[slot] == streamId && (HOWS[hows[slot]] == How.ENDED || HOWS[hows[slot]] == How.RESET_BY_US);
        if (first) {
            add(streamId, How.RESET_BY_PEER, NOTHING_DUE);
        }
        return first;
    }
}
