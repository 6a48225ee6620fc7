// SPDX-License-Identifier: MIT
package lambdadispatch.http.hpack;

import lambdadispatch.base.Bytes;

/// Integers that begin in the low bits of an octet whose high bits say something else (RFC 7541 §5.1).
///
/// ```
///   0   1   2   3   4   5   6   7
/// +---+---+---+---+---+---+---+---+
/// | ?   ?   ? |     value < 31    |   a prefix of 5 bits holds it
/// +---+---+---+-------------------+
///
/// | ?   ?   ? | 1   1   1   1   1 |   or the prefix is full, and what exceeds 31 follows,
/// +---+---+---+-------------------+
/// | 1 |    value - 31, low bits   |   seven bits an octet, the lowest first;
/// +---+---------------------------+
/// | 0 |    value - 31, high bits  |   the high bit says that more octets follow
/// +---+---------------------------+
/// ```
final class PrefixInteger {
    /// Five octets of seven bits hold any value of 31 bits; a longer encoding is refused even if it only adds zeros.
    private static final int MAX_SHIFT = 28;

    private PrefixInteger() {}

    /// Reads the integer whose prefix lies in the octet under the cursor, and moves past it.
    static int read(Cursor block, int prefixBits) throws HpackException {
        int full = (1 << prefixBits) - 1;
        int prefix = block.next() & full;
        return prefix < full ? prefix : readRest(block, full);
    }

    private static int readRest(Cursor block, long value) throws HpackException {
        for (int shift = 0; shift <= MAX_SHIFT; shift += 7) {
            int octet = block.next();
            value += (long) (octet & 0x7f) << shift;
            // RFC 7541 §5.1: an integer beyond the implementation's limits, in value or in length, is a decoding error
            if (value > Integer.MAX_VALUE) {
                throw new HpackException("integer above 2^31-1");
            }
            if (octet < 0x80) {
                return (int) value;
            }
        }
        throw new HpackException("integer longer than five octets after its prefix");
    }

    /// Appends a value of 0 or more, with the bits above the prefix taken from `pattern`.
    static void write(Bytes out, int pattern, int prefixBits, int value) {
        int full = (1 << prefixBits) - 1;
        if (value < full) {
            out.append(pattern | value);
            return;
        }
        out.append(pattern | full);
        int rest = value - full;
        while (rest >= 0x80) {
            out.append(rest & 0x7f | 0x80);
            rest >>>= 7;
        }
        out.append(rest);
    }
}
