// SPDX-License-Identifier: MIT
package lambdadispatch.http2;

/// Octets received on one stream and not yet read. Never larger than the stream's receive window, since the peer may send no more.
/// Guarded by its stream.
final class ReceiveBuffer {
    private static final byte[] NONE = new byte[0];
    private static final int FIRST_CAPACITY = 1024;
    private static final int KEEP_CAPACITY = 16 << 10;

    private byte[] array = NONE;
    private int start;
    private int end;

    int size() {
        return end - start;
    }

    void append(byte[] from, int offset, int length) {
        if (array.length - end < length) {
            makeRoom(length);
        }
        System.arraycopy(from, offset, array, end, length);
        end += length;
    }

    private void makeRoom(int length) {
        int size = size();
        byte[] target = array;
        if (size + length > array.length) {
            target = new byte[Math.max(FIRST_CAPACITY, Math.max(array.length * 2, size + length))];
        }
        System.arraycopy(array, start, target, 0, size);
        array = target;
        start = 0;
        end = size;
    }

    int take(byte[] into, int offset, int length) {
        int count = Math.min(length, size());
        System.arraycopy(array, start, into, offset, count);
        start += count;
        if (start == end) {
            clear();
        }
        return count;
    }

    void clear() {
        start = 0;
        end = 0;
        if (array.length > KEEP_CAPACITY) {
            array = NONE;
        }
    }
}
