// SPDX-License-Identifier: MIT
package lambdadispatch.http.server;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import lambdadispatch.http.message.BadMessage;
import lambdadispatch.http.message.Headers;
import lambdadispatch.net.NoRoom;

/// What a client is told whose request could not be read or not be answered: the one map from what was thrown to a status, in whatever
/// version of HTTP.
///
/// @param why a line for the client: what it did wrong, never what went wrong here
public record Failure(int status, String why) {
    /// It may well fit a second later.
    public static final Failure NO_ROOM = new Failure(503, "no memory for more requests");
    /// RFC 9112 §8: an incomplete request may be answered with an error before the connection closes.
    private static final Failure CUT = new Failure(400, "request body not complete");
    private static final Failure LATE = new Failure(408, "request not received in time");
    private static final Failure OURS = new Failure(500, "internal error");

    /// @param cut whether the client ended inside its request's body, so that whatever failed may have failed for that
    public static Failure of(IOException thrown, boolean cut) {
        Failure failure = of(thrown);
        return cut && failure == OURS ? CUT : failure;
    }

    public static Failure of(Exception thrown) {
        return switch (thrown) {
            case BadMessage bad -> new Failure(bad.status(), bad.getMessage());
            case NoRoom full -> NO_ROOM;
            case SocketTimeoutException late -> LATE;
            default -> OURS;
        };
    }

    /// What reading a body throws that is longer than a listener takes, as soon as that is known.
    public static BadMessage bodyTooLong(long limit) {
        return new BadMessage(413, "body longer than " + limit + " bytes");
    }

    /// The fields of the answer, without its length.
    public Headers headers() {
        Headers headers = Headers.of("content-type", "text/plain; charset=utf-8");
        if (status == 503) {
            headers.add("retry-after", "1");
        }
        return headers;
    }

    public byte[] body() {
        return (why + "\n").getBytes(StandardCharsets.UTF_8);
    }

    /// Answers an exchange of which nothing was said yet.
    public void answer(Exchange exchange) throws IOException {
        byte[] body = body();
        exchange.respond(status, headers(), body.length);
        exchange.write(body, 0, body.length);
        exchange.end();
    }
}
