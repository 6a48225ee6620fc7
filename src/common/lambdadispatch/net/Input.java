// SPDX-License-Identifier: MIT
package lambdadispatch.net;

import java.io.IOException;
import java.util.Arrays;
import lambdadispatch.carrier.SpareArrays;

/// A bounded buffer in front of a blocking source of bytes. Parsers work on its array in place.
///
/// It takes memory when there is something to read, where the source can tell. Unread bytes are
/// `array()[position()] .. array()[limit() - 1]`. Not thread-safe.
public final class Input {
    /// Where bytes come from: at least one per call, or -1 at the end.
    @FunctionalInterface
    public interface Source {
        int read(byte[] into, int offset, int length) throws IOException;

        /// Waits until a read would not wait for long, so that memory for it need not be there before. May return at once.
        default void awaitInput() throws IOException {}
    }

    /// What a busy buffer keeps between messages: a body of 16 KiB with its head.
    private static final int KEEP = 20 << 10;
    private static final byte[] NONE = new byte[0];

    private final Source source;
    private final int initialCapacity;
    private final int maxCapacity;
    private final MemoryShare memory;
    private byte[] array = NONE;
    private int position;
    private int limit;
    private boolean filled;
    private boolean closed;
    private boolean needed; // the first capacity was not enough for the last message

    /// @param maxCapacity most bytes that may wait here unread; [#fill()] fails beyond
    public Input(Source source, int initialCapacity, int maxCapacity) {
        this(source, initialCapacity, maxCapacity, MemoryShare.UNBOUNDED);
    }

    /// @param memory what grows beyond the initial capacity is taken from it, until [#close]
    public Input(Source source, int initialCapacity, int maxCapacity, MemoryShare memory) {
        this.memory = memory;
        this.source = source;
        this.initialCapacity = initialCapacity;
        this.maxCapacity = maxCapacity;
    }

    /// The most bytes that may wait here unread.
    public int maxCapacity() {
        return maxCapacity;
    }

    /// What this, and whoever reads from it, may hold.
    public MemoryShare memory() {
        return memory;
    }

    public byte[] array() {
        return array;
    }

    public int position() {
        return position;
    }

    public int limit() {
        return limit;
    }

    public int available() {
        return limit - position;
    }

    public void skip(int count) {
        position += count;
    }

    /// Reads more behind what is there, blocking for at least one byte; offsets may move, their distance from [#position()] stays.
    /// Returns false at the end of the source.
    /// @throws NoRoom there is no memory for more
    /// @throws IllegalStateException `maxCapacity` bytes are waiting; parsers check their limits before
    public boolean fill() throws IOException {
        if (array.length == 0) {
            source.awaitInput();
        }
        return fillAtOnce();
    }

    /// As [#fill()], for whoever has waited for input by himself.
    public boolean fillAtOnce() throws IOException {
        makeRoom(1);
        int room = array.length - limit;
        int count = source.read(array, limit, room);
        if (count < 0) {
            return false;
        }
        limit += count;
        filled = count == room;
        needed |= limit > initialCapacity || filled;
        return true;
    }

    /// Blocks until at least `count` bytes are there. Returns false if the source ends before.
    public boolean require(int count) throws IOException {
        while (limit - position < count) {
            if (array.length > 0) {
                makeRoom(count - (limit - position));
            }
            if (!fill()) {
                return false;
            }
        }
        return true;
    }

    /// Takes what is buffered, else reads straight into the caller's array.
    public int read(byte[] into, int offset, int length) throws IOException {
        int buffered = limit - position;
        if (buffered == 0) {
            // A long read goes past the buffer; a short one may as well bring more than was asked for.
            if (length >= Math.max(array.length, initialCapacity)) {
                return source.read(into, offset, length);
            }
            if (!fill()) {
                return -1;
            }
            buffered = limit - position;
        }
        int count = Math.min(buffered, length);
        System.arraycopy(array, position, into, offset, count);
        position += count;
        return count;
    }

    /// Gives all memory back when nothing is buffered: there may be nothing to read for a long time.
    public void release() {
        if (position == limit && array.length > 0) {
            position = 0;
            limit = 0;
            filled = false;
            needed = false;
            if (array.length == initialCapacity) {
                SpareArrays.give(array);
            }
            shrinkTo(NONE);
        }
    }

    /// Whether it takes more than it began with.
    public boolean grown() {
        return array.length > initialCapacity;
    }

    /// Gives the memory of a grown buffer back when nothing is buffered.
    public void shrink() {
        if (position == limit) {
            position = 0;
            limit = 0;
            if (array.length > initialCapacity) {
                shrinkTo(new byte[initialCapacity]);
            }
        }
    }

    /// As [#shrink()], but a busy buffer keeps what the last message needed, within bounds: the next one will need it too.
    public void trim() {
        if (needed && position == limit && array.length > initialCapacity) {
            position = 0;
            limit = 0;
            needed = false;
            filled = false;
            if (array.length > KEEP) {
                shrinkTo(new byte[KEEP]);
            }
        } else {
            shrink();
        }
    }

    /// Gives everything back, read or not: the connection is over.
    public void close() {
        closed = true;
        position = 0;
        limit = 0;
        shrinkTo(NONE);
    }

    private long charged(int length) {
        return Math.max(0, length - initialCapacity);
    }

    private void shrinkTo(byte[] smaller) {
        memory.give(charged(array.length) - charged(smaller.length));
        array = smaller;
    }

    private boolean mayGrowTo(int length) {
        return !closed && memory.take(charged(length) - charged(array.length));
    }

    /// @throws NoRoom there is no memory for it
    private byte[] grown(int length) throws IOException {
        if (!mayGrowTo(length)) {
            throw new NoRoom("more input of a connection");
        }
        return new byte[length];
    }

    private void makeRoom(int count) throws IOException {
        if (array.length == 0) {
            array = SpareArrays.take(initialCapacity);
        }
        if (position == limit) {
            position = 0;
            limit = 0;
            // A source that fills the buffer has more to give: long bodies deserve longer reads.
            int larger = Math.min(maxCapacity, array.length * 4);
            if (filled && array.length < maxCapacity && mayGrowTo(larger)) {
                array = new byte[larger];
            }
            filled = false;
        }
        if (array.length - limit >= count) {
            return;
        }
        int waiting = limit - position;
        if (waiting + count > maxCapacity) {
            throw new IllegalStateException("more than " + maxCapacity + " bytes unread");
        }
        byte[] target = array;
        int longer = Math.min(maxCapacity, Math.max(array.length * 2, Integer.highestOneBit(waiting + count) * 2));
        if (waiting + count > array.length) {
            target = grown(longer);
        } else if (waiting > array.length / 2 && mayGrowTo(longer)) {
            target = new byte[longer]; // moving that much each time would cost more
        }
        System.arraycopy(array, position, target, 0, waiting);
        array = target;
        position = 0;
        limit = waiting;
    }

    @Override
    public String toString() {
        return "Input[" + (limit - position) + " of " + array.length + "] "
                + Arrays.toString(Arrays.copyOfRange(array, position, Math.min(limit, position + 16)));
    }
}
