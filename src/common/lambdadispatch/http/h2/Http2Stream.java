// SPDX-License-Identifier: MIT
package lambdadispatch.http.h2;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import lambdadispatch.http.message.HeaderName;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.message.Request;
import lambdadispatch.http.server.Connection;
import lambdadispatch.http.server.Exchange;
import lambdadispatch.http.server.LeastRate;
import lambdadispatch.http.server.Pace;
import lambdadispatch.net.MemoryShare;
import lambdadispatch.net.NoRoom;

/// One HTTP/2 stream as an exchange. The connection's reader feeds it; the handler's threads read and write.
///
/// The package's page draws its states. One that is half-closed (local) when its handler returns waits a moment for its request's end; see
/// [Streams], where a stream enters and leaves.
final class Http2Stream implements Exchange {
    private static final Runnable NOTHING = () -> { };
    /// What a stream costs while it is open, with its thread, beside the request.
    private static final int OCTETS = 3 << 10;

    private final Http2Connection connection;
    private final Streams streams;
    private final Http2Output out;
    private final SendSide send;
    private final Request request;
    private final ReceiveSide receive;
    private volatile Pace pace; // of the client's sending; null as long as nobody waited for it, or where any will do
    private boolean ownMemory;
    private MemoryShare memory = MemoryShare.UNBOUNDED;
    private int cost;
    private boolean continueDue; // this and what follows guarded by this
    private boolean localClosed;
    private boolean handlerReturned;
    private IOException failure;
    private Runnable goneAction = NOTHING;
    private boolean responded;
    private boolean bodiless;
    private long unsent;

    Http2Stream(Http2Connection connection, int id, Request request, boolean endStream) {
        this.connection = connection;
        this.streams = connection.streams();
        this.out = connection.output();
        this.send = new SendSide(id, connection.initialSendWindow());
        this.request = request;
        this.receive = new ReceiveSide(id, request.contentLength(), connection.limits().streamWindow(), endStream);
        int expect = endStream ? -1 : request.headers().find(HeaderName.EXPECT);
        this.continueDue = expect >= 0 && request.headers().valueIs(expect, "100-continue");
    }

    int id() {
        return send.streamId;
    }

    /// Takes the memory that it needs to be open. Called once, before anybody else sees it. False if there is none.
    /// @param own whether it answers for itself, and not with the whole connection
    boolean admit(MemoryShare connections, boolean own) {
        int octets = OCTETS + request.footprint();
        if (own) {
            memory = connections.open(octets, () -> reset(ErrorCode.ENHANCE_YOUR_CALM, new NoRoom("this stream")));
            if (memory == null) {
                return false;
            }
        } else if (connections.take(octets)) {
            memory = connections;
            cost = octets;
        } else {
            return false;
        }
        ownMemory = own;
        receive.chargedTo(memory);
        return true;
    }

    /// Gives back what [#admit] took: the handler has returned, or never began.
    void releaseMemory() {
        if (ownMemory) {
            memory.close();
        } else {
            memory.give(cost);
        }
    }

    SendSide sendSide() {
        return send;
    }

    // ---- called by the connection's reader

    /// DATA arrived. Octets in `padding` count for flow control only.
    void receive(byte[] payload, int offset, int length, int padding, boolean endStream) throws IOException {
        boolean held = false;
        try {
            held = receive.data(payload, offset, length, length + padding, endStream);
        } finally {
            if (!held) {
                streams.credit(length + padding);
            }
        }
        giveBack();
        if (endStream) {
            endIfDone();
        }
    }

    void receiveTrailers(Headers fields) throws StreamError {
        receive.trailers(fields);
        endIfDone();
    }

    // ---- called by Streams, once, when the stream leaves before its time

    /// Both halves fail from now on. Returns what is to be run for the handler.
    synchronized Runnable fail(IOException why) {
        failure = why;
        localClosed = true;
        Runnable action = handlerReturned ? NOTHING : goneAction;
        goneAction = NOTHING;
        return action;
    }

    /// Fails the receiving half. Returns the octets that nobody will read.
    int forget() {
        receive.fail(failure());
        return receive.released();
    }

    private synchronized IOException failure() {
        return failure;
    }

    /// Octets of DATA that the peer may have sent before it sees a reset.
    int dataDue() {
        return receive.due();
    }

    boolean remoteClosed() {
        return receive.ended();
    }

    /// Whether the peer may know already that this stream is over: it may open another in its place before the handler's thread has closed
    /// this one.
    boolean seemsOver() {
        return send.ended && receive.ended();
    }

    private void endIfDone() {
        boolean sent;
        synchronized (this) {
            sent = localClosed;
        }
        if (sent && receive.ended()) {
            streams.end(this);
        }
    }

    // ---- Exchange

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
        long limit = connection.limits().bodyBytes();
        sendContinue(limit);
        LeastRate rate = connection.leastRate();
        int count = rate.none() || conversation()
                ? receive.take(into, offset, length, limit, connection.bodyStall())
                : takeInTime(rate, into, offset, length);
        if (count > 0) {
            giveBack();
        }
        return count;
    }

    private int takeInTime(LeastRate rate, byte[] into, int offset, int length) throws IOException {
        long limit = connection.limits().bodyBytes();
        Duration stall = connection.bodyStall();
        if (pace == null) {
            pace = new Pace(rate);
        }
        Duration patience = Pace.limit(pace.begin(System.nanoTime()), stall);
        int count = 0;
        try {
            count = receive.take(into, offset, length, limit, patience);
            return count;
        } catch (SocketTimeoutException e) {
            if (!conversation()) {
                throw e;
            }
        } finally {
            pace.end(System.nanoTime(), Math.max(0, count));
        }
        return receive.take(into, offset, length, limit, stall); // the answer has begun meanwhile
    }

    /// A body of unknown length whose request is being answered may be one side of a conversation, and its client wait for the other.
    private boolean conversation() {
        return request.contentLength() < 0 && responded();
    }

    @Override
    public long behindNanos() {
        return Pace.behindNanos(pace, send.pace, System.nanoTime());
    }

    /// RFC 9110 §10.1.1: only if the body has not begun to arrive and no final status was sent. It is appended under the lock, so that none
    /// follows a final one, and without waiting for room, since the connection's reader may want the lock.
    private void sendContinue(long limit) throws IOException {
        synchronized (this) {
            if (continueDue) {
                continueDue = false;
                if (!responded && receive.nothingCame(limit)) {
                    out.headers(send, (encoder, block) -> FieldEncoder.response(encoder, block, 100, Headers.EMPTY, -1), false, true);
                }
            }
        }
    }

    /// Gives flow-control credit back: the stream's in steps of half a window.
    private void giveBack() throws IOException {
        int increment = receive.increment();
        if (increment > 0) {
            out.windowUpdate(id(), increment);
        }
        streams.credit(receive.released());
    }

    @Override
    public boolean supply(byte[] from, int offset, int length) {
        return receive.supply(from, offset, length);
    }

    @Override
    public int available() {
        return receive.available();
    }

    @Override
    public boolean bodyEnded() {
        return receive.drained();
    }

    @Override
    public Headers trailers() {
        return receive.trailers();
    }

    @Override
    public MemoryShare memory() {
        return memory;
    }

    @Override
    public void inform(int status, Headers headers) throws IOException {
        boolean late;
        synchronized (this) {
            late = responded;
            continueDue &= status != 100;
        }
        // RFC 9113 §8.6: there is no 101
        if (!late && status != 101) {
            out.headers(send, (encoder, block) -> FieldEncoder.response(encoder, block, status, headers, -1), false, false);
        }
    }

    @Override
    public void respond(int status, Headers headers, long length) throws IOException {
        synchronized (this) {
            if (responded) {
                throw new IllegalStateException("already responded");
            }
            responded = true;
            bodiless = request.isHead() || status == 204 || status == 304;
            unsent = length;
        }
        boolean endStream = bodiless || length == 0;
        long shown = status == 204 ? -1 : length;
        out.headers(send, (encoder, block) -> FieldEncoder.response(encoder, block, status, headers, shown), endStream, false);
        if (endStream) {
            responseEnded();
        }
    }

    @Override
    public void write(byte[] from, int offset, int length) throws IOException {
        if (!responded) {
            throw new IllegalStateException("no response to write to");
        }
        if (bodiless || length == 0) {
            return;
        }
        boolean last = false;
        if (unsent >= 0) {
            if (length > unsent) {
                throw new IllegalStateException("body longer than its content-length");
            }
            unsent -= length;
            last = unsent == 0;
        }
        out.data(send, from, offset, length, last);
        if (last) {
            responseEnded();
        }
    }

    @Override
    public void flush() {
        // The writer thread sends what is appended without being asked.
    }

    @Override
    public void end(Headers fields) throws IOException {
        boolean already;
        synchronized (this) {
            already = localClosed && failure == null;
        }
        if (already) {
            return;
        }
        if (unsent > 0) {
            throw new IOException("body shorter than its content-length");
        }
        if (fields != null && !fields.isEmpty()) {
            out.headers(send, (encoder, block) -> FieldEncoder.fields(encoder, block, fields), true, false);
        } else {
            out.data(send, new byte[0], 0, 0, true);
        }
        responseEnded();
    }

    private void responseEnded() {
        synchronized (this) {
            localClosed = true;
        }
        endIfDone();
    }

    /// The handler has returned: a response that is not whole is reset; one that is may end the request too (RFC 9113 §8.1).
    void handlerReturned() {
        boolean whole;
        synchronized (this) {
            handlerReturned = true;
            goneAction = NOTHING;
            whole = localClosed;
        }
        if (!whole) {
            reset(ErrorCode.INTERNAL_ERROR);
            releaseMemory();
            return;
        }
        receive.discard();
        releaseMemory();
        try {
            streams.credit(receive.released());
        } catch (IOException e) {
            connection.transport().close(); // the peer does not read: nothing more can be said to it
        }
        if (!receive.ended()) {
            streams.resetIfRequestGoesOn(this);
        }
    }

    @Override
    public void abort() {
        reset(ErrorCode.INTERNAL_ERROR);
    }

    @Override
    public void cancel() {
        reset(ErrorCode.CANCEL);
    }

    void reset(int code) {
        reset(code, new IOException("stream reset"));
    }

    private void reset(int code, IOException why) {
        try {
            streams.reset(this, code, why);
        } catch (IOException e) {
            connection.transport().close(); // as above
        }
    }

    @Override
    public synchronized boolean responded() {
        return responded;
    }

    @Override
    public void onClientGone(Runnable action) {
        synchronized (this) {
            if (failure == null) {
                goneAction = action;
                return;
            }
        }
        action.run();
    }
}
