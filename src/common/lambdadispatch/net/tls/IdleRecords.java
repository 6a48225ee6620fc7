// SPDX-License-Identifier: MIT
package lambdadispatch.net.tls;

/// How many records without data a peer has sent after the handshake: session tickets, KeyUpdate, empty ones. Each costs as much as a
/// cipher's key schedule, or an answer. Guarded by the transport's lock for reading.
final class IdleRecords {
    private static final int BURST = 100;
    private static final long NANOS = 1_000_000_000; // and one more a second

    private int count;
    private long since;

    /// One has come. False if it was one too many.
    boolean mayBe() {
        long now = System.nanoTime();
        if (count == 0) {
            since = now;
        }
        count++;
        return count <= BURST + (now - since) / NANOS;
    }
}
