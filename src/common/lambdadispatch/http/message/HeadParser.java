// SPDX-License-Identifier: MIT
package lambdadispatch.http.message;

import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import lambdadispatch.net.Input;

/// Reads request and response heads (RFC 9112 §2 to §5) from an [Input], in place, line by line.
///
/// Strict where leniency has let requests be smuggled: lines end in CRLF and nothing else, no obs-fold, no blank before the colon.
/// Not thread-safe; one per connection.
public final class HeadParser {
    private static final int MAX_EMPTY_LINES = 4;
    /// Fields that `Connection` may name, together with `close` and the like: each is looked for among all fields.
    private static final int MAX_CONNECTION_OPTIONS = 32;

    private final int maxBytes;
    private final int maxFields;
    private int lineStart; // both relative to Input.position(): the buffer may move while it fills
    private int lineEnd;

    /// @param maxBytes longest head, start line included
    /// @param maxFields most fields in the section
    public HeadParser(int maxBytes, int maxFields) {
        this.maxBytes = maxBytes;
        this.maxFields = maxFields;
    }

    /// Reads one request head and leaves the input at the first octet behind it.
    /// Returns false if the input ends before its first octet.
    /// @throws BadMessage 400, 414, 431, 501 or 505
    /// @throws EOFException the input ends inside the head
    public boolean parseRequest(Input in, RequestHead head) throws IOException {
        if (!startLine(in, 414)) {
            return false;
        }
        head.headers.clear();
        RequestLine.parse(in.array(), in.position() + lineStart, in.position() + lineEnd, head);
        fields(in, head.headers, 400);
        connectionOptions(head.headers, 400);
        long length = Framing.contentLength(head.headers);
        head.framing = Framing.ofRequest(head.headers, head.version, length);
        head.contentLength = head.framing.octets(length);
        head.keepAlive = keepAlive(head.headers, head.version);
        int expect = head.headers.find(HeaderName.EXPECT);
        head.expectContinue = expect >= 0 && head.version == 11 && head.headers.valueIs(expect, "100-continue");
        if (expect >= 0 && !head.headers.valueIs(expect, "100-continue")) {
            throw new BadMessage(417, "unknown expectation"); // RFC 9110 §10.1.1
        }
        authority(head);
        return true;
    }

    /// Reads one response head, interim ones too. Returns false if the input ends before its first octet.
    /// @throws BadMessage 502
    /// @throws EOFException the input ends inside the head
    public boolean parseResponse(Input in, ResponseHead head) throws IOException {
        if (!startLine(in, 502)) {
            return false;
        }
        head.headers.clear();
        statusLine(in.array(), in.position() + lineStart, in.position() + lineEnd, head);
        fields(in, head.headers, 502);
        connectionOptions(head.headers, 502);
        head.framing = null; // until somebody says what was asked
        // RFC 9112 §6.1 and RFC 9110 §8.6 forbid these in a 204. It has no body whatever they say, but who sends them may well send one
        // after it.
        head.keepAlive = keepAlive(head.headers, head.version) && !(head.status == 204 && Framing.announcesBody(head.headers));
        return true;
    }

    private boolean startLine(Input in, int tooLong) throws IOException {
        lineEnd = -2;
        for (int empty = 0; ; empty++) {
            if (!nextLine(in, tooLong)) {
                return false;
            }
            // RFC 9112 §2.2: ignore at least one empty line before the request line
            if (lineEnd > lineStart) {
                return true;
            }
            if (empty == MAX_EMPTY_LINES) {
                throw new BadMessage(badStatus(tooLong), "empty lines instead of a message");
            }
        }
    }

    /// Finds the next line: `lineStart` up to `lineEnd`, without its CRLF. False at a clean end before the head's first octet.
    private boolean nextLine(Input in, int tooLong) throws IOException {
        lineStart = lineEnd + 2;
        int at = lineStart;
        while (true) {
            byte[] array = in.array();
            int base = in.position();
            int available = Math.min(in.available(), maxBytes);
            while (at < available && array[base + at] != '\n') {
                at++;
            }
            if (at < available) {
                // RFC 9112 §2.2 lets a recipient take a bare LF; we do not, since not all hops agree on it
                if (at == lineStart || array[base + at - 1] != '\r') {
                    throw new BadMessage(badStatus(tooLong), "line not ended by CRLF");
                }
                lineEnd = at - 1;
                return true;
            }
            if (in.available() >= maxBytes) {
                throw new BadMessage(tooLong, "head longer than " + maxBytes + " bytes");
            }
            if (!in.fill()) {
                if (in.available() == 0) {
                    return false;
                }
                throw new EOFException("input ended inside a message head");
            }
        }
    }

    private static int badStatus(int tooLong) {
        return tooLong == 502 ? 502 : 400;
    }

    private void fields(Input in, Headers headers, int bad) throws IOException {
        while (true) {
            if (!nextLine(in, bad == 502 ? 502 : 431)) {
                throw new EOFException("input ended inside a message head");
            }
            if (lineEnd == lineStart) {
                in.skip(lineEnd + 2);
                return;
            }
            if (headers.size() == maxFields) {
                throw new BadMessage(bad == 502 ? 502 : 431, "more than " + maxFields + " fields");
            }
            FieldLine.parse(in.array(), in.position() + lineStart, in.position() + lineEnd, headers, bad);
        }
    }

    /// status-line = HTTP-version SP status-code SP [ reason-phrase ] (RFC 9112 §4); the SP before an absent reason may be missing.
    private static void statusLine(byte[] line, int from, int to, ResponseHead head) throws BadMessage {
        if (to - from < 12 || line[from + 8] != ' ' || to - from > 12 && line[from + 12] != ' ') {
            throw new BadMessage(502, "malformed status line");
        }
        head.version = RequestLine.version(line, from, 502);
        int status = 0;
        for (int i = from + 9; i < from + 12; i++) {
            int digit = line[i] - '0';
            if (digit < 0 || digit > 9) {
                throw new BadMessage(502, "status code is not three digits");
            }
            status = status * 10 + digit;
        }
        if (status < 100 || !Grammar.isFieldValue(line, from + 12, to)) {
            throw new BadMessage(502, "malformed status line");
        }
        head.status = status;
    }

    private static void connectionOptions(Headers headers, int bad) throws BadMessage {
        int options = 0;
        for (int i = headers.find(HeaderName.CONNECTION); i >= 0; i = headers.find(HeaderName.CONNECTION, i + 1)) {
            options++;
            for (int at = headers.valueStart(i), end = at + headers.valueLength(i); at < end; at++) {
                options += headers.array()[at] == ',' ? 1 : 0;
            }
        }
        if (options > MAX_CONNECTION_OPTIONS) {
            throw new BadMessage(bad, "more than " + MAX_CONNECTION_OPTIONS + " connection options");
        }
    }

    private static boolean keepAlive(Headers headers, int version) {
        int field = headers.find(HeaderName.CONNECTION);
        if (field < 0) {
            return version == 11;
        }
        if (headers.valueIs(field, "keep-alive") && headers.find(HeaderName.CONNECTION, field + 1) < 0) {
            return true;
        }
        if (headers.hasToken(HeaderName.CONNECTION, "close")) {
            return false;
        }
        return version == 11 || headers.hasToken(HeaderName.CONNECTION, "keep-alive");
    }

    private static void authority(RequestHead head) throws BadMessage {
        Headers headers = head.headers;
        int host = headers.find(HeaderName.HOST);
        // RFC 9112 §3.2: 400 for an HTTP/1.1 request without Host, and for any with more than one or an invalid one
        if (host < 0 && head.version == 11) {
            throw new BadMessage(400, "no Host field");
        }
        if (host >= 0 && headers.find(HeaderName.HOST, host + 1) >= 0) {
            throw new BadMessage(400, "several Host fields");
        }
        if (host >= 0) {
            int start = headers.valueStart(host);
            if (!Grammar.isAuthority(headers.array(), start, start + headers.valueLength(host))) {
                throw new BadMessage(400, "invalid Host field");
            }
        }
        if (head.authority.isEmpty() && host >= 0) {
            head.authority = new String(headers.array(), headers.valueStart(host), headers.valueLength(host), StandardCharsets.ISO_8859_1);
        }
    }

    static String latin1(byte[] bytes, int from, int to) {
        return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
    }
}
