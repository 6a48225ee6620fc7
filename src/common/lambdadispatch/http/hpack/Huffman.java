// SPDX-License-Identifier: MIT
package lambdadispatch.http.hpack;

import lambdadispatch.base.Bytes;

/// Codes and decodes strings with HPACK's static Huffman code (RFC 7541 §5.2, Appendix B).
///
/// Decoding takes eight bits at a time. `TREE` is a row of tables of 256 entries each, table 0 the root; the next eight bits of input pick
/// an entry of the current table, which is one of
///
/// ```
/// bits used << 16 | symbol   a code ends within these eight bits (the entry repeats for whatever bits follow it)
/// -table                     the code is longer: go on in that table with the eight bits after these
/// ```
///
/// Codes of 5 to 8 bits, which is nearly all that real fields hold, take one look-up; the longest, of 30 bits, takes four.
final class Huffman {
    private static final int EOS = 256;
    private static final int LONGEST_PADDING = 7;
    private static final int[] TREE = tree();

    private Huffman() {}

    /// No code is shorter than five bits, so that many octets of room are always enough.
    static int longestDecoded(int encodedLength) {
        return (int) (encodedLength * 8L / 5);
    }

    /// Decodes into `target`, which must have [#longestDecoded(int)] octets of room. Returns the octets written.
    static int decode(byte[] source, int offset, int length, byte[] target) throws HpackException {
        int end = offset + length;
        int at = offset;
        int written = 0;
        int table = 0;
        long bits = 0; // the low `held` bits are the input not yet used
        int held = 0;
        int sinceSymbol = 0; // bits used up by tables above the current one
        while (true) {
            while (held <= 24 && at < end) {
                bits = bits << 8 | source[at++] & 0xff;
                held += 8;
            }
            if (held < 8 && at == end) {
                break;
            }
            int entry = TREE[table + (int) (bits >>> held - 8 & 0xff)];
            if (entry < 0) {
                table = -entry;
                held -= 8;
                sinceSymbol += 8;
            } else {
                target[written++] = symbol(entry);
                held -= entry >>> 16;
                table = 0;
                sinceSymbol = 0;
            }
        }
        return decodeEnd(bits, held, table, sinceSymbol, target, written);
    }

    /// Takes the symbols that end within the last seven bits, and checks the padding.
    private static int decodeEnd(long bits, int left, int node, int above, byte[] target, int soFar) throws HpackException {
        int held = left;
        int table = node;
        int sinceSymbol = above;
        int written = soFar;
        while (held > 0) {
            int ones = (1 << 8 - held) - 1;
            int entry = TREE[table + (int) (bits << 8 - held & 0xff | ones)];
            if (entry < 0 || entry >>> 16 > held) {
                break;
            }
            target[written++] = symbol(entry);
            held -= entry >>> 16;
            table = 0;
            sinceSymbol = 0;
        }
        int mask = (1 << held) - 1;
        // RFC 7541 §5.2: padding longer than 7 bits, and padding that is not the most significant bits of EOS (all ones), are decoding
        // errors
        if (sinceSymbol + held > LONGEST_PADDING) {
            throw new HpackException("Huffman padding longer than seven bits");
        }
        if ((bits & mask) != mask) {
            throw new HpackException("Huffman padding that is not all ones");
        }
        return written;
    }

    private static byte symbol(int entry) throws HpackException {
        int symbol = entry & 0xffff;
        // RFC 7541 §5.2: a string that contains the EOS symbol is a decoding error
        if (symbol == EOS) {
            throw new HpackException("EOS in a Huffman coded string");
        }
        return (byte) symbol;
    }

    /// How many octets the coded string takes.
    static int encodedLength(byte[] source, int offset, int length) {
        long bits = 0;
        for (int i = offset; i < offset + length; i++) {
            bits += HuffmanCode.LENGTHS[source[i] & 0xff];
        }
        return (int) (bits + 7 >>> 3);
    }

    /// Appends the coded string, whose length the caller has from [#encodedLength(byte[], int, int)].
    static void encode(byte[] source, int offset, int length, Bytes out, int encodedLength) {
        out.reserve(encodedLength);
        byte[] target = out.array();
        int at = out.length();
        long bits = 0; // the low `held` bits are still to be written
        int held = 0;
        for (int i = offset; i < offset + length; i++) {
            int symbol = source[i] & 0xff;
            bits = bits << HuffmanCode.LENGTHS[symbol] | HuffmanCode.CODES[symbol];
            held += HuffmanCode.LENGTHS[symbol];
            while (held >= 8) {
                held -= 8;
                target[at++] = (byte) (bits >>> held);
            }
        }
        if (held > 0) { // the rest of the octet is the beginning of EOS: ones
            target[at++] = (byte) (bits << 8 - held | 0xff >>> held);
        }
        out.length(at);
    }

    private static int[] tree() {
        int[] tree = new int[HuffmanCode.TABLES * 256];
        int tables = 1;
        for (int symbol = 0; symbol <= EOS; symbol++) {
            int code = HuffmanCode.CODES[symbol];
            int left = HuffmanCode.LENGTHS[symbol];
            int table = 0;
            while (left > 8) {
                left -= 8;
                int branch = table + (code >>> left & 0xff);
                if (tree[branch] == 0) {
                    tree[branch] = -256 * tables++;
                }
                table = -tree[branch];
            }
            int first = table + (code << 8 - left & 0xff);
            for (int entry = first; entry < first + (1 << 8 - left); entry++) {
                tree[entry] = left << 16 | symbol;
            }
        }
        return tree;
    }
}
