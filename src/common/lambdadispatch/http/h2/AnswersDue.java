// SPDX-License-Identifier: MIT
package lambdadispatch.http.h2;

/// Frames that cost us something and that the peer has reason to send, because of what it got from us: whoever sends more of them is up to
/// something else. Used under [Http2Output]'s lock.
final class AnswersDue {
    /// Clients that read in small steps acknowledge each 4 KiB, for the stream and for the connection: Go's does.
    private static final int OCTETS_PER_UPDATE = 2048;
    private static final int MOST_ANSWERS = 1 << 20;
    private static final int MOST_PINGS = 1000;

    private int answers; // WINDOW_UPDATE and RST_STREAM frames
    private int pings;

    /// A response's head leaves.
    void headersSent() {
        earn(1);
    }

    /// A DATA frame of that length leaves: it may be acknowledged for its stream, for the connection, and once for each 2 KiB.
    void dataSent(int length) {
        earn(2 + length / OCTETS_PER_UPDATE);
    }

    /// Whoever measures the path sends a PING for each DATA frame at most, as gRPC does.
    private void earn(int more) {
        answers = Math.min(answers + more, MOST_ANSWERS);
        pings = Math.min(pings + 1, MOST_PINGS);
    }

    /// Whether a WINDOW_UPDATE was owed, or another reset of a stream that was closed, as some clients send for each frame that they still
    /// get on it.
    boolean takeAnswer() {
        if (answers <= 0) {
            return false;
        }
        answers--;
        return true;
    }

    /// Whether a PING was owed.
    boolean takePing() {
        if (pings <= 0) {
            return false;
        }
        pings--;
        return true;
    }
}
