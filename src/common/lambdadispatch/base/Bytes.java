// SPDX-License-Identifier: MIT
package lambdadispatch.base;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// A growing run of bytes that is appended to and read back as an array. Not thread-safe.
///
/// The array is exposed on purpose: codecs write into it and sockets read from it without another copy.
public final class Bytes {
    private static final byte[] NONE = new byte[0];
    /// What the first octets get where there was no room before.
    private static final int FIRST = 512;

    private byte[] array;
    private int length;

    public Bytes() {
        this(256);
    }

    /// @param initialCapacity 0: takes memory only with the first octets
    public Bytes(int initialCapacity) {
        array = initialCapacity == 0 ? NONE : new byte[initialCapacity];
    }

    /// The backing array; valid from 0 to [#length()], and only until the next append.
    public byte[] array() {
        return array;
    }

    public int length() {
        return length;
    }

    public Bytes append(byte[] source, int offset, int count) {
        reserve(count);
        System.arraycopy(source, offset, array, length, count);
        length += count;
        return this;
    }

    public Bytes append(byte[] source) {
        return append(source, 0, source.length);
    }

    public Bytes append(int octet) {
        reserve(1);
        array[length++] = (byte) octet;
        return this;
    }

    /// Appends a string whose characters are all below U+0100, one octet each (ISO 8859-1).
    @SuppressWarnings("deprecation") // getBytes(int, int, byte[], int) is the one copy-free Latin-1 encoder in the JDK
    public Bytes append(String latin1) {
        int count = latin1.length();
        reserve(count);
        latin1.getBytes(0, count, array, length);
        length += count;
        return this;
    }

    /// Appends a number in decimal digits, as [Long#toString(long)] writes it.
    public Bytes appendDecimal(long value) {
        if (value < 10) {
            return value < 0 ? append(Long.toString(value)) : append((int) ('0' + value));
        }
        int digits = 1;
        for (long rest = value; rest >= 10; rest /= 10) {
            digits++;
        }
        reserve(digits);
        long rest = value;
        for (int at = length + digits - 1; at >= length; at--) {
            array[at] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        length += digits;
        return this;
    }

    /// Sets the length: shorter forgets bytes, longer exposes whatever the array holds (after [#reserve(int)]).
    public Bytes length(int newLength) {
        if (newLength > array.length) {
            throw new IndexOutOfBoundsException(newLength);
        }
        length = newLength;
        return this;
    }

    public Bytes clear() {
        length = 0;
        return this;
    }

    /// Forgets bytes, and gives back what a long run needed.
    /// @param most of its memory that is kept
    public Bytes clearAndKeep(int most) {
        if (array.length > most) {
            array = new byte[most];
        }
        return clear();
    }

    /// Makes room for `count` more bytes.
    public Bytes reserve(int count) {
        if (array.length - length < count) {
            array = Arrays.copyOf(array, Math.max(array.length == 0 ? FIRST : array.length * 2, length + count));
        }
        return this;
    }

    public byte[] toArray() {
        return Arrays.copyOf(array, length);
    }

    @Override
    public String toString() {
        return new String(array, 0, length, StandardCharsets.ISO_8859_1);
    }
}
