// SPDX-License-Identifier: MIT
package lambdadispatch.net.tls;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLException;
import lambdadispatch.carrier.SpareArrays;
import lambdadispatch.net.MemoryShare;
import lambdadispatch.net.NoRoom;
import lambdadispatch.net.Transport;

/// Octets received from the network and not unwrapped yet. It grows with what comes and not with what a record's head announces, and is
/// small while it is empty, unless its peer is busy. Not thread-safe but for [#keep] and [#heard].
final class RecordBuffer {
    private static final byte[] NONE = new byte[0];
    private static final int FIRST_CAPACITY = 1024;
    /// Room for a whole record and for more behind it: a connection with much to say gets two in one read.
    private static final int LARGEST_CAPACITY = 32 << 10;
    private static final int HEADER_LENGTH = 5;
    private static final int MAX_RECORD_TYPE = 24;
    private static final int MAX_RECORD = (1 << 14) + 2048; // RFC 5246 §6.2.3; TLS 1.3 allows less (RFC 8446 §5.2)

    private final Transport plain;
    private final MemoryShare memory;
    private byte[] array = NONE; // [start, end)
    private int start;
    private int end;
    private boolean filled; // the last read took all there was room for: more waits, most likely
    private volatile boolean keeps;
    private volatile boolean heard;

    /// @param memory what it grows by is taken from it
    RecordBuffer(Transport plain, MemoryShare memory) {
        this.memory = memory;
        this.plain = plain;
    }

    /// Whether anything has come.
    boolean heard() {
        return heard;
    }

    /// Keeps its memory while it is empty, too.
    void keep() {
        keeps = true;
    }

    boolean isEmpty() {
        return start == end;
    }

    boolean wholeRecord() {
        return end - start >= HEADER_LENGTH && end - start >= HEADER_LENGTH + recordLength();
    }

    private int recordLength() {
        return (array[start + 3] & 0xff) << 8 | array[start + 4] & 0xff;
    }

    /// Blocks until a whole record is there. [SSLEngine][javax.net.ssl.SSLEngine] is shown no less: asked about a part of one, it may name
    /// the wrong one of its two complaints.
    /// @throws EOFException the stream ended without close_notify
    /// @throws NotTls the first octets are no record's
    void requireRecord() throws IOException {
        receive(HEADER_LENGTH);
        if (recordLength() > MAX_RECORD) {
            throw new SSLException("TLS record of " + recordLength() + " octets");
        }
        receive(HEADER_LENGTH + recordLength());
    }

    private void receive(int wanted) throws IOException {
        while (end - start < wanted) {
            if (array.length == 0) {
                plain.awaitInput();
            }
            makeRoom();
            int room = array.length - end;
            int count = plain.read(array, end, room);
            if (count < 0) {
                throw new EOFException("TLS stream ended without close_notify");
            }
            end += count;
            filled = count == room;
            if (!heard) {
                heard = true;
                // RFC 8446 §5.1: content types are 20 to 24; a letter is the start of an HTTP request
                int type = array[start] & 0xff;
                if (type < 20 || type > MAX_RECORD_TYPE) {
                    throw new NotTls();
                }
            }
        }
    }

    /// Makes room for at least one octet.
    private void makeRoom() throws NoRoom {
        if (array.length == 0) {
            array = SpareArrays.take(FIRST_CAPACITY);
        }
        int waiting = end - start;
        int capacity = array.length;
        if (waiting == capacity) {
            capacity = Math.min(capacity * 4, LARGEST_CAPACITY);
        } else if (end < capacity) {
            return;
        }
        if (!memory.take(capacity - array.length)) {
            throw new NoRoom("a TLS record");
        }
        byte[] target = capacity == array.length ? array : new byte[capacity];
        System.arraycopy(array, start, target, 0, waiting);
        array = target;
        end = waiting;
        start = 0;
    }

    ByteBuffer view() {
        return ByteBuffer.wrap(array, start, end - start);
    }

    /// Drops what was taken from a view.
    void consumed(ByteBuffer view) {
        start = view.position();
        if (start == end) {
            release();
        }
    }

    /// A read that took all there was room for is followed by another; any other may be the last for a long time.
    private void release() {
        start = 0;
        end = 0;
        if (!filled && !keeps) {
            rest();
        }
    }

    /// Gives its memory back, empty as it is: there may be nothing to read for a long time.
    void rest() {
        if (array.length > 0) {
            if (array.length == FIRST_CAPACITY) {
                SpareArrays.give(array);
            }
            memory.give(Math.max(0, array.length - FIRST_CAPACITY));
            array = NONE;
        }
    }

    /// Reads what still comes, and drops it.
    void discardToTheEnd() throws IOException {
        byte[] bin = new byte[FIRST_CAPACITY];
        start = 0;
        end = 0;
        while (plain.read(bin, 0, bin.length) >= 0) {
            continue;
        }
    }
}
