// SPDX-License-Identifier: MIT
package lambdadispatch.router.incoming;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import lambdadispatch.base.Bytes;
import lambdadispatch.http.message.HeaderName;
import lambdadispatch.http.message.HeaderSet;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.message.HopByHop;
import lambdadispatch.http.message.MessageWriter;
import lambdadispatch.http.message.Request;
import lambdadispatch.router.trace.RequestTrace;

/// Writes a client's request as the HTTP/1.1 message that goes down a channel: hop-by-hop fields removed (RFC 9110 §7.6.1), forwarding
/// fields added, framing exact. All other fields keep their order, case, duplicates and octets.
final class RequestWriter {
    private static final int LONGEST_ID = 128;
    /// More proxies than there are in any row. A client may write what it likes before the first of them.
    private static final int MOST_FORWARDED_FOR = 1024;
    private static final char[] HEX = "0123456789abcdef".toCharArray();

    private final boolean via;
    private final boolean forwardedHost;

    RequestWriter(Set<ProxyHandler.Option> options) {
        this.via = options.contains(ProxyHandler.Option.VIA);
        this.forwardedHost = options.contains(ProxyHandler.Option.FORWARDED_HOST);
    }

    /// Appends the head. Returns the request's id, for the log.
    /// @param trace null where no traces are made: then fields of traces pass as they came
    String head(Request request, Peer peer, RequestTrace trace, Bytes out) {
        Headers headers = request.headers();
        MessageWriter.requestLine(out, request.method(), request.target());
        MessageWriter.field(out, HeaderName.HOST, request.authority());
        HeaderSet named = HopByHop.namedIn(headers);
        HeaderSet replaced = trace == null ? null : peer.trusted() ? RequestTrace.FIELDS : RequestTrace.FIELDS_OF_STRANGERS;
        for (int i = 0; i < headers.size(); i++) {
            if (FieldRules.goesOn(headers, i, peer.trusted(), named) && (replaced == null || !replaced.containsTwin(headers, i))) {
                headers.writeLine(i, out);
            }
        }
        framing(request, out);
        String requestId = forwarding(request, peer, out);
        if (trace != null) {
            trace.write(out);
        }
        via(request, out);
        MessageWriter.end(out);
        return requestId;
    }

    private static void framing(Request request, Bytes out) {
        long length = request.contentLength();
        if (length < 0) {
            MessageWriter.chunked(out);
        } else if (length > 0 || request.headers().contains(HeaderName.CONTENT_LENGTH) || definesBody(request.method())) {
            MessageWriter.length(out, length);
        }
    }

    /// RFC 9110 §8.6: methods that define a meaning for a body are sent with a length even if there is none; some servers answer 411
    /// without it. In HTTP/2 the end of the stream says as much.
    private static boolean definesBody(String method) {
        return method.equals("POST") || method.equals("PUT") || method.equals("PATCH");
    }

    /// A trusted peer's words are kept; anybody else's are replaced by what this router sees.
    private String forwarding(Request request, Peer peer, Bytes out) {
        Headers headers = request.headers();
        boolean trusted = peer.trusted();
        out.append("x-forwarded-for: ");
        if (trusted) {
            forwardedFor(headers, out);
        }
        out.append(peer.address());
        MessageWriter.end(out);
        // A stranger may write any scheme into a target or `:scheme`.
        kept(headers, HeaderName.X_FORWARDED_PROTO, trusted, trusted ? request.scheme() : peer.scheme(), out);
        kept(headers, HeaderName.X_FORWARDED_HOST, trusted && forwardedHost, request.authority(), out);
        kept(headers, HeaderName.X_FORWARDED_PORT, trusted, null, out);
        if (!trusted || !headers.contains(HeaderName.X_FORWARDED_PORT)) {
            MessageWriter.field(out, "x-forwarded-port", peer.localPort());
        }
        int id = trusted ? headers.find(HeaderName.X_REQUEST_ID) : -1;
        String requestId = id >= 0 && isId(headers, id) ? headers.value(id) : newId();
        MessageWriter.field(out, HeaderName.X_REQUEST_ID, requestId);
        return requestId;
    }

    /// What came of the list so far; of a very long one its end, which is what proxies wrote.
    private static void forwardedFor(Headers headers, Bytes out) {
        int start = out.length();
        for (int i = headers.find(HeaderName.X_FORWARDED_FOR); i >= 0; i = headers.find(HeaderName.X_FORWARDED_FOR, i + 1)) {
            out.append(headers.array(), headers.valueStart(i), headers.valueLength(i)).append(", ");
        }
        int from = out.length() - MOST_FORWARDED_FOR;
        if (from > start) {
            while (from < out.length() && out.array()[from - 1] != ',') {
                from++;
            }
            byte[] kept = Arrays.copyOfRange(out.array(), from, out.length());
            out.length(start);
            int blanks = 0;
            while (blanks < kept.length && kept[blanks] == ' ') {
                blanks++;
            }
            out.append(kept, blanks, kept.length - blanks);
        }
    }

    /// Visible ASCII of a length that logs and apps can be expected to hold. An empty one finds nothing.
    private static boolean isId(Headers headers, int field) {
        int length = headers.valueLength(field);
        for (int i = headers.valueStart(field), end = i + length; i < end; i++) {
            if (headers.array()[i] <= ' ' || headers.array()[i] == 0x7f) {
                return false;
            }
        }
        return length > 0 && length <= LONGEST_ID;
    }

    private static void kept(Headers headers, HeaderName name, boolean trusted, String own, Bytes out) {
        int field = trusted ? headers.find(name) : -1;
        if (field >= 0) {
            headers.writeLine(field, out);
        } else if (own != null && !own.isEmpty()) {
            MessageWriter.field(out, name, own);
        }
    }

    private void via(Request request, Bytes out) {
        List<String> values = request.headers().all(HeaderName.VIA);
        if (via) {
            values.add((request.version() == 20 ? "2" : request.version() == 10 ? "1.0" : "1.1") + " lambda-dispatch");
        }
        if (!values.isEmpty()) {
            MessageWriter.field(out, HeaderName.VIA, String.join(", ", values));
        }
    }

    /// 64 random bits: unique enough to find a request in the logs, and no secret.
    private static String newId() {
        long bits = ThreadLocalRandom.current().nextLong();
        char[] text = new char[16];
        for (int i = 0; i < 16; i++) {
            text[i] = HEX[(int) (bits >>> i * 4) & 15];
        }
        return new String(text);
    }
}
