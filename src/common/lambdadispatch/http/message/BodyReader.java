// SPDX-License-Identifier: MIT
package lambdadispatch.http.message;

import java.io.EOFException;
import java.io.IOException;
import lambdadispatch.net.Input;
import lambdadispatch.net.NoRoom;

/// Reads one message's body from an [Input] by its [Framing], and stops exactly behind it.
///
/// [#read] gives the content; [#readRaw] gives the octets as they are on the wire, chunk framing and trailers included, for a relay
/// that passes a body through. Use one of the two for a whole body.
public final class BodyReader {
    /// The longest trailer section, in octets.
    public static final int MAX_TRAILER_BYTES = 64 << 10;
    public static final int MAX_TRAILER_FIELDS = 256;
    private static final int MAX_REWRITTEN_BYTES = MAX_TRAILER_BYTES + (4 << 10);

    /// Of a message that has none.
    private static final BodyReader EMPTY = new BodyReader(null, 0, 0);

    private final Input in;
    private final ChunkedDecoder chunks;
    private final boolean untilClose;
    private long remaining;
    private volatile boolean ended; // written behind all other changes: who sees it on another thread sees the input as it was left

    /// The body of the request whose head was read from there.
    public static BodyReader of(Input in, RequestHead head) {
        return head.framing == Framing.NONE ? EMPTY : new BodyReader(in, head.framing, head.contentLength, 400, MAX_TRAILER_BYTES);
    }

    /// The body of the response whose head was read from there, and framed.
    public static BodyReader of(Input in, ResponseHead head) {
        return head.framing == Framing.NONE ? EMPTY : new BodyReader(in, head.framing, head.contentLength, 502, MAX_TRAILER_BYTES);
    }

    /// Reads a body that another hop of ours has taken already and written again: each of its trailer fields may have grown by an octet.
    /// @param length of a body that has one
    /// @param bad status for a malformed body: 400 for a request's, 502 for a response's
    public static BodyReader rewritten(Input in, Framing framing, long length, int bad) {
        return new BodyReader(in, framing, length, bad, MAX_REWRITTEN_BYTES);
    }

    /// A body of so many octets.
    public BodyReader(Input in, long length, int bad) {
        this(in, Framing.ofLength(length), length, bad, MAX_TRAILER_BYTES);
    }

    /// A body of unknown length.
    /// @param bad as above
    public BodyReader(Input in, Framing framing, int bad) {
        this(in, framing, 0, bad, MAX_TRAILER_BYTES);
    }

    private BodyReader(Input in, Framing framing, long length, int bad, int trailerBytes) {
        this.in = in;
        this.chunks = framing == Framing.CHUNKED ? new ChunkedDecoder(trailerBytes, MAX_TRAILER_FIELDS, bad) : null;
        this.untilClose = framing == Framing.UNTIL_CLOSE;
        this.remaining = framing == Framing.LENGTH ? length : 0;
        this.ended = chunks == null && !untilClose && remaining == 0;
    }

    /// Whether the body was taken to its end. True at once for an empty one with a length.
    public boolean ended() {
        return ended;
    }

    /// Octets left of a body with a length; 0 for any other.
    public long remaining() {
        return remaining;
    }

    /// Whether what is left of the body is in the input's buffer already, or is a known length of at most so many octets.
    public boolean endsWithin(long octets) {
        if (ended || chunks == null) {
            return ended || !untilClose && remaining <= octets;
        }
        return chunks.endsWithin(in.array(), in.position(), in.limit());
    }

    /// Trailer fields; complete once [#ended()].
    public Headers trailers() {
        return chunks == null || chunks.trailers() == null ? Headers.EMPTY : chunks.trailers();
    }

    /// Content octets that [#read] would give without blocking (a lower bound for a chunked body).
    public int available() throws IOException {
        if (ended) {
            return 0;
        }
        if (chunks != null) {
            advance();
            return (int) Math.min(in.available(), chunks.remaining());
        }
        return (int) (untilClose ? in.available() : Math.min(in.available(), remaining));
    }

    /// Consumes what framing is buffered, so that [#ended()] is up to date without blocking.
    public void advance() throws IOException {
        if (chunks != null && chunks.remaining() == 0 && !ended) {
            int at = in.position();
            in.skip(chunks.framing(in.array(), at, in.limit()) - at);
            charge();
            ended = chunks.done();
        }
    }

    /// @throws NoRoom there is no memory for trailers that are so long
    private void charge() throws NoRoom {
        int now = chunks.trailerFootprint();
        if (now != chunks.charged) {
            if (!in.memory().resize(chunks.charged, now)) {
                throw new NoRoom("trailers");
            }
            chunks.charged = now;
        }
    }

    /// Nobody wants the trailers any more: what they took is given back.
    public void release() {
        if (chunks != null && chunks.charged > 0) {
            in.memory().give(chunks.charged);
            chunks.charged = 0;
        }
    }

    /// Reads at least one octet of content; -1 at the end.
    /// @throws EOFException the input ended before the body did
    public int read(byte[] into, int offset, int length) throws IOException {
        if (chunks == null) {
            return readPlain(into, offset, length);
        }
        while (true) {
            advance();
            if (ended) {
                return -1;
            }
            if (chunks.remaining() > 0) {
                int count = in.read(into, offset, (int) Math.min(length, chunks.remaining()));
                requireMore(count >= 0);
                chunks.took(count);
                advance();
                return count;
            }
            requireMore(in.fill());
        }
    }

    /// Makes at least one octet of content ready in the input's array, from its position on, and returns how many there are; -1 at the end.
    /// Saves the copy that [#read] makes; tell with [#take] how many were used.
    public int ready() throws IOException {
        while (true) {
            int count = available();
            if (count > 0) {
                return count;
            }
            if (ended) {
                return -1;
            }
            boolean more = in.fill();
            if (!more && untilClose) {
                ended = true;
                return -1;
            }
            requireMore(more);
        }
    }

    public void take(int count) throws IOException {
        in.skip(count);
        if (chunks != null) {
            chunks.took(count);
            advance();
        } else if (!untilClose) {
            remaining -= count;
            ended = remaining == 0;
        }
    }

    /// Reads at least one octet as it is on the wire; -1 at the end.
    public int readRaw(byte[] into, int offset, int length) throws IOException {
        if (chunks == null) {
            return readPlain(into, offset, length);
        }
        if (ended) {
            return -1;
        }
        requireMore(in.available() > 0 || in.fill());
        int start = in.position();
        int end = (int) Math.min(in.limit(), start + (long) length);
        int at = start;
        while (at < end && !chunks.done()) {
            if (chunks.remaining() > 0) {
                int count = (int) Math.min(end - at, chunks.remaining());
                chunks.took(count);
                at += count;
            } else {
                at = chunks.framing(in.array(), at, end);
            }
        }
        System.arraycopy(in.array(), start, into, offset, at - start);
        in.skip(at - start);
        charge();
        ended = chunks.done();
        return at - start;
    }

    private int readPlain(byte[] into, int offset, int length) throws IOException {
        if (ended) {
            return -1;
        }
        int count = in.read(into, offset, untilClose ? length : (int) Math.min(length, remaining));
        if (count < 0 && untilClose) {
            ended = true;
            return -1;
        }
        requireMore(count >= 0);
        if (!untilClose) {
            remaining -= count;
            ended = remaining == 0;
        }
        return count;
    }

    private static void requireMore(boolean more) throws EOFException {
        if (!more) {
            throw new EOFException("input ended inside a message body");
        }
    }
}
