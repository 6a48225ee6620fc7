// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import lambdadispatch.base.log.Log;
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

    private final App app;
    private final Input down;
    private final ResponseSink up;
    private final AppLink link;
    private final RequestScan request = new RequestScan();
    private boolean requestTaken; // off the channel, with its body

    /// @param patience for room in the app's listen queue
    Relay(App app, Input down, ResponseSink up, Duration patience) {
        this.app = app;
        this.down = down;
        this.up = up;
        this.link = new AppLink(app, patience);
    }

    /// Waits for a request. False: the router said go away.
    boolean awaitRequest() throws IOException {
        down.trim();
        return request.next(down);
    }

    /// The channel is over: whatever the app is doing for it is of no use any more. From any thread.
    void close() {
        link.close();
    }

    /// Relays the request that [#awaitRequest] found, and its response.
    /// @throws AppFailure the app failed when a part of its response was on its way already: the uplink must be ended inside it
    /// @throws AppGone the app takes no connections any more: as good as a lost instance
    /// @throws IOException the channel broke
    void exchange() throws IOException {
        int headLength = request.headLength();
        boolean chunked = request.framing() == Framing.CHUNKED;
        long whole = chunked ? Long.MAX_VALUE : headLength + request.contentLength();
        // A short body is waited for: then it can be sent twice, on a kept connection and without a second thread.
        boolean atHand = whole <= REPLAYABLE && down.require((int) whole);
        int first = (int) Math.min(down.available(), chunked ? headLength : whole);
        requestTaken = false;
        RequestBody body = null;
        ResponseHead head;
        try {
            if (atHand) {
                head = link.ask(down.array(), down.position(), first, request.idempotent());
                down.skip(first);
                requestTaken = true;
            } else {
                body = streamBody(first);
                head = link.nextHead();
            }
            head = finalHead(head);
            head.frame(request.head());
        } catch (IOException e) {
            failedBeforeAnswer(e, body);
            return;
        }
        answer(head, body);
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
            head = link.nextHead();
        }
        return head;
    }

    /// Sends what is at hand and lets a thread of its own send the rest while the response may already come.
    private RequestBody streamBody(int first) throws IOException {
        link.open(); // a body that streams by can not be sent twice: rather a fresh connection than one that the app may be closing
        link.connection().write(down.array(), down.position(), first);
        down.skip(first);
        long rest = request.contentLength() - (first - request.headLength());
        return RequestBody.start(BodyReader.rewritten(down, request.framing(), rest, 400), link.connection());
    }

    /// Answers at once, not only when the rest of the request has come: a router that does not want to wait for that resets the channel.
    private void failedBeforeAnswer(IOException why, RequestBody body) throws IOException {
        if (channelBroke(body)) {
            throw new IOException("channel broke", why);
        }
        LOG.debug("app failed", "why", why.getMessage());
        // no octet has reached it: another environment may have room
        boolean untouched = why instanceof SocketTimeoutException && !link.isOpen();
        link.drop();
        if (link.gone(why)) {
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
            skipRequest();
        }
    }

    /// Whether it was the channel that failed: then the app's connection was closed from here.
    private boolean channelBroke(RequestBody body) {
        return link.isClosed() || body != null && body.channelFailed();
    }

    private void skipRequest() throws IOException {
        down.skip(request.headLength());
        BodyReader rest = BodyReader.rewritten(down, request.framing(), request.contentLength(), 400);
        byte[] bin = new byte[8192];
        while (rest.readRaw(bin, 0, bin.length) >= 0) {
            continue;
        }
    }

    private void answer(ResponseHead head, RequestBody body) throws IOException {
        app.hold().ask(head.headers().get(HeaderName.X_LAMBDA_WAIT_UNTIL), System.nanoTime());
        // What the app has not read of a body it may take for the next request, and answer.
        boolean early = body != null && !body.sentWhole();
        long idleLimitNanos = early ? 0 : link.idleLimitNanos(head);
        try {
            pass(head);
            if (body != null) {
                body.finish(RequestBody.PATIENCE);
            }
            link.keep(idleLimitNanos);
        } catch (AppFailure e) {
            link.drop();
            if (channelBroke(body)) {
                throw new IOException("channel broke", e);
            }
            if (!up.retract()) {
                throw e;
            }
            failedBeforeAnswer(e.cause(), body);
        }
    }

    private void pass(ResponseHead head) throws IOException {
        ResponseBody body = new ResponseBody(link.input(), head, up);
        boolean gzip = app.compression() && request.acceptsGzip() && head.framing() != Framing.NONE
                && Compression.worthwhile(head.status(), head.headers(), head.contentLength());
        if (gzip) {
            Compression.rewrite(head.headers());
        }
        up.head(head.status(), head.headers(), gzip || head.contentLength() < 0);
        if (gzip) {
            body.compress();
        } else if (head.framing() == Framing.UNTIL_CLOSE) {
            body.chunks();
        } else {
            body.pass();
        }
        up.end();
    }
}
