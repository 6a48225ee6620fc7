// SPDX-License-Identifier: MIT
package lambdadispatch.http.message;

import lambdadispatch.base.Bytes;

/// The chunked transfer coding (RFC 9112 §7.1) as a state machine over whatever octets are at hand: it may be fed at any split.
///
/// ```
///   chunk-size [ ";" extension ] CRLF  data CRLF   ...   0 CRLF  trailer-field CRLF ...  CRLF
/// ```
public final class ChunkedDecoder {
    private static final int MAX_SIZE_DIGITS = 15;
    /// Extensions mean nothing to us and have been used to waste work; they may be this long over a whole message, plus
    /// [#EXTENSION_PER_CHUNK] each.
    private static final int MAX_EXTENSION_BYTES = 16 << 10;
    private static final int EXTENSION_PER_CHUNK = 32;

    private enum State { SIZE, EXTENSION, SIZE_LF, DATA, DATA_CR, DATA_LF, TRAILER, DONE }

    private final int maxTrailerBytes;
    private final int maxTrailerFields;
    private final int bad;
    private State state = State.SIZE;
    private long remaining;
    private int digits;
    private int extensionBytes;
    private boolean blankBeforeSemicolon; // the only place for blanks behind a size (RFC 9112 §7.1.1, BWS)
    private int trailerBytes;
    private Bytes line;
    private Headers trailers;
    int charged; // for trailers, by the BodyReader: only a chunked body has any

    /// @param bad the status of the [BadMessage] for a malformed body: 400 for a request's, 502 for a response's
    public ChunkedDecoder(int maxTrailerBytes, int maxTrailerFields, int bad) {
        this.maxTrailerBytes = maxTrailerBytes;
        this.maxTrailerFields = maxTrailerFields;
        this.bad = bad;
    }

    private ChunkedDecoder(ChunkedDecoder other) {
        this(other.maxTrailerBytes, other.maxTrailerFields, other.bad);
        state = other.state;
        remaining = other.remaining;
        digits = other.digits;
        extensionBytes = other.extensionBytes;
        blankBeforeSemicolon = other.blankBeforeSemicolon;
        trailerBytes = other.trailerBytes;
        line = other.line == null ? null : new Bytes(64).append(other.line.array(), 0, other.line.length());
        if (other.trailers != null) { // so many fewer may follow
            trailers = new Headers(other.trailers.byteCount());
            trailers.addAll(other.trailers);
        }
    }

    public boolean done() {
        return state == State.DONE;
    }

    /// Whether the message ends among the octets of `[from, to)`, which come next. Consumes nothing.
    boolean endsWithin(byte[] in, int from, int to) {
        ChunkedDecoder ahead = new ChunkedDecoder(this);
        try {
            for (int at = from; at < to && !ahead.done(); ) {
                if (ahead.remaining() > 0) {
                    int count = (int) Math.min(to - at, ahead.remaining());
                    ahead.took(count);
                    at += count;
                } else {
                    at = ahead.framing(in, at, to);
                }
            }
            return ahead.done();
        } catch (BadMessage e) {
            return false;
        }
    }

    /// Octets of chunk data that come next; 0 while framing comes next.
    public long remaining() {
        return state == State.DATA ? remaining : 0;
    }

    /// Trailer fields read so far; null if none.
    public Headers trailers() {
        return trailers;
    }

    /// Tells that `count` octets of the current chunk's data were taken.
    public void took(long count) {
        remaining -= count;
        if (remaining == 0) {
            state = State.DATA_CR;
        }
    }

    /// Octets of memory that they take, with the line under way.
    int trailerFootprint() {
        return (line == null ? 0 : line.array().length) + (trailers == null ? 0 : trailers.footprint());
    }

    /// Consumes framing octets from `[from, to)` and returns the offset of the first one that is not: chunk data, or what follows the
    /// message, or `to`.
    public int framing(byte[] in, int from, int to) throws BadMessage {
        int at = from;
        while (at < to && state != State.DATA && state != State.DONE) {
            step(in[at++]);
        }
        return at;
    }

    private void step(byte octet) throws BadMessage {
        switch (state) {
            case SIZE -> size(octet);
            case EXTENSION -> extension(octet);
            case SIZE_LF -> {
                require(octet == '\n', "chunk size not ended by CRLF");
                digits = 0;
                state = remaining > 0 ? State.DATA : State.TRAILER;
            }
            case DATA_CR -> {
                require(octet == '\r', "chunk longer than its size");
                state = State.DATA_LF;
            }
            case DATA_LF -> {
                require(octet == '\n', "chunk not ended by CRLF");
                remaining = 0;
                state = State.SIZE;
            }
            case TRAILER -> trailer(octet);
            case DATA, DONE -> throw new IllegalStateException(state.name());
        }
    }

    private void size(byte octet) throws BadMessage {
        int digit = Character.digit(octet, 16);
        if (digit >= 0) {
            // RFC 9112 §7.1: recipients must anticipate large numbers and prevent overflow
            require(++digits <= MAX_SIZE_DIGITS, "chunk size too long");
            remaining = remaining * 16 + digit;
            return;
        }
        require(digits > 0, "chunk size missing");
        if (octet == '\r') {
            state = State.SIZE_LF;
        } else {
            require(octet == ';' || Grammar.isBlank(octet), "malformed chunk size");
            extensionBytes -= EXTENSION_PER_CHUNK;
            state = State.EXTENSION;
            blankBeforeSemicolon = Grammar.isBlank(octet);
        }
    }

    private void extension(byte octet) throws BadMessage {
        if (octet == '\r') {
            require(!blankBeforeSemicolon, "malformed chunk extension");
            extensionBytes = Math.max(0, extensionBytes);
            state = State.SIZE_LF;
            return;
        }
        if (blankBeforeSemicolon && !Grammar.isBlank(octet)) {
            require(octet == ';', "malformed chunk extension");
            blankBeforeSemicolon = false;
        }
        require(octet == '\t' || octet < 0 || octet >= 0x20 && octet != 0x7f, "control character in a chunk extension");
        require(++extensionBytes <= MAX_EXTENSION_BYTES, "chunk extensions too long");
    }

    private void trailer(byte octet) throws BadMessage {
        if (line == null) {
            line = new Bytes(64);
        }
        if (++trailerBytes > maxTrailerBytes) {
            throw new BadMessage(bad == 502 ? 502 : 431, "trailers longer than " + maxTrailerBytes + " bytes");
        }
        if (octet != '\n') {
            line.append(octet);
            return;
        }
        int length = line.length() - 1;
        require(length >= 0 && line.array()[length] == '\r', "trailer not ended by CRLF");
        if (length == 0) {
            state = State.DONE;
            return;
        }
        if (trailers == null) {
            trailers = new Headers(128);
        }
        if (trailers.size() == maxTrailerFields) {
            throw new BadMessage(bad == 502 ? 502 : 431, "more than " + maxTrailerFields + " trailer fields");
        }
        FieldLine.parse(line.array(), 0, length, trailers, bad);
        line.clear();
    }

    private void require(boolean holds, String why) throws BadMessage {
        if (!holds) {
            throw new BadMessage(bad, why);
        }
    }
}
