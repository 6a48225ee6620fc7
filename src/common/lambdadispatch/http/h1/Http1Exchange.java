// SPDX-License-Identifier: MIT
package lambdadispatch.http.h1;

import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import lambdadispatch.http.message.BadMessage;
import lambdadispatch.http.message.BodyReader;
import lambdadispatch.http.message.HeaderName;
import lambdadispatch.http.message.HeaderSet;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.message.Request;
import lambdadispatch.http.message.RequestHead;
import lambdadispatch.http.server.Connection;
import lambdadispatch.http.server.Exchange;
import lambdadispatch.http.server.LeastRate;
import lambdadispatch.http.server.Pace;
import lambdadispatch.net.MemoryShare;

/// One request and its response on an [Http1Connection].
final class Http1Exchange implements Exchange {
    /// Fields that describe this connection, which the engine writes itself (RFC 9110 §7.6.1).
    private static final HeaderSet FRAMING =
            HeaderSet.of(HeaderName.CONTENT_LENGTH, HeaderName.TRANSFER_ENCODING, HeaderName.CONNECTION, HeaderName.KEEP_ALIVE);
    private static final byte[] CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII);

    private enum Sending { NOTHING, LENGTH, CHUNKS, UNTIL_CLOSE, NO_BODY, ENDED }

    private final Http1Connection connection;
    private final Http1Output out;
    private final Request request;
    private final BodyReader body;
    private final boolean clientKeepsAlive;
    private volatile boolean continueDue;
    private Pace pace; // of the client's sending; null as long as nobody waited for it, or where any will do; guarded by this
    private volatile long received; // written by the thread that reads
    private volatile Sending sending = Sending.NOTHING; // written under the output's lock, as what follows
    private long unsent;
    private volatile boolean closeAfterwards;
    private volatile boolean cut; // the request's body ended too early
    private volatile boolean aborted;
    private volatile boolean finished; // set under this
    private boolean reading; // this and what follows guarded by this
    private boolean gone;
    private Runnable goneAction;

    Http1Exchange(Http1Connection connection, Request request, RequestHead head) {
        this.connection = connection;
        this.out = connection.out;
        this.request = request;
        this.body = new BodyReader(connection.in, head.framing(), 400);
        this.clientKeepsAlive = head.keepAlive();
        this.continueDue = head.expectContinue() && !body.ended();
    }

    @Override
    public Request request() {
        return request;
    }

    @Override
    public Connection connection() {
        return connection;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        synchronized (this) {
            if (finished) {
                throw new IOException("exchange is over");
            }
            reading = true;
            limitRead(); // not later: finish() may shorten it
        }
        int count = 0;
        try {
            count = readBody(into, offset, length);
            return count;
        } finally {
            synchronized (this) {
                reading = false;
                if (pace != null) {
                    pace.end(System.nanoTime(), Math.max(0, count));
                }
                notifyAll();
            }
        }
    }

    /// Called under the lock.
    private void limitRead() {
        Duration stall = connection.limits.bodyStall();
        LeastRate rate = connection.limits.leastRate();
        if (rate.none() || conversation()) {
            connection.source.limitEachRead(stall);
            return;
        }
        pace = pace == null ? new Pace(rate) : pace;
        long left = Math.max(1, pace.begin(System.nanoTime()));
        connection.source.limitEachRead(stall.isZero() || left < stall.toNanos() ? Duration.ofNanos(left) : stall);
    }

    /// A body of unknown length whose request is being answered may be one side of a conversation, and its client wait for the other.
    private boolean conversation() {
        return request.contentLength() < 0 && sending != Sending.NOTHING;
    }

    private synchronized void conversationBegins() {
        if (reading && conversation() && pace != null) {
            pace.end(System.nanoTime(), 0);
            connection.source.limitEachRead(connection.limits.bodyStall());
        }
    }

    @Override
    public long behindNanos() {
        Pace sent;
        synchronized (this) {
            sent = pace;
        }
        long now = System.nanoTime();
        return Math.max(Pace.behindNanos(sent, null, now), out.timed().behindNanos(now));
    }

    private int readBody(byte[] into, int offset, int length) throws IOException {
        long limit = connection.limits.bodyBytes();
        if (limit >= 0 && request.contentLength() > limit) {
            throw new BadMessage(413, "body longer than " + limit + " bytes"); // before 100: that is what Expect is for (RFC 9110 §10.1.1)
        }
        if (continueDue && !body.ended()) {
            sendContinue();
        }
        int count;
        try {
            count = body.read(into, offset, length);
        } catch (IOException e) {
            closeAfterwards = true;
            cut = e instanceof EOFException;
            if (!(e instanceof BadMessage) && !connection.source.expired()) {
                clientGone();
            }
            throw e;
        }
        if (count > 0) {
            long sum = received + count;
            received = sum;
            if (limit >= 0 && sum > limit) {
                throw new BadMessage(413, "body longer than " + limit + " bytes");
            }
        }
        return count;
    }

    /// RFC 9110 §10.1.1: only if the body has not begun to arrive and no final status was sent.
    private void sendContinue() throws IOException {
        if (connection.in.available() > 0) {
            continueDue = false;
            return;
        }
        if (sending != Sending.NOTHING) {
            return; // before the lock, which an answer under way may hold for long; that answer said that the connection closes
        }
        synchronized (out) {
            if (sending == Sending.NOTHING) {
                continueDue = false;
                out.write(CONTINUE, 0, CONTINUE.length);
                out.flush();
            }
        }
    }

    @Override
    public synchronized int available() {
        try {
            return body.available();
        } catch (IOException e) {
            return 1; // malformed framing: the next read reports it
        }
    }

    @Override
    public boolean bodyEnded() {
        return body.ended();
    }

    @Override
    public Headers trailers() {
        return body.trailers();
    }

    @Override
    public MemoryShare memory() {
        return connection.memory;
    }

    @Override
    public void inform(int status, Headers headers) throws IOException {
        synchronized (out) {
            // RFC 9110 §15.2: a server must not send a 1xx to an HTTP/1.0 client
            if (request.version() == 10 || sending != Sending.NOTHING) {
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

    @Override
    public void respond(int status, Headers headers, long length) throws IOException {
        synchronized (out) {
            if (sending != Sending.NOTHING) {
                throw new IllegalStateException("already responded");
            }
            if (finished) {
                throw new IOException("exchange is over");
            }
            boolean bodiless = request.isHead() || status == 204 || status == 304;
            sending = bodiless ? Sending.NO_BODY
                    : length >= 0 ? Sending.LENGTH
                    : request.version() == 11 ? Sending.CHUNKS : Sending.UNTIL_CLOSE;
            // Looked at just here: a connection whose answer did not say so stays open for one more.
            closeAfterwards |= sending == Sending.UNTIL_CLOSE || connection.closeAnnounced();
            unsent = length;
            out.timed().begin();
            head(status, headers, length);
        }
        conversationBegins();
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
        } else if (sending == Sending.CHUNKS) {
            out.field("transfer-encoding", "chunked");
        }
        if (!reusable() || !restIsLittle()) {
            closeAfterwards = true; // what was said holds, even if the body that was in the way is read after all
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

    /// Whether the connection would read what the client still has to send of the body, to get at the next request. If it would not, the answer
    /// has to say that the connection closes, or the client sends that request into the end (RFC 9112 §9.6).
    private boolean restIsLittle() {
        if (request.contentLength() >= 0) {
            return request.contentLength() - received <= Http1Connection.MAX_DISCARD;
        }
        synchronized (this) {
            return reading ? body.ended() : body.endsWithin(Http1Connection.MAX_DISCARD);
        }
    }

    @Override
    public void write(byte[] from, int offset, int length) throws IOException {
        synchronized (out) {
            switch (sending) {
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
                case NOTHING, ENDED -> throw new IllegalStateException("no response to write to");
            }
        }
    }

    @Override
    public void flush() throws IOException {
        synchronized (out) {
            out.flush();
        }
    }

    @Override
    public void end(Headers trailers) throws IOException {
        synchronized (out) {
            switch (sending) {
                case LENGTH -> {
                    if (unsent > 0) {
                        throw new IOException("body shorter than its Content-Length");
                    }
                }
                case CHUNKS -> out.lastChunk(trailers);
                case UNTIL_CLOSE, NO_BODY -> { }
                case NOTHING, ENDED -> throw new IllegalStateException("no response to end");
            }
            sending = Sending.ENDED;
            // The last word on a connection that stays open may not wait; see Http1Connection for the others.
            out.flush();
        }
    }

    @Override
    public void abort() {
        aborted = true;
        if (sending == Sending.UNTIL_CLOSE) {
            connection.transport.reset(); // a plain close would look like the body's end
        } else {
            connection.transport.close();
        }
    }

    @Override
    public boolean responded() {
        return sending != Sending.NOTHING;
    }

    @Override
    public void onClientGone(Runnable action) {
        boolean already;
        synchronized (this) {
            already = gone;
            goneAction = action;
        }
        if (already) {
            action.run();
        } else {
            connection.watch.start(this);
        }
    }

    void clientGone() {
        Runnable action;
        synchronized (this) {
            if (gone) {
                return;
            }
            gone = true;
            action = finished ? null : goneAction;
        }
        if (action != null) {
            action.run();
        }
    }

    void closeAfterwards() {
        closeAfterwards = true;
    }

    /// Called by the connection when the handler has returned. Waits for a thread of the handler's that still reads the body, so that
    /// never two read the same input; it gets no more than a moment.
    void finish(Duration patience) {
        if (sending != Sending.ENDED && !aborted) {
            abort();
        }
        synchronized (this) {
            finished = true;
            if (reading) {
                connection.source.limitAllReads(patience);
            }
            while (reading) {
                try {
                    wait();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    abort();
                    return;
                }
            }
        }
    }

    /// Whether the client ended the connection inside the request's body.
    boolean cut() {
        return cut;
    }

    boolean aborted() {
        return aborted;
    }

    int discard(byte[] bin) throws IOException {
        return body.read(bin, 0, bin.length);
    }

    /// Whether another request may follow on the connection. A client still waiting for `100 Continue` may or may not send its body.
    boolean reusable() {
        return clientKeepsAlive && !closeAfterwards && !aborted && !continueDue && !connection.stopping();
    }
}
