// SPDX-License-Identifier: MIT
package lambdadispatch.http.h1;

import java.io.IOException;
import java.time.Duration;
import lambdadispatch.base.Bytes;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.message.MessageWriter;
import lambdadispatch.http.server.LeastRate;
import lambdadispatch.net.MemoryShare;
import lambdadispatch.net.Transport;

/// What one HTTP/1.1 connection is about to send. Heads and small bodies gather here, so that they leave in one write; long runs of body
/// go to the transport without being copied.
///
/// Not thread-safe by itself: [Http1Response], which alone writes to it, holds this object's lock. Only [#cutOff] may be called without it.
final class Http1Output implements AutoCloseable {
    private static final int GATHER = 16 << 10;
    private static final int FIRST = 512;
    private static final int KEEP = 1024;
    /// What is kept for nothing: an answer of usual length.
    private static final int FREE = 4 << 10;

    private final Transport transport;
    private final TimedOutput timed;
    private final MemoryShare memory;
    private int charged;
    private Bytes pending = new Bytes(0);

    /// @param memory what waits for a slow client is taken from it
    Http1Output(Transport transport, Duration stall, LeastRate rate, MemoryShare memory) {
        this.memory = memory;
        this.transport = transport;
        this.timed = new TimedOutput(transport, stall, rate);
    }

    TimedOutput timed() {
        return timed;
    }

    void statusLine(int status) {
        MessageWriter.statusLine(pending, status);
    }

    void field(String name, String value) {
        MessageWriter.field(pending, name, value);
    }

    void field(Headers headers, int field) {
        headers.writeLine(field, pending);
    }

    void length(long length) {
        MessageWriter.length(pending, length);
    }

    void date() {
        MessageWriter.date(pending);
    }

    void endHead() {
        MessageWriter.end(pending);
    }

    void write(byte[] from, int offset, int length) throws IOException {
        if (pending.length() + length <= GATHER) {
            pending.append(from, offset, length);
            return;
        }
        flush();
        if (length >= GATHER) {
            timed.write(from, offset, length);
        } else {
            pending.append(from, offset, length);
        }
    }

    void writeChunk(byte[] from, int offset, int length) throws IOException {
        if (length == 0) {
            return; // an empty chunk would end the body
        }
        MessageWriter.chunkHead(pending, length);
        write(from, offset, length);
        MessageWriter.end(pending);
    }

    void lastChunk(Headers trailers) {
        MessageWriter.lastChunk(pending, trailers);
    }

    void flush() throws IOException {
        if (pending.length() > 0) {
            charge();
            timed.write(pending.array(), 0, pending.length());
            if (pending.array().length > GATHER * 2) {
                pending = new Bytes(FIRST);
                charge();
            }
            pending.clear();
        }
    }

    /// Gives all memory back: nobody has anything to send, and nobody will for long.
    void rest() {
        pending = new Bytes(0);
        charge();
    }

    /// Ends the connection inside what was being sent. Wakes a writer that is stuck.
    /// @param reset whether a plain end would look like that of a whole body
    void cutOff(boolean reset) {
        if (reset) {
            transport.reset();
        } else {
            transport.close();
        }
    }

    /// Gives memory back: there may be nothing to send for a long time.
    void release() {
        if (pending.length() == 0 && pending.array().length > KEEP) {
            pending = new Bytes(FIRST);
            charge();
        }
    }

    /// It is there already, and what waits for a client that takes nothing has to be counted.
    private void charge() {
        int now = Math.max(0, pending.array().length - FREE);
        if (now > charged) {
            memory.takeAnyway(now - charged);
        } else {
            memory.give(charged - now);
        }
        charged = now;
    }

    @Override
    public void close() {
        timed.close();
    }
}
