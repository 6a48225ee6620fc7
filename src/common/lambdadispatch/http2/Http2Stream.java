// SPDX-License-Identifier: MIT
package lambdadispatch.http2;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import lambdadispatch.http.BadMessage;
import lambdadispatch.http.Headers;
import lambdadispatch.http.Request;
import lambdadispatch.io.ByteQueue;
import lambdadispatch.server.Exchange;

/// One HTTP/2 stream as an exchange. The connection's reader feeds it; the handler's threads read and write.
///
/// Its states, as far as a server without push can see them (RFC 9113 §5.1):
/// ```
///   open --END_STREAM received--> half-closed (remote) --END_STREAM sent--> closed
///   open --END_STREAM sent-----> half-closed (local) --END_STREAM received--> closed
///   any of them --RST_STREAM either way--> closed
/// ```
final class Http2Stream implements Exchange {
    private static final Headers NONE = new Headers(0);

    private final Http2Connection connection;
    private final Http2Output out;
    private final Http2Output.SendSide send;
    private final Request request;
    private final ByteQueue received = new ByteQueue(); // from here on guarded by this
    private long receivedTotal;
    private int receiveWindow;
    private int unacknowledged;
    private int supplied; // octets received that used no window
    private boolean remoteClosed;
    private boolean localClosed;
    private IOException failure;
    private Thread reader;
    private Headers trailers = NONE;
    private Runnable goneAction;
    private boolean responded;
    private boolean bodiless;
    private long unsent;

    Http2Stream(Http2Connection connection, int id, Request request, boolean endStream) {
        this.connection = connection;
        this.out = connection.output();
        this.send = new Http2Output.SendSide(id, connection.initialSendWindow());
        this.request = request;
        this.remoteClosed = endStream;
        this.receiveWindow = connection.limits().streamWindow();
    }

    int id() {
        return send.streamId;
    }

    Http2Output.SendSide sendSide() {
        return send;
    }

    // ---- called by the connection's reader

    /// DATA arrived. Octets in `padding` count for flow control only.
    void receive(byte[] payload, int offset, int length, int padding, boolean endStream) throws IOException {
        Thread wake;
        synchronized (this) {
            if (failure != null) {
                connection.consumed(length + padding); // reset by us a moment ago, while the frame was on its way (RFC 9113 §5.1)
                return;
            }
            // RFC 9113 §5.1: after END_STREAM anything but WINDOW_UPDATE, PRIORITY or RST_STREAM is STREAM_CLOSED
            if (remoteClosed) {
                throw new StreamError(id(), ErrorCode.STREAM_CLOSED, "DATA after END_STREAM");
            }
            receiveWindow -= length + padding;
            if (receiveWindow < 0) {
                throw new StreamError(id(), ErrorCode.FLOW_CONTROL_ERROR, "more DATA than the window allows");
            }
            receivedTotal += length;
            long announced = request.contentLength();
            if (announced >= 0 && (receivedTotal > announced || endStream && receivedTotal < announced)) {
                throw new StreamError(id(), ErrorCode.PROTOCOL_ERROR, "DATA does not add up to content-length");
            }
            received.append(payload, offset, length);
            remoteClosed = endStream;
            wake = reader;
            reader = null;
        }
        if (wake != null) {
            LockSupport.unpark(wake);
        }
        if (padding > 0) {
            consumed(padding);
        }
        if (endStream) {
            connection.closedIfDone(this);
        }
    }

    @Override
    public boolean supply(byte[] from, int offset, int length) {
        Thread wake;
        synchronized (this) {
            // What flow control would have held back is not taken this way either.
            if (remoteClosed || received.size() + length > connection.limits().streamWindow()) {
                return false;
            }
            received.append(from, offset, length);
            supplied += length;
            wake = reader;
            reader = null;
        }
        if (wake != null) {
            LockSupport.unpark(wake);
        }
        return true;
    }

    void receiveTrailers(Headers fields) throws StreamError {
        Thread wake;
        synchronized (this) {
            if (remoteClosed) {
                throw new StreamError(id(), ErrorCode.STREAM_CLOSED, "HEADERS after END_STREAM");
            }
            if (request.contentLength() >= 0 && receivedTotal < request.contentLength()) {
                throw new StreamError(id(), ErrorCode.PROTOCOL_ERROR, "DATA does not add up to content-length");
            }
            trailers = fields;
            remoteClosed = true;
            wake = reader;
            reader = null;
        }
        if (wake != null) {
            LockSupport.unpark(wake);
        }
        connection.closedIfDone(this);
    }

    /// The stream is over before its time: reset by either side, or with its connection.
    void fail(IOException why) throws IOException {
        Thread wake;
        Runnable action;
        int forgotten;
        synchronized (this) {
            if (failure != null) {
                return;
            }
            failure = why;
            remoteClosed = true;
            localClosed = true;
            forgotten = Math.max(0, received.size() - supplied);
            received.clear();
            wake = reader;
            reader = null;
            action = goneAction;
            goneAction = null;
        }
        out.close(send, why);
        connection.consumed(forgotten);
        if (wake != null) {
            LockSupport.unpark(wake);
        }
        if (action != null) {
            action.run();
        }
    }

    synchronized boolean remoteClosed() {
        return remoteClosed;
    }

    synchronized boolean done() {
        return remoteClosed && localClosed;
    }

    // ---- Exchange

    @Override
    public Request request() {
        return request;
    }

    @Override
    public InetSocketAddress remoteAddress() {
        return connection.transport().remoteAddress();
    }

    @Override
    public InetSocketAddress localAddress() {
        return connection.transport().localAddress();
    }

    @Override
    public <T> T perConnection(Class<T> type, Function<Exchange, T> maker) {
        Object attachment = connection.attachment;
        if (attachment == null) {
            synchronized (connection.attachmentLock) {
                attachment = connection.attachment == null ? maker.apply(this) : connection.attachment;
                connection.attachment = attachment;
            }
        }
        return type.cast(attachment);
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        long limit = connection.limits().bodyBytes();
        int count;
        while (true) {
            synchronized (this) {
                if (failure != null) {
                    throw new IOException(failure.getMessage(), failure);
                }
                if (limit >= 0 && Math.max(receivedTotal, request.contentLength()) > limit) {
                    throw new BadMessage(413, "body longer than " + limit + " bytes");
                }
                if (received.size() > 0) {
                    count = received.take(into, offset, length);
                    break;
                }
                if (remoteClosed) {
                    return -1;
                }
                reader = Thread.currentThread();
            }
            await();
        }
        consumed(count);
        return count;
    }

    private void await() throws IOException {
        long stall = connection.bodyStall().toNanos();
        if (stall == 0) {
            LockSupport.park(this);
            return;
        }
        long start = System.nanoTime();
        LockSupport.parkNanos(this, stall);
        synchronized (this) {
            if (reader == Thread.currentThread() && System.nanoTime() - start >= stall) {
                throw new SocketTimeoutException("no body received in time");
            }
        }
    }

    /// Gives flow-control credit back, in steps of half a window.
    private void consumed(int count) throws IOException {
        int increment = 0;
        int credit;
        synchronized (this) {
            int free = Math.min(supplied, count);
            supplied -= free;
            credit = count - free;
            unacknowledged += credit;
            if (unacknowledged >= connection.limits().streamWindow() / 2 && !remoteClosed) {
                increment = unacknowledged;
                receiveWindow += increment;
                unacknowledged = 0;
            }
        }
        if (increment > 0) {
            out.windowUpdate(id(), increment);
        }
        connection.consumed(credit);
    }

    @Override
    public synchronized int available() {
        return received.size();
    }

    @Override
    public synchronized boolean bodyEnded() {
        return remoteClosed && received.size() == 0;
    }

    @Override
    public synchronized Headers trailers() {
        return trailers;
    }

    @Override
    public void inform(int status, Headers headers) throws IOException {
        // RFC 9113 §8.6: there is no 101; 100 is for the engine's own use, and clients of HTTP/2 do not need it
        if (!responded && status != 101) {
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
            ended();
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
            ended();
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
        ended();
    }

    private void ended() throws IOException {
        boolean requestUnfinished;
        synchronized (this) {
            localClosed = true;
            requestUnfinished = !remoteClosed;
        }
        if (!requestUnfinished) {
            connection.closedIfDone(this);
        }
    }

    /// The handler has returned: a response that is not whole is reset; one that is ends the request too (RFC 9113 §8.1).
    void handlerReturned() {
        boolean whole;
        synchronized (this) {
            whole = localClosed;
            if (failure != null || localClosed && remoteClosed) {
                return;
            }
        }
        reset(whole ? ErrorCode.NO_ERROR : ErrorCode.INTERNAL_ERROR);
    }

    @Override
    public void abort() {
        reset(ErrorCode.INTERNAL_ERROR);
    }

    private void reset(int code) {
        connection.resetByUs(this, code);
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

    @Override
    public void trustPeer() {
        connection.trustPeer();
    }
}
