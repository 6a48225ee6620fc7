// SPDX-License-Identifier: MIT
package lambdadispatch.http.hpack;

/// The place that a decoder has reached in one field block.
final class Cursor {
    private static final byte[] NOTHING = {};

    byte[] bytes;
    int at;
    int end;

    void over(byte[] block, int offset, int length) {
        bytes = block;
        at = offset;
        end = offset + length;
    }

    /// Forgets the block, which may be long.
    void release() {
        over(NOTHING, 0, 0);
    }

    boolean atEnd() {
        return at == end;
    }

    int left() {
        return end - at;
    }

    /// The next octet as 0 to 255, without passing it.
    int peek() throws HpackException {
        if (at == end) {
            throw new HpackException("field block ends inside a representation");
        }
        return bytes[at] & 0xff;
    }

    int next() throws HpackException {
        int octet = peek();
        at++;
        return octet;
    }
}
