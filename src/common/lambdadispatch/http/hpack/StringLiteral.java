// SPDX-License-Identifier: MIT
package lambdadispatch.http.hpack;

import java.util.Arrays;
import lambdadispatch.base.Bytes;

/// One string of a representation (RFC 7541 §5.2): where it lies, and the memory it is decoded into if it was Huffman coded.
///
/// ```
///   0   1   2   3   4   5   6   7
/// +---+---+---+---+---+---+---+---+
/// | H |    String Length (7+)     |
/// +---+---------------------------+
/// |  String Data (Length octets)  |
/// +-------------------------------+
/// ```
final class StringLiteral {
    private static final byte[] NOTHING = {};
    private static final int HUFFMAN = 0x80;
    private static final int SCRATCH_TO_KEEP = 4096;

    byte[] array = NOTHING;
    int offset;
    int length;
    private boolean fromTable = true;
    private byte[] scratch = NOTHING;

    /// Makes this a view of a whole array: a name or a value that a table holds.
    void view(byte[] octets) {
        array = octets;
        offset = 0;
        length = octets.length;
        fromTable = true;
    }

    /// Reads the literal under the cursor. Plain octets stay where they are; the view ends with the block.
    void read(Cursor block) throws HpackException {
        boolean huffman = (block.peek() & HUFFMAN) != 0;
        int encoded = PrefixInteger.read(block, 7);
        if (encoded > block.left()) {
            throw new HpackException("string literal longer than its field block");
        }
        if (huffman) {
            readHuffman(block, encoded);
        } else {
            array = block.bytes;
            offset = block.at;
            length = encoded;
        }
        block.at += encoded;
        fromTable = false;
    }

    private void readHuffman(Cursor block, int encoded) throws HpackException {
        int longest = Huffman.longestDecoded(encoded);
        if (scratch.length < longest) {
            scratch = new byte[Math.max(longest, 128)];
        }
        length = Huffman.decode(block.bytes, block.at, encoded, scratch);
        array = scratch;
        offset = 0;
    }

    /// The octets as an array that nobody will change: the table's own if this views one, else a copy.
    byte[] toArray() {
        return fromTable ? array : Arrays.copyOfRange(array, offset, offset + length);
    }

    /// Forgets the block; a scratch that one huge field made is not kept for the life of the connection.
    void release() {
        view(NOTHING);
        if (scratch.length > SCRATCH_TO_KEEP) {
            scratch = NOTHING;
        }
    }

    /// Appends a string in its shorter form; plain if both are equally long.
    static void write(Bytes out, byte[] source, int offset, int length) {
        int coded = Huffman.encodedLength(source, offset, length);
        if (coded < length) {
            PrefixInteger.write(out, HUFFMAN, 7, coded);
            Huffman.encode(source, offset, length, out, coded);
        } else {
            PrefixInteger.write(out, 0, 7, length);
            out.append(source, offset, length);
        }
    }
}
