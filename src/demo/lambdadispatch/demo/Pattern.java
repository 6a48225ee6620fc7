// SPDX-License-Identifier: MIT
package lambdadispatch.demo;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// The endless, reproducible byte sequence that `/bytes` sends a prefix of.
///
/// Word `k` (8 bytes, little endian) is the SplitMix64 finalizer of `k + 1` golden ratios, so bytes that were lost, doubled, swapped or
/// taken from another response can not go unnoticed, and any part can be made without what comes before it.
final class Pattern {
    private static final VarHandle WORD = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private Pattern() {}

    /// Fills the array with the words from number `firstWord` on; its length must be a multiple of 8.
    static void fill(byte[] into, long firstWord) {
        for (int at = 0; at < into.length; at += 8) {
            WORD.set(into, at, word(firstWord + (at >> 3)));
        }
    }

    private static long word(long number) {
        long mixed = (number + 1) * GOLDEN;
        mixed = (mixed ^ mixed >>> 30) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ mixed >>> 27) * 0x94D049BB133111EBL;
        return mixed ^ mixed >>> 31;
    }
}
