// SPDX-License-Identifier: MIT
package lambdadispatch.fuzz;

import java.util.SplittableRandom;
import lambdadispatch.net.Input;

/// A source that brings its octets in pieces, and whose pieces lie in arrays no longer than they must be, so that reading too far shows.
public final class Feed implements Input.Source {
    private final byte[] data;
    private final int most;
    private final SplittableRandom random;
    private int at;

    /// @param most octets a read brings at most
    /// @param random null for reads of exactly `most`, as far as there is room
    public Feed(byte[] data, int most, SplittableRandom random) {
        this.data = data;
        this.most = most;
        this.random = random;
    }

    @Override
    public int read(byte[] into, int offset, int length) {
        if (at == data.length) {
            return -1;
        }
        int piece = random == null ? most : 1 + random.nextInt(most);
        int count = Math.min(Math.min(length, piece), data.length - at);
        System.arraycopy(data, at, into, offset, count);
        at += count;
        return count;
    }

    /// Octets brought so far.
    public int position() {
        return at;
    }
}
