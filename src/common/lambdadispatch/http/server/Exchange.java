// SPDX-License-Identifier: MIT
package lambdadispatch.http.server;

import java.io.IOException;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.message.Request;
import lambdadispatch.net.MemoryShare;
import lambdadispatch.net.NoRoom;

/// One request and its response, over HTTP/1.1 or HTTP/2 alike.
///
/// Request body and response may overlap: one thread may read while another writes. Output is held back until [#flush()],
/// [#end()] or a full buffer, so that a head and a short body leave in one system call; whoever is about to wait for more input flushes
/// first.
public interface Exchange {
    Request request();

    /// What this exchange came on.
    Connection connection();

    /// Reads at least one byte of the request body; -1 at its end. Sends `100 Continue` first where the client waits for it.
    /// @throws lambdadispatch.http.message.BadMessage the body breaks its framing or a limit
    int read(byte[] into, int offset, int length) throws IOException;

    /// Bytes of the body that [#read] would return without waiting.
    int available();

    /// Whether the whole body has been read (or there is none).
    boolean bodyEnded();

    /// Trailer fields; complete after [#read] returned -1.
    Headers trailers();

    /// Sends an interim response (1xx, RFC 9110 §15.2) at once; not 101, which is [#tunnel]'s.
    void inform(int status, Headers headers) throws IOException;

    /// Starts the response. The engine adds framing (`Content-Length`, `Transfer-Encoding`, `Connection`) and `Date` where absent;
    /// such framing fields in `headers` are not sent on.
    /// @param length bytes of the body; -1 if only its end will tell. For HEAD and 304 it is what a GET would have had, or -1 for "do not
    /// say"
    void respond(int status, Headers headers, long length) throws IOException;

    void write(byte[] from, int offset, int length) throws IOException;

    void flush() throws IOException;

    /// Ends the response whole.
    default void end() throws IOException {
        end(null);
    }

    /// Ends the response whole, with trailer fields (null for none).
    void end(Headers trailers) throws IOException;

    /// Breaks the response off so that the client can see it is not whole: closes an HTTP/1.1 connection, resets an HTTP/2 stream.
    void abort();

    /// As [#abort], but the peer is at no fault: nothing of the exchange is wanted any more (`CANCEL` on an HTTP/2 stream, not
    /// `INTERNAL_ERROR`).
    default void cancel() {
        abort();
    }

    /// Whether [#tunnel] can take the connection over: an HTTP/1.1 connection, whose request has been read whole and not been answered.
    default boolean tunnels() {
        return false;
    }

    /// Takes the connection over, instead of [#respond]: sends `101 Switching Protocols` (RFC 9110 §7.8) with `Connection: Upgrade`. Nobody
    /// is told any more that the client is gone: whoever reads notices.
    /// @param headers with the `Upgrade` that was asked for; fields that describe the connection are not sent on
    /// @throws IllegalStateException it can not: see [#tunnels]
    default Tunnel tunnel(Headers headers) throws IOException {
        throw new IllegalStateException("there is no connection to take over");
    }

    /// Whether [#respond] was called, or [#tunnel].
    boolean responded();

    /// Calls `action` once if the client goes away before the exchange is over; at once if it has. Runs on an engine thread: must not
    /// block.
    void onClientGone(Runnable action);

    /// Answers with a text body and ends.
    /// @throws NoRoom as [#answer(int, Headers, byte\[\])]
    default void answer(int status, String contentType, byte[] body) throws IOException {
        answer(status, Headers.of("content-type", contentType), body);
    }

    /// Answers with a whole body and ends. A long one counts as held for the client until he has taken it, or never will.
    /// @throws NoRoom there is no memory for it, and nothing was sent
    default void answer(int status, Headers headers, byte[] body) throws IOException {
        long octets = body.length > MemoryShare.FREE / 2 ? body.length : 0;
        if (octets > 0 && !memory().take(octets)) {
            throw new NoRoom("an answer");
        }
        try {
            respond(status, headers, body.length);
            write(body, 0, body.length);
            end();
        } finally {
            memory().give(octets);
        }
    }

    /// Adds octets to the request's body as if they had come here, though they came another way: they used no flow-control window.
    /// False if the body has ended, if as much waits to be read already as a window would allow, or if this kind of exchange takes none.
    default boolean supply(byte[] from, int offset, int length) {
        return false;
    }

    /// How far the client is behind the least rate at which it must send or take what somebody waits for now; 0 where nobody does. Never
    /// waits.
    default long behindNanos() {
        return 0;
    }

    /// What is held for this exchange is taken from here: its connection's share of the memory that peers may use, which ends with the
    /// connection.
    default MemoryShare memory() {
        return MemoryShare.UNBOUNDED;
    }
}
