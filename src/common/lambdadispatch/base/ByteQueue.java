// SPDX-License-Identifier: MIT
package lambdadispatch.base;

import java.nio.ByteBuffer;

/// Octets that have arrived and wait to be taken, in one array that grows and shrinks. Its bound is the flow control of whoever fills it.
/// Not thread-safe.
public final class ByteQueue {
    private static final byte[] NONE = new byte[0];
    private static final int FIRST_CAPACITY = 1024;
    /// A body of 16 KiB with its head.
    private static final int KEEP_CAPACITY = 20 << 10;

    private byte[] array = NONE;
    private int start;
    private int end;

    public ByteQueue() {}

    public int size() {
        return end - start;
    }

    /// Octets of memory that it takes.
    public int capacity() {
        return array.length;
    }

    public void append(byte[] from, int offset, int length) {
        if (array.length - end < length) {
            makeRoom(length);
        }
        System.arraycopy(from, offset, array, end, length);
        end += length;
    }

    /// Appends all that remains in the buffer.
    public void append(ByteBuffer from) {
        int length = from.remaining();
        if (array.length - end < length) {
            makeRoom(length);
        }
        from.get(array, end, length);
        end += length;
    }

    private void makeRoom(int length) {
        int size = size();
        byte[] target = array;
        if (size + length > array.length) {
            int wanted = Math.max(FIRST_CAPACITY, Math.max(array.length * 2, size + length));
            target = new byte[size + length <= KEEP_CAPACITY ? Math.min(wanted, KEEP_CAPACITY) : wanted];
        }
        System.arraycopy(array, start, target, 0, size);
        array = target;
        start = 0;
        end = size;
    }

    /// Takes at most `length` octets; returns how many.
    public int take(byte[] into, int offset, int length) {
        int count = Math.min(length, size());
        System.arraycopy(array, start, into, offset, count);
        start += count;
        if (start == end) {
            clear();
        }
        return count;
    }

    /// Drops what it holds, and its memory.
    public void release() {
        start = 0;
        end = 0;
        array = NONE;
    }

    public void clear() {
        start = 0;
        end = 0;
        if (array.length > KEEP_CAPACITY) {
            array = NONE;
        }
    }
}
