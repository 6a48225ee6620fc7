// SPDX-License-Identifier: MIT
package lambdadispatch.http.hpack;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// The hash by which the encoder finds names and values again. A collision costs a comparison, never a wrong field.
final class Hash {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long PRIME = 0x9E37_79B9_7F4A_7C15L; // 2^64 divided by the golden ratio

    private Hash() {}

    /// Eight octets a step, so that a long value costs little more than a short one.
    static int of(byte[] octets, int offset, int length) {
        long hash = length;
        int at = offset;
        int end = offset + length;
        for (; at <= end - 8; at += 8) {
            hash = mix(hash ^ (long) LONGS.get(octets, at));
        }
        long last = 0;
        for (; at < end; at++) {
            last = last << 8 | octets[at] & 0xff;
        }
        return (int) (mix(hash ^ last) >>> 32);
    }

    static int join(int name, int value) {
        return (int) (mix((long) name << 32 ^ value & 0xffff_ffffL) >>> 32);
    }

    private static long mix(long value) {
        long product = value * PRIME;
        return product ^ product >>> 32;
    }
}
