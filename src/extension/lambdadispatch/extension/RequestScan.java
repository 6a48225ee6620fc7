// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import java.io.EOFException;
import java.io.IOException;
import lambdadispatch.http.message.BadMessage;
import lambdadispatch.http.message.Framing;
import lambdadispatch.net.Input;

/// Finds what the relay must know of a request on the downlink, without parsing it: where its head ends, how its body is framed, and
/// what the client accepts. The router wrote it cleanly, so its octets go to the app as they are.
final class RequestScan {
    private int headLength;
    private Framing framing;
    private long contentLength;
    private boolean head;
    private boolean idempotent;
    private boolean mayBeTransformed;
    private final AcceptEncoding acceptEncoding = new AcceptEncoding();

    /// Makes the whole head available in the input, unread. False if the input ends before its first octet.
    boolean next(Input in) throws IOException {
        headLength = 0;
        framing = Framing.NONE;
        contentLength = 0;
        mayBeTransformed = true;
        acceptEncoding.clear();
        int line = 0;
        while (true) {
            int end = lineEnd(in, line);
            if (end < 0) {
                return false;
            }
            if (end == line) {
                if (line == 0) {
                    // or what was found of the request before would stand for it
                    throw new BadMessage(400, "empty line instead of a request");
                }
                headLength = line + 2;
                return true;
            }
            if (line == 0) {
                method(in.array(), in.position());
            } else {
                field(in.array(), in.position() + line, in.position() + end);
            }
            line = end + 2;
        }
    }

    /// The offset of the CRLF that ends the line, relative to the input's position; -1 at a clean end of the input.
    private static int lineEnd(Input in, int line) throws IOException {
        int at = line;
        while (true) {
            byte[] array = in.array();
            int base = in.position();
            int available = in.available();
            while (at < available && array[base + at] != '\n') {
                at++;
            }
            if (at < available) {
                if (at == line || array[base + at - 1] != '\r') {
                    throw new BadMessage(400, "line not ended by CRLF");
                }
                return at - 1;
            }
            if (available >= in.maxCapacity()) {
                throw new BadMessage(431, "head longer than " + in.maxCapacity() + " bytes");
            }
            if (!in.fill()) {
                if (in.available() == 0) {
                    return -1;
                }
                throw new EOFException("downlink ended inside a head");
            }
        }
    }

    private void method(byte[] line, int at) {
        head = startsWith(line, at, "HEAD ");
        idempotent = head || startsWith(line, at, "GET ") || startsWith(line, at, "OPTIONS ") || startsWith(line, at, "TRACE ");
    }

    private static boolean startsWith(byte[] line, int at, String text) {
        for (int i = 0; i < text.length(); i++) {
            if (line[at + i] != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private void field(byte[] line, int from, int to) throws BadMessage {
        switch (line[from] | 0x20) {
            case 'c' -> {
                if (named(line, from, to, "content-length:")) {
                    contentLength = number(line, from + 15, to);
                    framing = Framing.ofLength(contentLength);
                } else if (named(line, from, to, "cache-control:")) {
                    // RFC 9110 §7.7 and RFC 9111 §5.2.1.6: it wants the octets as the app has them
                    mayBeTransformed &= !AcceptEncoding.listed("no-transform", line, from + 14, to);
                }
            }
            case 't' -> {
                if (named(line, from, to, "transfer-encoding:")) {
                    framing = Framing.CHUNKED;
                    contentLength = -1;
                }
            }
            case 'a' -> {
                if (named(line, from, to, "accept-encoding:")) {
                    acceptEncoding.field(line, from + 16, to);
                }
            }
            default -> { }
        }
    }

    private static boolean named(byte[] line, int from, int to, String lowerCase) {
        if (to - from < lowerCase.length()) {
            return false;
        }
        for (int i = 0; i < lowerCase.length(); i++) {
            byte c = line[from + i];
            if ((c >= 'A' && c <= 'Z' ? c + 32 : c) != lowerCase.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private static long number(byte[] line, int from, int to) throws BadMessage {
        long value = 0;
        int digits = 0;
        for (int i = from; i < to; i++) {
            if (line[i] == ' ' && digits == 0) {
                continue;
            }
            if (line[i] < '0' || line[i] > '9' || ++digits > 18) {
                throw new BadMessage(400, "Content-Length is not a number");
            }
            value = value * 10 + line[i] - '0';
        }
        return value;
    }

    /// Octets from the input's position to the first one of the body.
    int headLength() {
        return headLength;
    }

    Framing framing() {
        return framing;
    }

    /// Octets of the body; -1 where only its end tells.
    long contentLength() {
        return contentLength;
    }

    /// Whether the method is HEAD, whose response has no body.
    boolean head() {
        return head;
    }

    /// Whether the method may be sent twice.
    boolean idempotent() {
        return idempotent;
    }

    /// Whether the client takes its response compressed.
    boolean acceptsGzip() {
        return mayBeTransformed && acceptEncoding.gzip();
    }
}
