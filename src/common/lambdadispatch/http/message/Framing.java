// SPDX-License-Identifier: MIT
package lambdadispatch.http.message;

/// How the end of a message's body is found (RFC 9112 §6). The number that goes with [#LENGTH] is beside it: the heads say both.
public enum Framing {
    /// There is no body.
    NONE,
    /// After so many octets.
    LENGTH,
    /// The last chunk says so.
    CHUNKED,
    /// The end of the connection says so; only a response's.
    UNTIL_CLOSE;

    /// The framing of a body of so many octets, which may be none.
    public static Framing ofLength(long length) {
        return length == 0 ? NONE : LENGTH;
    }

    /// The length of a body that is framed so, as heads say it: 0 where there is none, -1 where only its end tells.
    long octets(long contentLength) {
        return switch (this) {
            case NONE -> 0;
            case LENGTH -> contentLength;
            case CHUNKED, UNTIL_CLOSE -> -1;
        };
    }

    /// @param length what [#contentLength] says
    /// @throws BadMessage 400: both length and coding, a coding other than one `chunked`, or a coding in HTTP/1.0
    static Framing ofRequest(Headers headers, int version, long length) throws BadMessage {
        boolean chunked = chunked(headers, version);
        if (chunked && length >= 0) {
            // RFC 9112 §6.1: a request with both ought to be handled as an error; it is how requests are smuggled (§11.2)
            throw new BadMessage(400, "Content-Length together with Transfer-Encoding");
        }
        return chunked ? CHUNKED : length > 0 ? LENGTH : NONE;
    }

    /// @param toHead whether the request was a HEAD
    /// @throws BadMessage as above
    static Framing ofResponse(ResponseHead head, boolean toHead, long length) throws BadMessage {
        boolean chunked = chunked(head.headers, head.version);
        if (chunked && length >= 0) {
            throw new BadMessage(400, "Content-Length together with Transfer-Encoding");
        }
        // RFC 9112 §6.3: these never have a body, whatever their fields say
        if (toHead || head.status < 200 || head.status == 204 || head.status == 304) {
            return NONE;
        }
        return chunked ? CHUNKED : length < 0 ? UNTIL_CLOSE : ofLength(length);
    }

    /// Whether a head speaks of a body, for answers that have none whatever their fields say (to HEAD, 204, 304): the body may follow all
    /// the same.
    public static boolean announcesBody(Headers headers) {
        int length = headers.find(HeaderName.CONTENT_LENGTH);
        return headers.contains(HeaderName.TRANSFER_ENCODING) || length >= 0 && !headers.valueIs(length, "0");
    }

    private static boolean chunked(Headers headers, int version) throws BadMessage {
        int field = headers.find(HeaderName.TRANSFER_ENCODING);
        if (field < 0) {
            return false;
        }
        // RFC 9112 §6.1: HTTP/1.0 knows no transfer codings; one that shows up there is faulty framing
        if (version == 10) {
            throw new BadMessage(400, "Transfer-Encoding in HTTP/1.0");
        }
        if (!headers.valueIs(field, "chunked") || headers.find(HeaderName.TRANSFER_ENCODING, field + 1) >= 0) {
            throw new BadMessage(400, "transfer coding other than a single chunked");
        }
        return true;
    }

    /// The value of `Content-Length`, or -1 where there is none. Repeated equal values count as one (RFC 9110 §8.6).
    /// @throws BadMessage 400: it is no number, or there are several that differ
    public static long contentLength(Headers headers) throws BadMessage {
        long length = -1;
        for (int i = headers.find(HeaderName.CONTENT_LENGTH); i >= 0; i = headers.find(HeaderName.CONTENT_LENGTH, i + 1)) {
            long value = digits(headers.array(), headers.valueStart(i), headers.valueLength(i));
            if (value < 0) {
                throw new BadMessage(400, "Content-Length is not a number");
            }
            if (length >= 0 && length != value) {
                throw new BadMessage(400, "several differing Content-Length");
            }
            length = value;
        }
        return length;
    }

    private static long digits(byte[] bytes, int from, int count) {
        if (count == 0 || count > 18) {
            return -1;
        }
        long value = 0;
        for (int i = from; i < from + count; i++) {
            int digit = bytes[i] - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            value = value * 10 + digit;
        }
        return value;
    }
}
