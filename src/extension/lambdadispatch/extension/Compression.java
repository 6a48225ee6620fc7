// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import java.util.Locale;
import lambdadispatch.http.HeaderName;
import lambdadispatch.http.Headers;

/// Decides which responses are worth compressing, and what compressing does to their head (RFC 9110 §8.4, §12.5.3).
final class Compression {
    /// Below this gzip's own framing and the CPU outweigh what is saved.
    private static final long MIN_LENGTH = 860;
    private static final HeaderName ETAG = HeaderName.of("etag");
    private static final HeaderName CONTENT_RANGE = HeaderName.of("content-range");
    private static final HeaderName CONTENT_DIGEST = HeaderName.of("content-digest");
    private static final HeaderName REPR_DIGEST = HeaderName.of("repr-digest");
    private static final String[] COMPRESSIBLE = {"application/json", "application/javascript", "application/x-javascript",
        "application/xml", "application/wasm", "application/manifest+json", "image/svg+xml"};

    private Compression() {}

    /// Whether an `Accept-Encoding` value takes gzip with a quality above 0. `*` stands for codings that are not named (RFC 9110 §12.5.3).
    static boolean acceptsGzip(String value) {
        boolean any = false;
        for (String item : value.toLowerCase(Locale.ROOT).split(",")) {
            String[] parts = item.split(";");
            String coding = parts[0].strip();
            if (coding.equals("gzip") || coding.equals("x-gzip")) {
                return !refused(parts);
            }
            any |= coding.equals("*") && !refused(parts);
        }
        return any;
    }

    private static boolean refused(String[] parts) {
        for (int i = 1; i < parts.length; i++) {
            String parameter = parts[i].strip();
            if (parameter.startsWith("q=") && parameter.substring(2).matches("0(\\.0{0,3})?")) {
                return true;
            }
        }
        return false;
    }

    /// @param length of the body, or negative where only its end tells
    static boolean worthwhile(int status, Headers headers, long length) {
        if (length >= 0 && length < MIN_LENGTH || status == 206 || headers.contains(HeaderName.CONTENT_ENCODING)
                || headers.contains(CONTENT_RANGE) || headers.hasToken(HeaderName.CACHE_CONTROL, "no-transform")) {
            return false;
        }
        String type = headers.get(HeaderName.CONTENT_TYPE);
        // RFC 9530 §2, §3: these digests are of the octets as the app coded them
        return type != null && compressible(type.toLowerCase(Locale.ROOT)) && !headers.contains(CONTENT_DIGEST) && !headers.contains(REPR_DIGEST);
    }

    private static boolean compressible(String type) {
        if (type.startsWith("text/")) {
            return !type.startsWith("text/event-stream"); // small pieces, each of which must be readable at once
        }
        for (String known : COMPRESSIBLE) {
            if (type.startsWith(known)) {
                return true;
            }
        }
        int end = type.indexOf(';');
        String bare = (end < 0 ? type : type.substring(0, end)).strip();
        return bare.endsWith("+json") || bare.endsWith("+xml");
    }

    /// The head of the same response, compressed.
    static void rewrite(Headers headers) {
        headers.remove(HeaderName.CONTENT_LENGTH);
        headers.set(HeaderName.CONTENT_ENCODING, "gzip");
        // RFC 9110 §12.5.5: a cache must not give it to clients that did not ask for gzip
        if (!headers.hasToken(HeaderName.VARY, "accept-encoding") && !headers.hasToken(HeaderName.VARY, "*")) {
            headers.add("vary", "accept-encoding");
        }
        // RFC 9110 §8.8.3.3: other octets, so the tag can only say "equivalent"
        String tag = headers.get(ETAG);
        if (tag != null && tag.startsWith("\"")) {
            headers.set(ETAG, "W/" + tag);
        }
    }
}
