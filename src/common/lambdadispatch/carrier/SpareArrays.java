// SPDX-License-Identifier: MIT
package lambdadispatch.carrier;

import java.util.ArrayDeque;
import java.util.List;

/// Arrays that nobody needs for the moment: whoever runs next on the same carrier takes the one that was given back last, which is still
/// warm in the processor's caches. So those who wait need not hold memory, and those who are busy need not make garbage of it.
///
/// What an array held before is still in it. Each carrier keeps so many of each of a few lengths; other arrays, and those given on other
/// threads, are left to the collector.
public final class SpareArrays {
    private static final int MOST_OCTETS_OF_EACH = 256 << 10;

    private final int[] lengths = new int[4];
    private final List<ArrayDeque<byte[]>> arrays = List.of(new ArrayDeque<>(), new ArrayDeque<>(), new ArrayDeque<>(), new ArrayDeque<>());

    SpareArrays() {}

    /// An array of exactly this length.
    public static byte[] take(int length) {
        Carrier carrier = Threads.areOnEventLoops() ? Carrier.current() : null;
        byte[] spare = carrier == null ? null : carrier.spares().poll(length);
        return spare != null ? spare : new byte[length];
    }

    /// Gives an array away that the caller does not touch any more.
    public static void give(byte[] array) {
        Carrier carrier = Threads.areOnEventLoops() ? Carrier.current() : null;
        if (carrier != null) {
            carrier.spares().offer(array);
        }
    }

    private byte[] poll(int length) {
        for (int i = 0; i < lengths.length; i++) {
            if (lengths[i] == length) {
                return arrays.get(i).pollLast();
            }
        }
        return null;
    }

    private void offer(byte[] array) {
        for (int i = 0; i < lengths.length; i++) {
            if (lengths[i] == 0) {
                lengths[i] = array.length; // the first lengths that come are those that go on coming: they are constants of the programs
            }
            if (lengths[i] == array.length) {
                if ((long) arrays.get(i).size() * array.length < MOST_OCTETS_OF_EACH) {
                    arrays.get(i).addLast(array);
                }
                return;
            }
        }
    }
}
