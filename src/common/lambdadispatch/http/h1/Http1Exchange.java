// SPDX-License-Identifier: MIT
package lambdadispatch.http.h1;

import java.io.EOFException;
import java.io.IOException;
import lambdadispatch.http.message.BadMessage;
import lambdadispatch.http.message.BodyReader;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.message.Request;
import lambdadispatch.http.message.RequestHead;
import lambdadispatch.http.server.Connection;
import lambdadispatch.http.server.Exchange;
import lambdadispatch.http.server.Failure;
import lambdadispatch.http.server.Tunnel;
import lambdadispatch.net.MemoryShare;
import lambdadispatch.net.NoRoom;

/// One request and its response on an [Http1Connection]. Its body comes by turns of the [Http1Input], its answer goes in the order of
/// [Http1Response].
final class Http1Exchange implements Exchange {
    private final Http1Connection connection;
    private final Request request;
    private final BodyReader body;
    private final Http1Response response;
    private volatile long received; // written by the thread that reads
    private volatile boolean cut; // the request's body ended too early
    private boolean gone; // this and what follows guarded by this
    private Runnable goneAction;

    Http1Exchange(Http1Connection connection, Request request, RequestHead head) {
        this.connection = connection;
        this.request = request;
        this.body = connection.input.body(head);
        this.response = new Http1Response(connection.out, request, head, body.ended());
    }

    @Override
    public Request request() {
        return request;
    }

    @Override
    public Connection connection() {
        return connection;
    }

    // ---- the request's body

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        if (!connection.input.take(this, body)) {
            return -1;
        }
        int count = 0;
        try {
            count = readBody(into, offset, length);
            return count;
        } finally {
            connection.input.giveBack(Math.max(0, count));
        }
    }

    private int readBody(byte[] into, int offset, int length) throws IOException {
        long limit = connection.limits.bodyBytes();
        if (limit >= 0 && request.contentLength() > limit) {
            throw Failure.bodyTooLong(limit); // before 100: that is what Expect is for (RFC 9110 §10.1.1)
        }
        if (response.continueDue()) {
            response.sendContinue(connection.input.holdsSome());
        }
        int count;
        try {
            count = body.read(into, offset, length);
        } catch (IOException e) {
            response.closeAfterwards();
            cut = e instanceof EOFException;
            if (!(e instanceof BadMessage || e instanceof NoRoom) && !connection.input.expired()) {
                clientGone();
            }
            throw e;
        }
        if (count > 0) {
            long sum = received + count;
            received = sum;
            if (limit >= 0 && sum > limit) {
                throw Failure.bodyTooLong(limit);
            }
        }
        return count;
    }

    /// A body of unknown length whose request is being answered may be one side of a conversation, and its client wait for the other.
    boolean conversation() {
        return request.contentLength() < 0 && response.begun();
    }

    @Override
    public int available() {
        return connection.input.available(body);
    }

    @Override
    public boolean bodyEnded() {
        return body.ended();
    }

    @Override
    public Headers trailers() {
        return body.trailers();
    }

    /// Whether the client ended the connection inside the request's body.
    boolean cut() {
        return cut;
    }

    // ---- the response

    @Override
    public void inform(int status, Headers headers) throws IOException {
        response.inform(status, headers);
    }

    @Override
    public void respond(int status, Headers headers, long length) throws IOException {
        response.respond(status, headers, length, connection.mayStayOpen() && restIsLittle());
        if (conversation()) {
            connection.input.conversationBegins(this);
        }
    }

    /// Whether the connection would read what the client still has to send of the body, to get at the next request. If it would not, the
    /// answer has to say that the connection closes, or the client sends that request into the end (RFC 9112 §9.6).
    private boolean restIsLittle() {
        return request.contentLength() >= 0
                ? request.contentLength() - received <= Http1Input.MAX_DISCARD
                : connection.input.holdsRest(body);
    }

    @Override
    public boolean tunnels() {
        return request.version() == 11 && body.ended() && !response.begun();
    }

    @Override
    public Tunnel tunnel(Headers headers) throws IOException {
        if (!tunnels()) {
            throw new IllegalStateException("the connection can not be taken over");
        }
        connection.input.upgrade(this);
        response.switchProtocols(headers);
        return connection.tunnel();
    }

    @Override
    public void write(byte[] from, int offset, int length) throws IOException {
        response.write(from, offset, length);
    }

    @Override
    public void flush() throws IOException {
        response.flush();
    }

    @Override
    public void end(Headers trailers) throws IOException {
        response.end(trailers);
    }

    @Override
    public void abort() {
        response.abort();
    }

    @Override
    public boolean responded() {
        return response.begun();
    }

    // ---- the client

    @Override
    public long behindNanos() {
        long now = System.nanoTime();
        return Math.max(connection.input.behindNanos(this, now), response.behindNanos(now));
    }

    @Override
    public MemoryShare memory() {
        return connection.memory;
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
            action = response.over() ? null : goneAction;
        }
        if (action != null) {
            action.run();
        }
    }

    // ---- its end

    /// Called by the connection when the handler has returned.
    /// @return whether the connection can go on with another request
    boolean finish() {
        response.finish();
        if (!connection.input.finish()) {
            response.abort();
        }
        return response.reusable() && !connection.input.stopping() && connection.input.discard(body);
    }

    /// The error that is about to be answered leaves the connection in doubt.
    void closeAfterwards() {
        response.closeAfterwards();
    }

    boolean aborted() {
        return response.aborted();
    }

    /// Nobody wants anything of it any more.
    void forget() {
        body.release();
    }
}
