// SPDX-License-Identifier: MIT
package lambdadispatch.emulator.process;

import java.nio.charset.StandardCharsets;

/// The last lines that were printed, in bounded memory.
public final class Output {
    private static final int KEPT = 64 << 10;

    private final byte[] ring = new byte[KEPT];
    private long written;

    /// Owns nothing yet.
    public Output() {
        // the ring starts out empty
    }

    /// Bytes that were ever written; a mark for [#since(long)].
    public synchronized long position() {
        return written;
    }

    /// What was written since that mark, as far as it is still there.
    public synchronized String since(long mark) {
        int count = (int) Math.min(written - mark, KEPT);
        byte[] copy = new byte[count];
        for (int i = 0; i < count; i++) {
            copy[i] = ring[(int) ((written - count + i) % KEPT)];
        }
        return new String(copy, StandardCharsets.UTF_8);
    }

    /// Adds a line; a line feed is put after it.
    public synchronized void line(String line) {
        for (byte octet : line.getBytes(StandardCharsets.UTF_8)) {
            append(octet);
        }
        append((byte) '\n');
    }

    private void append(byte octet) {
        ring[(int) (written % KEPT)] = octet;
        written++;
    }
}
