// SPDX-License-Identifier: MIT
package lambdadispatch.router.incoming;

import java.io.IOException;
import java.util.Locale;
import java.util.function.Consumer;
import lambdadispatch.http.message.BadMessage;
import lambdadispatch.http.message.BodyReader;
import lambdadispatch.http.message.Framing;
import lambdadispatch.http.message.HeaderName;
import lambdadispatch.http.message.HeaderSet;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.message.HopByHop;
import lambdadispatch.http.message.ResponseHead;
import lambdadispatch.http.server.Exchange;
import lambdadispatch.net.Input;
import lambdadispatch.protocol.Party;
import lambdadispatch.router.channel.ChannelLost;
import lambdadispatch.router.channel.ChannelOutcome;
import lambdadispatch.router.channel.RequestChannel;
import lambdadispatch.router.observe.RequestRecord;

/// Passes one response from a channel to the client as it comes.
///
/// It begins as late as it may: when its head and what is there of its body would be flushed. Until then nothing has left for the client,
/// and whoever called may have the request answered otherwise.
final class ResponseRelay {
    /// A longer answer that says no is passed on.
    private static final int MOST_OF_A_REFUSAL = 64 << 10;
    /// A trusted peer that sends it is told where the time went and which instance answered.
    static final HeaderName DEBUG = HeaderName.of("x-lambda-dispatch-debug");

    private final Exchange client;
    private final RequestChannel channel;
    private final RequestRecord record;
    private final Added added;
    private ResponseHead head;
    private long length; // as the client is told, -1 if it is not
    private boolean begun;

    /// What the client is told beyond the app's own fields.
    /// @param debug where the time went and which instance answered
    /// @param cookie a `Set-Cookie`, or null
    record Added(boolean debug, String cookie) {
        boolean nothing() {
            return !debug && cookie == null;
        }
    }

    ResponseRelay(Exchange client, RequestChannel channel, RequestRecord record, Added added) {
        this.added = added;
        this.client = client;
        this.channel = channel;
        this.record = record;
    }

    /// @param finished told as soon as the response has been read whole
    /// @param mayBeRefused whether the request can be tried elsewhere if the answer is that nothing was done about it
    /// @param pump what sends the request's body; null if it went with the head
    /// @return false if it was refused so, and nothing has left for the client
    /// @throws ChannelLost the channel failed
    /// @throws BadMessage the response is malformed, or the app broke it off
    /// @throws IOException the client failed
    boolean run(Consumer<ChannelOutcome> finished, boolean mayBeRefused, BodyPump pump) throws IOException {
        head = channel.readHead();
        while (head.status() < 200) {
            // RFC 9110 §15.2.1: 100 is between us and the client and already dealt with; §15.2.2: 101 was not asked for
            if (head.status() == 101) {
                throw new BadMessage(502, "switches protocols unasked");
            }
            if (head.status() != 100) {
                client.inform(head.status(), withoutHopByHop(head.headers()));
            }
            head = channel.readHead();
        }
        boolean bodiless = client.request().isHead() || head.status() == 304;
        if (head.frame(client.request().isHead()).framing() == Framing.UNTIL_CLOSE) {
            throw new BadMessage(502, "no length on a channel");
        }
        length = bodiless ? Framing.contentLength(head.headers()) : head.contentLength();
        Input in = channel.input();
        BodyReader body = BodyReader.rewritten(in, head.framing(), head.contentLength(), 502);
        if (mayBeRefused && refused()) {
            skip(body);
            channel.releaseHead();
            finished.accept(channel.clean() ? ChannelOutcome.UNDONE : new ChannelOutcome.Cancelled(true));
            return false;
        }
        try {
            relayBody(in, body);
        } catch (ChannelLost e) {
            throw e.uplinkHasEnded() ? new BadMessage(502, "the app broke off inside its response") : e;
        }
        begin();
        body.release();
        channel.releaseHead();
        boolean reusable = (pump == null || pump.done()) && channel.clean();
        finished.accept(reusable ? new ChannelOutcome.Answered(head.status()) : new ChannelOutcome.Cancelled(true));
        client.end(FieldRules.trailers(body.trailers()));
        return true;
    }

    private boolean refused() {
        return head.status() == 503 && head.framing() != Framing.CHUNKED && head.contentLength() <= MOST_OF_A_REFUSAL
                && head.headers().contains(HeaderName.X_LAMBDA_REFUSED);
    }

    private static void skip(BodyReader body) throws IOException {
        int count;
        while (!body.ended() && (count = body.ready()) >= 0) {
            body.take(count);
        }
    }

    private void relayBody(Input in, BodyReader body) throws IOException {
        if (!body.ended() && body.available() == 0) {
            body.advance();
            flushUnlessEnded(body);
        }
        int count;
        while (!body.ended() && (count = body.ready()) >= 0) {
            if (!begun && channel.isOver() && count < body.remaining()) {
                throw new ChannelLost("inside an answer of which nothing has left yet");
            }
            begin();
            client.write(in.array(), in.position(), count);
            body.take(count);
            record.sent(count);
            if (body.available() == 0) {
                flushUnlessEnded(body);
            }
        }
    }

    /// About to wait for more: what there is goes out now (a head before its body, an event before the next). But not in vain: of an
    /// instance that is dead already no more will come, and as long as the client has nothing another may answer.
    private void flushUnlessEnded(BodyReader body) throws IOException {
        if (!body.ended() && (begun || !channel.isOver())) {
            begin();
            client.flush();
        }
    }

    private void begin() throws IOException {
        if (!begun) {
            begun = true;
            String by = head.status() >= 500 ? head.headers().get(HeaderName.X_LAMBDA_FAULT) : null;
            record.responded(head.status());
            if (by != null) {
                record.blamed("the app could not answer", by.equals(Party.APP.toString()) ? Party.APP : Party.ENVIRONMENT);
            }
            client.respond(head.status(), added.nothing() ? withoutHopByHop(head.headers()) : withMore(), length);
        }
    }

    private Headers withMore() {
        Headers headers = cleaned(head.headers(), HopByHop.namedIn(head.headers()));
        if (added.debug()) {
            headers.add("server-timing", record.serverTiming());
            headers.add(DEBUG, record.debugInfo());
        }
        if (added.cookie() != null && !shared(head.headers())) {
            headers.add(HeaderName.SET_COOKIE, added.cookie());
        }
        return headers;
    }

    /// RFC 9111 §7.3: a cookie does not keep a response out of shared caches, which would hand one client's to all.
    private static boolean shared(Headers headers) {
        return headers.all(HeaderName.CACHE_CONTROL).stream().map(line -> line.toLowerCase(Locale.ROOT))
                .anyMatch(line -> line.contains("public") || line.contains("s-maxage"));
    }

    private static Headers withoutHopByHop(Headers headers) {
        HeaderSet named = HopByHop.namedIn(headers);
        for (int i = 0; i < headers.size(); i++) {
            if (!goesOn(headers, i, named)) {
                return cleaned(headers, named);
            }
        }
        return headers;
    }

    private static boolean goesOn(Headers headers, int field, HeaderSet named) {
        return FieldRules.isForClient(headers, field) && (named == null || !named.contains(headers, field));
    }

    private static Headers cleaned(Headers headers, HeaderSet named) {
        Headers kept = new Headers(Math.max(64, headers.byteCount()));
        for (int i = 0; i < headers.size(); i++) {
            if (goesOn(headers, i, named)) {
                kept.add(headers.array(), headers.nameStart(i), headers.nameLength(i), headers.valueStart(i), headers.valueLength(i));
            }
        }
        return kept;
    }
}
