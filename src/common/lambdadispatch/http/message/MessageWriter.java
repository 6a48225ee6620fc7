// SPDX-License-Identifier: MIT
package lambdadispatch.http.message;

import lambdadispatch.base.Bytes;

/// Writes the parts of an HTTP/1.1 message (RFC 9112): what [HeadParser] and [BodyReader] read. Whoever sends such messages sends them by
/// this.
public final class MessageWriter {
    /// Octets before a piece of body that [#frameChunk] may need.
    public static final int CHUNK_HEAD = 8;
    /// Octets behind it.
    public static final int CHUNK_TAIL = 2;

    private static final byte[] VERSION = {'H', 'T', 'T', 'P', '/', '1', '.', '1', ' '};
    private static final byte[] OK = {'2', '0', '0', ' ', 'O', 'K', '\r', '\n'};
    private static final byte[] DATE = {'d', 'a', 't', 'e', ':', ' '};

    private MessageWriter() {}

    /// RFC 9112 §3.
    public static void requestLine(Bytes out, String method, String target) {
        out.append(method).append(' ').append(target).append(' ').append(VERSION, 0, VERSION.length - 1);
        end(out);
    }

    /// RFC 9112 §4.
    public static void statusLine(Bytes out, int status) {
        out.append(VERSION);
        if (status == 200) {
            out.append(OK);
        } else {
            out.appendDecimal(status).append(' ').append(Status.reason(status));
            end(out);
        }
    }

    /// @param value ISO 8859-1 without a line end
    public static void field(Bytes out, String name, String value) {
        out.append(name).append(':').append(' ').append(value);
        end(out);
    }

    public static void field(Bytes out, HeaderName name, String value) {
        out.append(name.bytes()).append(':').append(' ').append(value);
        end(out);
    }

    public static void field(Bytes out, String name, long value) {
        out.append(name).append(':').append(' ').appendDecimal(value);
        end(out);
    }

    public static void fields(Bytes out, Headers headers) {
        for (int i = 0; i < headers.size(); i++) {
            headers.writeLine(i, out);
        }
    }

    /// The `Date` field of this second (RFC 9110 §6.6.1).
    public static void date(Bytes out) {
        out.append(DATE).append(HttpDate.now());
        end(out);
    }

    public static void length(Bytes out, long length) {
        field(out, "content-length", length);
    }

    /// Says that the body comes in chunks.
    public static void chunked(Bytes out) {
        field(out, "transfer-encoding", "chunked");
    }

    /// A line's end; after the last field, the head's.
    public static void end(Bytes out) {
        out.append('\r').append('\n');
    }

    /// What stands before so many octets of body (RFC 9112 §7.1); [#end] stands behind them. Never for none: that would be the body's end.
    public static void chunkHead(Bytes out, int length) {
        out.append(Integer.toHexString(length));
        end(out);
    }

    /// Makes a chunk of `count` octets that begin at [#CHUNK_HEAD], in their own array.
    /// @return where the chunk begins; it ends [#CHUNK_TAIL] octets behind them
    public static int frameChunk(byte[] buffer, int count) {
        int at = CHUNK_HEAD;
        buffer[--at] = '\n';
        buffer[--at] = '\r';
        for (int rest = count; rest > 0; rest >>>= 4) {
            buffer[--at] = (byte) Character.forDigit(rest & 15, 16);
        }
        buffer[CHUNK_HEAD + count] = '\r';
        buffer[CHUNK_HEAD + count + 1] = '\n';
        return at;
    }

    /// @param trailers null for none
    public static void lastChunk(Bytes out, Headers trailers) {
        out.append('0');
        end(out);
        if (trailers != null) {
            fields(out, trailers);
        }
        end(out);
    }
}
