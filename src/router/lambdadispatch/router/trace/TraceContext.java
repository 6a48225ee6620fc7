// SPDX-License-Identifier: MIT
package lambdadispatch.router.trace;

import java.util.HexFormat;
import lambdadispatch.http.message.HeaderName;
import lambdadispatch.http.message.Headers;

/// What a request says of the trace that it belongs to (W3C Trace Context, Recommendation 2021; AWS X-Ray tracing header).
///
/// ```
///   traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
///                version  trace id                   parent id        flags, 1 = sampled
///   x-amzn-trace-id: Root=1-4bf92f35-77b34da6a3ce929d0e0e4736;Parent=00f067aa0ba902b7;Sampled=1
/// ```
/// Both write the same 128 bits: X-Ray's root is the trace id with two dashes in it.
///
/// @param traceId 32 hex digits
/// @param parentId 16 hex digits, "" where nobody began a span before us
/// @param sampled what whoever began the trace decided; null where nobody did
record TraceContext(String traceId, String parentId, Boolean sampled) {
    static final HeaderName TRACEPARENT = HeaderName.of("traceparent");
    static final HeaderName TRACESTATE = HeaderName.of("tracestate");
    static final HeaderName AMAZON = HeaderName.of("x-amzn-trace-id");

    private static final int LENGTH = 55;
    private static final String NO_TRACE = "0".repeat(32);
    private static final String NO_SPAN = "0".repeat(16);

    /// Null if the request carries none, or one that is malformed (§4.3: then a trace begins anew).
    static TraceContext of(Headers headers) {
        String value = headers.find(TRACEPARENT) >= 0 && headers.find(TRACEPARENT, headers.find(TRACEPARENT) + 1) < 0
                ? headers.get(TRACEPARENT) : null;
        TraceContext context = value == null ? null : parseTraceparent(value.strip());
        if (context != null) {
            return context;
        }
        String amazon = headers.get(AMAZON);
        return amazon == null ? null : parseAmazon(amazon);
    }

    /// §3.2.2.3: a later version may have more behind another dash.
    static TraceContext parseTraceparent(String value) {
        boolean form =
                value.length() >= LENGTH && isHex(value, 0, 2) && value.charAt(2) == '-' && isHex(value, 3, 35) && value.charAt(35) == '-'
                && isHex(value, 36, 52) && value.charAt(52) == '-' && isHex(value, 53, 55);
        if (!form) {
            return null;
        }
        String version = value.substring(0, 2);
        boolean ends = value.length() == LENGTH || !version.equals("00") && value.charAt(LENGTH) == '-';
        if (version.equals("ff") || !ends || value.startsWith(NO_TRACE, 3) || value.startsWith(NO_SPAN, 36)) {
            return null;
        }
        return new TraceContext(value.substring(3, 35), value.substring(36, 52), (Character.digit(value.charAt(54), 16) & 1) == 1);
    }

    static TraceContext parseAmazon(String value) {
        String root = "";
        String parent = "";
        Boolean sampled = null;
        for (String part : value.split(";")) {
            String item = part.strip();
            if (item.startsWith("Root=1-") && item.length() == 40 && item.charAt(15) == '-') {
                root = item.substring(7, 15) + item.substring(16);
            } else if (item.startsWith("Parent=") && item.length() == 23 && isHex(item, 7, 23)) {
                parent = item.substring(7);
            } else if (item.equals("Sampled=1") || item.equals("Sampled=0")) {
                sampled = item.endsWith("1");
            }
        }
        return root.length() == 32 && isHex(root, 0, 32) && !root.equals(NO_TRACE) ? new TraceContext(root, parent, sampled) : null;
    }

    private static boolean isHex(String text, int from, int to) {
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if (!(c >= '0' && c <= '9' || c >= 'a' && c <= 'f')) { // §3.2: lower case
                return false;
            }
        }
        return true;
    }

    static String hex(long bits) {
        return HexFormat.of().toHexDigits(bits);
    }
}
