// SPDX-License-Identifier: MIT
package lambdadispatch.http.message;

/// How the end of a message's body is found (RFC 9112 §6), as one number: a length, [#CHUNKED] or [#UNTIL_CLOSE].
public final class Framing {
    public static final long CHUNKED = -1;
    public static final long UNTIL_CLOSE = -2;

    private Framing() {}

    /// @throws BadMessage 400: both length and coding, differing lengths, a coding other than one `chunked`, or a coding in HTTP/1.0
    public static long ofRequest(Headers headers, int version) throws BadMessage {
        boolean chunked = chunked(headers, version);
        long length = contentLength(headers);
        if (chunked && length >= 0) {
            // RFC 9112 §6.1: a request with both ought to be handled as an error; it is how requests are smuggled (§11.2)
            throw new BadMessage(400, "Content-Length together with Transfer-Encoding");
        }
        return chunked ? CHUNKED : Math.max(0, length);
    }

    /// @param head whether the request was a HEAD
    /// @throws BadMessage 502, as above
    public static long ofResponse(Headers headers, int version, int status, boolean head) throws BadMessage {
        boolean chunked;
        long length;
        try {
            chunked = chunked(headers, version);
            length = contentLength(headers);
        } catch (BadMessage e) {
            throw new BadMessage(502, e.getMessage());
        }
        if (chunked && length >= 0) {
            throw new BadMessage(502, "Content-Length together with Transfer-Encoding");
        }
        // RFC 9112 §6.3: these never have a body, whatever their fields say
        if (head || status < 200 || status == 204 || status == 304) {
            return 0;
        }
        return chunked ? CHUNKED : length >= 0 ? length : UNTIL_CLOSE;
    }

    /// Whether a head speaks of a body, for answers that have none whatever their fields say (to HEAD, 204, 304): the body may follow all the same.
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
