// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import java.io.IOException;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import lambdadispatch.base.Bytes;
import lambdadispatch.base.log.Log;
import lambdadispatch.http.message.BadMessage;
import lambdadispatch.http.message.BodyReader;
import lambdadispatch.http.message.Framing;
import lambdadispatch.http.message.HeaderName;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.message.ResponseHead;
import lambdadispatch.net.Input;
import lambdadispatch.protocol.Party;

/// Carries the exchanges of one channel, one after another: request octets go to the app as they came, the response comes back with its
/// hop-by-hop fields removed and an exact framing. Runs on the channel's thread; a second one only while a request body is still coming.
final class Relay {
    private static final Log LOG = Log.of("relay");

    /// A request longer than this, or of unknown length, is sent on as it comes and can not be sent twice.
    private static final int REPLAYABLE = 32 << 10;
    /// For so long a request waits for room in the app's listen queue. A client that leaves ends it, too.
    static final Duration CONNECT_PATIENCE = Duration.ofMinutes(2);

    private final App app;
    private final Input down;
    private final ResponseSink up;
    private final RequestScan request = new RequestScan();
    private boolean requestTaken; // off the channel, with its body
    private volatile AppConnection connection;
    private volatile boolean broken;

    Relay(App app, Input down, ResponseSink up) {
        this.app = app;
        this.down = down;
        this.up = up;
    }

    /// Waits for a request. False: the router said go away.
    boolean awaitRequest() throws IOException {
        down.settle();
        return request.next(down);
    }

    /// The channel broke: whatever the app is doing for it is of no use any more.
    void breakOff() {
        broken = true;
        AppConnection current = connection;
        if (current != null) {
            current.close();
        }
    }

    void close() {
        breakOff();
    }

    /// Relays the request that [#awaitRequest] found, and its response.
    /// @throws AppFailure the app failed when a part of its response was on its way already: the uplink must be ended inside it
    /// @throws AppGone the app takes no connections any more: as good as a lost instance
    /// @throws IOException the channel broke
    void exchange() throws IOException {
        int headLength = request.headLength();
        long framing = request.framing();
        long whole = framing < 0 ? Long.MAX_VALUE : headLength + framing;
        // A short body is waited for: then it can be sent twice, on a kept connection and without a second thread.
        boolean atHand = whole <= REPLAYABLE && down.require((int) whole);
        int first = (int) Math.min(down.available(), framing == Framing.CHUNKED ? headLength : whole);
        requestTaken = false;
        RequestBody body = null;
        ResponseHead head;
        long responseFraming;
        try {
            if (atHand) {
                head = send(first);
                down.skip(first);
                requestTaken = true;
            } else {
                body = streamBody(first, framing);
                head = nextHead();
            }
            head = finalHead(head);
            responseFraming = Framing.ofResponse(head.headers(), head.version(), head.status(), request.head());
        } catch (IOException e) {
            failedBeforeAnswer(e, body, framing);
            return;
        }
        answer(head, responseFraming, body);
    }

    /// A connection for a request that is at hand: the kept one, if there is one and a look at it, right before it is written to, finds nothing amiss.
    private void connect() throws IOException {
        if (connection == null || !reusable()) {
            open();
        }
    }

    private boolean reusable() {
        long idleNanos = connection.idleNanos();
        if (connection.expired() || !app.habits().trusts(idleNanos, request.idempotent())) {
            return false;
        }
        AppConnection.Look look = connection.look();
        switch (look) {
            case QUIET -> { }
            case ENDED -> app.habits().closed(idleNanos);
            case UNASKED -> app.habits().answeredUnasked();
        }
        return look == AppConnection.Look.QUIET;
    }

    private ResponseHead nextHead() throws IOException {
        ResponseHead head = connection.readHead();
        if (head == null) {
            throw new IOException("the app closed the connection without an answer");
        }
        return head;
    }

    /// Passes interim responses on until the final one comes.
    private ResponseHead finalHead(ResponseHead first) throws IOException {
        ResponseHead head = first;
        while (head.status() < 200) {
            if (head.status() == 101) {
                throw new IOException("the app switches protocols unasked");
            }
            // RFC 9110 §15.2: 100 was for this hop (the router has asked its client for the body already); others go through
            if (head.status() != 100) {
                up.interim(head.status(), head.headers());
            }
            head = nextHead();
        }
        return head;
    }

    /// Sends a request that is at hand whole, and waits for the answer's head: a connection that was stale after all is replaced once.
    private ResponseHead send(int length) throws IOException {
        connect();
        boolean mayReplay = connection.used();
        long idleNanos = connection.idleNanos();
        try {
            connection.write(down.array(), down.position(), length);
            ResponseHead head = connection.readHead();
            if (head != null) {
                return head;
            }
            if (!mayReplay) {
                throw new IOException("the app closed the connection without an answer");
            }
        } catch (IOException e) {
            if (!mayReplay || broken || connection.input().available() > 0) {
                throw e;
            }
            LOG.debug("stale app connection", "why", e.getMessage());
        }
        app.habits().closed(idleNanos);
        if (!request.idempotent()) {
            throw new IOException("the app closed a kept-alive connection");
        }
        open();
        connection.write(down.array(), down.position(), length);
        return nextHead();
    }

    private void open() throws IOException {
        dropConnection();
        connection = opened();
        if (broken) { // just now: breakOff may not have seen it
            connection.close();
        }
    }

    /// A full listen queue means that the app is busy: it is asked again until it has room.
    private AppConnection opened() throws IOException {
        long start = System.nanoTime();
        while (true) {
            try {
                return AppConnection.open(app.address());
            } catch (SocketTimeoutException e) {
                if (broken || System.nanoTime() - start > CONNECT_PATIENCE.toNanos()) {
                    throw new SocketTimeoutException("its listen queue stayed full for " + CONNECT_PATIENCE.toSeconds() + " s");
                }
            }
        }
    }

    /// Sends what is at hand and lets a thread of its own send the rest while the response may already come.
    private RequestBody streamBody(int first, long framing) throws IOException {
        open(); // a body that streams by can not be sent twice: rather a fresh connection than one that the app may be closing
        connection.write(down.array(), down.position(), first);
        down.skip(first);
        long rest = framing == Framing.CHUNKED ? Framing.CHUNKED : framing - (first - request.headLength());
        return RequestBody.start(BodyReader.rewritten(down, rest, 400), connection);
    }

    /// Answers at once, not only when the rest of the request has come: a router that does not want to wait for that resets the channel.
    private void failedBeforeAnswer(IOException why, RequestBody body, long framing) throws IOException {
        if (channelBroke(body)) {
            throw new IOException("channel broke", why);
        }
        LOG.debug("app failed", "why", why.getMessage());
        boolean untouched = why instanceof SocketTimeoutException && connection == null; // no octet has reached it: another environment may have room
        dropConnection();
        if (gone(why)) {
            throw new AppGone("the app takes no connections: " + why.getMessage());
        }
        byte[] text = ("the app could not answer: " + why.getMessage() + "\n").getBytes(StandardCharsets.UTF_8);
        Headers headers = Headers.of("content-type", "text/plain; charset=utf-8", "content-length", Integer.toString(text.length));
        if (untouched) {
            headers.add(HeaderName.X_LAMBDA_REFUSED, "1");
        }
        up.failure(untouched ? 503 : 502, headers, Party.APP);
        if (!request.head()) {
            up.raw(text, 0, text.length);
        }
        up.end();
        if (body != null) {
            body.finish(RequestBody.PATIENCE);
        } else if (!requestTaken) {
            skipRequest(framing);
        }
    }

    /// Whether it was the channel that failed: then the app's connection was closed from here.
    private boolean channelBroke(RequestBody body) {
        return broken || body != null && body.channelFailed();
    }

    /// Whether the app takes no connections any more. Looked at only where that makes a difference: an app that answered badly is there.
    private boolean gone(IOException why) {
        if (why instanceof ConnectException || why instanceof BadMessage || why instanceof SocketTimeoutException) {
            return why instanceof ConnectException;
        }
        return !AppConnection.possible(app.address());
    }

    private void skipRequest(long framing) throws IOException {
        down.skip(request.headLength());
        BodyReader rest = BodyReader.rewritten(down, framing, 400);
        byte[] bin = new byte[8192];
        while (rest.readRaw(bin, 0, bin.length) >= 0) {
            continue;
        }
    }

    private void dropConnection() {
        AppConnection current = connection;
        connection = null;
        if (current != null) {
            current.close();
        }
    }

    private void answer(ResponseHead head, long framing, RequestBody body) throws IOException {
        app.hold().ask(head.headers().get(HeaderName.X_LAMBDA_WAIT_UNTIL), System.nanoTime());
        // What the app has not read of a body it may take for the next request, and answer.
        boolean early = body != null && !body.sentWhole();
        boolean keep = !early && mayKeep(head, framing);
        long idleLimitNanos = keep ? AppConnection.idleLimitNanos(head.headers()) : 0;
        try {
            relay(head, framing);
            if (body != null) {
                body.finish(RequestBody.PATIENCE);
            }
            if (idleLimitNanos > 0 && nothingLeft()) {
                connection.idle(idleLimitNanos);
            } else {
                dropConnection();
            }
        } catch (AppFailure e) {
            dropConnection();
            if (channelBroke(body)) {
                throw new IOException("channel broke", e);
            }
            if (!up.retract()) {
                throw e;
            }
            failedBeforeAnswer(e.cause(), body, 0);
        }
    }

    /// Whether the app's connection may be used again, as far as the head says.
    private boolean mayKeep(ResponseHead head, long framing) {
        // An answer without a body whose head announces one: who sends that may well send the body after it.
        boolean bodyMayFollow = framing == 0 && Framing.announcesBody(head.headers());
        return app.habits().keeps() && head.keepAlive() && framing != Framing.UNTIL_CLOSE && !bodyMayFollow;
    }

    /// Whether the answer ended where the input does. What is behind it already would be taken for the next answer.
    private boolean nothingLeft() {
        if (connection.input().available() > 0) {
            app.habits().answeredUnasked();
            return false;
        }
        return true;
    }

    private void relay(ResponseHead head, long framing) throws IOException {
        Input in = connection.input();
        BodyReader body = new BodyReader(in, framing, 502);
        boolean gzip = app.compression() && request.acceptsGzip() && framing != 0 && Compression.worthwhile(head.status(), head.headers(), framing);
        if (gzip) {
            Compression.rewrite(head.headers());
        }
        up.head(head.status(), head.headers(), gzip || framing < 0);
        if (gzip) {
            compress(body);
        } else if (framing == Framing.UNTIL_CLOSE) {
            chunks(body);
        } else {
            pass(body, in);
        }
        up.end();
    }

    /// Body octets as they are on the wire, the app's own chunks included.
    private void pass(BodyReader body, Input in) throws IOException {
        while (!body.ended()) {
            int most = in.available();
            if (most == 0) {
                up.flush(); // about to wait: what there is goes out now
                // A long rest is read straight into a large piece; one for an event of a few octets would be a waste.
                most = body.remaining() >= ResponseSink.PIECE ? ResponseSink.PIECE : arrived(in);
            }
            Bytes piece = up.room(Math.min(most, ResponseSink.PIECE));
            piece.length(piece.length() + readRaw(body, piece, Math.min(most, ResponseSink.PIECE - piece.length())));
        }
    }

    private static int arrived(Input in) throws AppFailure {
        try {
            in.fill();
            return Math.max(1, in.available());
        } catch (IOException e) {
            throw new AppFailure(e);
        }
    }

    private static int readRaw(BodyReader body, Bytes piece, int most) throws AppFailure {
        try {
            return Math.max(0, body.readRaw(piece.array(), piece.length(), most));
        } catch (IOException e) {
            throw new AppFailure(e);
        }
    }

    private void chunks(BodyReader body) throws IOException {
        int count;
        while ((count = ready(body)) >= 0) {
            up.chunk(connection.input().array(), connection.input().position(), count);
            body.take(count);
        }
        up.lastChunk(body.trailers());
    }

    private void compress(BodyReader body) throws IOException {
        ResponseSink.Gzip gzip = up.gzip();
        try {
            int count;
            while ((count = body.available() > 0 ? body.available() : flushed(gzip, body)) >= 0) {
                gzip.write(connection.input().array(), connection.input().position(), count);
                body.take(count);
            }
            gzip.close();
        } finally {
            gzip.end();
        }
        Compression.rewriteTrailers(body.trailers());
        up.lastChunk(body.trailers());
    }

    private int flushed(OutputStream gzip, BodyReader body) throws IOException {
        if (!body.ended()) {
            gzip.flush();
        }
        return ready(body);
    }

    /// Content at hand; -1 at the end. Hands over what was gathered before it waits.
    private int ready(BodyReader body) throws IOException {
        int count = body.available();
        if (count > 0) {
            return count;
        }
        if (!body.ended()) {
            up.flush();
        }
        try {
            return body.ready();
        } catch (IOException e) {
            throw new AppFailure(e);
        }
    }

    /// The app failed in the middle of a response.
    static final class AppFailure extends IOException {
        private static final long serialVersionUID = 1L;
        private final IOException cause;

        AppFailure(IOException cause) {
            super(cause.getMessage(), cause);
            this.cause = cause;
        }

        IOException cause() {
            return cause;
        }
    }

    /// The app takes no connections any more.
    static final class AppGone extends IOException {
        private static final long serialVersionUID = 1L;

        AppGone(String why) {
            super(why);
        }
    }
}
