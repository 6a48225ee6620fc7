// SPDX-License-Identifier: MIT
package lambdadispatch.http.h1;

import java.io.IOException;
import java.time.Duration;
import lambdadispatch.base.Bytes;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.message.HttpDate;
import lambdadispatch.http.message.Status;
import lambdadispatch.http.server.LeastRate;
import lambdadispatch.net.Transport;

/// What one HTTP/1.1 connection is about to send. Heads and small bodies gather here, so that they leave in one write; long runs of body
/// go to the transport without being copied.
///
/// Not thread-safe by itself: whoever writes a head, a piece of body or an end holds this object's lock from its first octet to its last,
/// since the thread that reads a request's body may have `100 Continue` to send while another answers.
final class Http1Output implements AutoCloseable {
    private static final int GATHER = 16 << 10;
    private static final int FIRST = 512;
    private static final int KEEP = 1024;
    private static final byte[] DATE = {'d', 'a', 't', 'e', ':', ' '};
    private static final byte[] VERSION = {'H', 'T', 'T', 'P', '/', '1', '.', '1', ' '};
    private static final byte[] OK = {'2', '0', '0', ' ', 'O', 'K', '\r', '\n'};

    private final TimedOutput timed;
    private Bytes pending = new Bytes(FIRST);

    Http1Output(Transport transport, Duration stall, LeastRate rate) {
        this.timed = new TimedOutput(transport, stall, rate);
    }

    TimedOutput timed() {
        return timed;
    }

    void statusLine(int status) {
        pending.append(VERSION);
        if (status == 200) {
            pending.append(OK);
        } else {
            pending.appendDecimal(status).append(' ').append(Status.reason(status));
            crlf();
        }
    }

    void field(String name, String value) {
        pending.append(name).append(':').append(' ').append(value);
        crlf();
    }

    void field(Headers headers, int field) {
        headers.writeLine(field, pending);
    }

    void length(long length) {
        pending.append("content-length: ").appendDecimal(length);
        crlf();
    }

    void date() {
        pending.append(DATE).append(HttpDate.now());
        crlf();
    }

    void endHead() {
        crlf();
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
        pending.append(Integer.toHexString(length));
        crlf();
        write(from, offset, length);
        crlf();
    }

    void lastChunk(Headers trailers) {
        pending.append('0');
        crlf();
        for (int i = 0; trailers != null && i < trailers.size(); i++) {
            trailers.writeLine(i, pending);
        }
        crlf();
    }

    void flush() throws IOException {
        if (pending.length() > 0) {
            timed.write(pending.array(), 0, pending.length());
            if (pending.array().length > GATHER * 2) {
                pending = new Bytes(FIRST);
            }
            pending.clear();
        }
    }

    /// Gives memory back: there may be nothing to send for a long time.
    void release() {
        if (pending.length() == 0 && pending.array().length > KEEP) {
            pending = new Bytes(FIRST);
        }
    }

    private void crlf() {
        pending.append('\r').append('\n');
    }

    @Override
    public void close() {
        timed.close();
    }
}
