// SPDX-License-Identifier: MIT
package lambdadispatch.http.h1;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import lambdadispatch.http.message.HeaderName;
import lambdadispatch.http.message.HeaderSet;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.message.Request;
import lambdadispatch.http.message.RequestHead;
import lambdadispatch.http.server.Failure;

/// What is said in answer to one request, and in which order. All that an HTTP/1.1 connection writes is written here.
///
/// ```
///      1xx
///     ┌───┐                    write
///     │   ▼                    ┌───┐
///    NOTHING ───── respond ──► LENGTH | CHUNKS | UNTIL_CLOSE | NO_BODY ───── end ──► ENDED
///      │
///      ├── switchProtocols ──► SWITCHED (a handler has the connection)
///      └── finish (the handler has returned and nothing was said), or abort ──► broken off
/// ```
/// The lock is the connection's [Http1Output]: whoever has it writes a head, a piece of body or an end from its first octet to its last,
/// since the thread that reads the request's body may have `100 Continue` to send while another answers. [#abort] takes no lock: it is what
/// wakes a writer that has it and is stuck. A response that was broken off stays in its state, and what is flushed later fails, since the
/// transport is closed.
final class Http1Response {
    /// Fields that describe this connection, which the engine writes itself (RFC 9110 §7.6.1).
    private static final HeaderSet FRAMING =
            HeaderSet.of(HeaderName.CONTENT_LENGTH, HeaderName.TRANSFER_ENCODING, HeaderName.CONNECTION, HeaderName.KEEP_ALIVE);
    private static final byte[] CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private enum State { NOTHING, LENGTH, CHUNKS, UNTIL_CLOSE, NO_BODY, ENDED, SWITCHED }

    private final Http1Output out;
    private final Request request;
    private final boolean clientKeepsAlive;
    private volatile State state = State.NOTHING; // written under the output's lock, as `unsent`
    private long unsent; // of a body with a length
    private volatile boolean continueDue; // the client waits for 100 before it sends its body
    private volatile boolean closeAfterwards;
    private volatile boolean aborted;
    private volatile boolean over; // the handler has returned

    Http1Response(Http1Output out, Request request, RequestHead head, boolean bodyless) {
        this.out = out;
        this.request = request;
        this.clientKeepsAlive = head.keepAlive();
        this.continueDue = head.expectContinue() && !bodyless;
    }

    /// Answers a request whose head could not be read, or not be kept. What follows it on the connection can not be trusted.
    static void refuse(Http1Output out, Failure failure) throws IOException {
        byte[] body = failure.body();
        Headers headers = failure.headers();
        synchronized (out) {
            out.statusLine(failure.status());
            for (int i = 0; i < headers.size(); i++) {
                out.field(headers, i);
            }
            out.length(body.length);
            out.field("connection", "close");
            out.endHead();
            out.write(body, 0, body.length);
            out.flush();
        }
    }

    boolean continueDue() {
        return continueDue;
    }

    /// RFC 9110 §10.1.1: only if the body has not begun to arrive and no final status was sent.
    void sendContinue(boolean bodyArrives) throws IOException {
        if (bodyArrives) {
            continueDue = false;
            return;
        }
        if (state != State.NOTHING) {
            return; // before the lock, which an answer under way may hold for long; that answer said that the connection closes
        }
        synchronized (out) {
            if (state == State.NOTHING) {
                continueDue = false;
                out.write(CONTINUE, 0, CONTINUE.length);
                out.flush();
            }
        }
    }

    void inform(int status, Headers headers) throws IOException {
        synchronized (out) {
            // RFC 9110 §15.2: a server must not send a 1xx to an HTTP/1.0 client. 101 is a final word of its own: see switchProtocols
            if (request.version() == 10 || status == 101 || state != State.NOTHING) {
                return;
            }
            if (status == 100) {
                continueDue = false;
            }
            out.statusLine(status);
            fields(headers);
            out.endHead();
            out.flush();
        }
    }

    /// @param mayStayOpen whether the connection has room for another request, as far as it knows itself
    void respond(int status, Headers headers, long length, boolean mayStayOpen) throws IOException {
        synchronized (out) {
            if (state != State.NOTHING) {
                throw new IllegalStateException("already responded");
            }
            if (over) {
                throw new IOException("exchange is over");
            }
            boolean bodiless = request.isHead() || status == 204 || status == 304;
            state = bodiless ? State.NO_BODY
                    : length >= 0 ? State.LENGTH
                    : request.version() == 11 ? State.CHUNKS : State.UNTIL_CLOSE;
            unsent = length;
            // What is said here holds, even if the body that was in the way is read after all.
            closeAfterwards |= state == State.UNTIL_CLOSE || !mayStayOpen || !reusable();
            out.timed().begin();
            head(status, headers, length);
        }
    }

    /// RFC 9110 §7.8: what follows is of another protocol.
    void switchProtocols(Headers headers) throws IOException {
        synchronized (out) {
            if (state != State.NOTHING) {
                throw new IllegalStateException("already responded");
            }
            state = State.SWITCHED;
            closeAfterwards = true;
            out.timed().begin();
            out.statusLine(101);
            out.field("connection", "Upgrade");
            fields(headers);
            out.endHead();
            out.flush();
        }
    }

    private void head(int status, Headers headers, long length) {
        out.statusLine(status);
        fields(headers);
        if (!headers.contains(HeaderName.DATE)) {
            out.date();
        }
        // RFC 9110 §8.6: no Content-Length in a 204
        if (length >= 0 && status != 204) {
            out.length(length);
        } else if (state == State.CHUNKS) {
            out.field("transfer-encoding", "chunked");
        }
        if (closeAfterwards) {
            out.field("connection", "close");
        } else if (request.version() == 10) {
            out.field("connection", "keep-alive");
        }
        out.endHead();
    }

    private void fields(Headers headers) {
        for (int i = 0; i < headers.size(); i++) {
            if (!FRAMING.contains(headers, i)) {
                out.field(headers, i);
            }
        }
    }

    void write(byte[] from, int offset, int length) throws IOException {
        synchronized (out) {
            switch (state) {
                case LENGTH -> {
                    if (length > unsent) {
                        throw new IllegalStateException("body longer than its Content-Length");
                    }
                    unsent -= length;
                    out.write(from, offset, length);
                }
                case CHUNKS -> out.writeChunk(from, offset, length);
                case UNTIL_CLOSE -> out.write(from, offset, length);
                case NO_BODY -> { } // a HEAD's handler may write what a GET's would
                case NOTHING, ENDED, SWITCHED -> throw new IllegalStateException("no response to write to");
            }
        }
    }

    void flush() throws IOException {
        synchronized (out) {
            out.flush();
        }
    }

    void end(Headers trailers) throws IOException {
        synchronized (out) {
            switch (state) {
                case LENGTH -> {
                    if (unsent > 0) {
                        throw new IOException("body shorter than its Content-Length");
                    }
                }
                case CHUNKS -> out.lastChunk(trailers);
                case UNTIL_CLOSE, NO_BODY -> { }
                case NOTHING, ENDED, SWITCHED -> throw new IllegalStateException("no response to end");
            }
            state = State.ENDED;
            // The last word on a connection that stays open may not wait; see Http1Connection for the others.
            out.flush();
        }
    }

    void abort() {
        aborted = true;
        out.cutOff(state == State.UNTIL_CLOSE); // a plain close would look like the body's end
    }

    /// The handler has returned: what is not whole by now never will be.
    void finish() {
        if (state != State.ENDED && state != State.SWITCHED && !aborted) {
            abort();
        }
        over = true;
    }

    boolean begun() {
        return state != State.NOTHING;
    }

    boolean over() {
        return over;
    }

    boolean aborted() {
        return aborted;
    }

    void closeAfterwards() {
        closeAfterwards = true;
    }

    /// Whether another request may follow on the connection. A client still waiting for `100 Continue` may or may not send its body.
    boolean reusable() {
        return clientKeepsAlive && !closeAfterwards && !aborted && !continueDue;
    }

    /// See [lambdadispatch.http.server.Exchange#behindNanos].
    long behindNanos(long now) {
        return out.timed().behindNanos(now);
    }
}
