// SPDX-License-Identifier: MIT
package lambdadispatch.http2;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.function.Function;
import lambdadispatch.http.Headers;
import lambdadispatch.http.Request;
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
    private final Http2Connection connection;
    private final Http2Output out;
    private final SendSide send;
    private final Request request;
    private final ReceiveSide receive;
    private boolean localClosed; // this and what follows guarded by this
    private IOException failure;
    private Runnable goneAction;
    private boolean responded;
    private boolean bodiless;
    private long unsent;

    Http2Stream(Http2Connection connection, int id, Request request, boolean endStream) {
        this.connection = connection;
        this.out = connection.output();
        this.send = new SendSide(id, connection.initialSendWindow());
        this.request = request;
        this.receive = new ReceiveSide(id, request.contentLength(), connection.limits().streamWindow(), endStream);
    }

    int id() {
        return send.streamId;
    }

    SendSide sendSide() {
        return send;
    }

    // ---- called by the connection's reader

    /// DATA arrived. Octets in `padding` count for flow control only.
    void receive(byte[] payload, int offset, int length, int padding, boolean endStream) throws IOException {
        if (!receive.data(payload, offset, length, length + padding, endStream)) {
            connection.consumed(length + padding);
            return;
        }
        if (padding > 0) {
            consumed(padding);
        }
        if (endStream) {
            connection.closedIfDone(this);
        }
    }

    void receiveTrailers(Headers fields) throws StreamError {
        receive.trailers(fields);
        connection.closedIfDone(this);
    }

    /// The stream is over before its time: reset by either side, or with its connection.
    void fail(IOException why) throws IOException {
        Runnable action;
        synchronized (this) {
            if (failure != null) {
                return;
            }
            failure = why;
            localClosed = true;
            action = goneAction;
            goneAction = null;
        }
        out.close(send, why);
        connection.consumed(receive.fail(why));
        if (action != null) {
            action.run();
        }
    }

    boolean remoteClosed() {
        return receive.ended();
    }

    boolean done() {
        return receive.ended() && localClosed();
    }

    private synchronized boolean localClosed() {
        return localClosed;
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
        int count = receive.take(into, offset, length, connection.limits().bodyBytes(), connection.bodyStall());
        if (count > 0) {
            consumed(receive.windowed(count));
        }
        return count;
    }

    /// Gives flow-control credit back, in steps of half a window.
    private void consumed(int count) throws IOException {
        int increment = receive.consumed(count);
        if (increment > 0) {
            out.windowUpdate(id(), increment);
        }
        connection.consumed(count);
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

    private void ended() {
        synchronized (this) {
            localClosed = true;
        }
        connection.closedIfDone(this);
    }

    /// The handler has returned: a response that is not whole is reset; one that is ends the request too (RFC 9113 §8.1).
    void handlerReturned() {
        boolean whole;
        synchronized (this) {
            whole = localClosed;
            if (failure != null || localClosed && receive.ended()) {
                return;
            }
        }
        reset(whole ? ErrorCode.NO_ERROR : ErrorCode.INTERNAL_ERROR);
    }

    @Override
    public void abort() {
        reset(ErrorCode.INTERNAL_ERROR);
    }

    @Override
    public void cancel() {
        reset(ErrorCode.CANCEL);
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
