// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import java.util.Locale;
import java.util.stream.Stream;
import lambdadispatch.http.message.HeaderName;
import lambdadispatch.http.message.Headers;

/// Decides which responses are worth compressing, and what compressing does to their head (RFC 9110 §8.4, §12.5.3).
final class Compression {
    /// Below this gzip's own framing and the CPU outweigh what is saved.
    private static final long MIN_LENGTH = 860;
    private static final HeaderName ETAG = HeaderName.of("etag");
    private static final HeaderName CONTENT_RANGE = HeaderName.of("content-range");
    private static final HeaderName ACCEPT_RANGES = HeaderName.of("accept-ranges");
    /// Digests of the octets as the app coded them (RFC 9530, RFC 3230, RFC 1864), and signatures that may cover such fields (RFC 9421).
    private static final HeaderName[] DIGESTS =
            Stream.of("content-digest", "repr-digest", "digest", "content-md5", "signature", "signature-input")
            .map(HeaderName::of).toArray(HeaderName[]::new);
    private static final String[] COMPRESSIBLE = {"application/json", "application/javascript", "application/x-javascript",
        "application/xml", "application/wasm", "application/manifest+json", "image/svg+xml"};

    private Compression() {}

    /// @param length of the body, or negative where only its end tells
    static boolean worthwhile(int status, Headers headers, long length) {
        if (length >= 0 && length < MIN_LENGTH || status == 206 || headers.contains(HeaderName.CONTENT_ENCODING)
                || headers.contains(CONTENT_RANGE) || headers.hasToken(HeaderName.CACHE_CONTROL, "no-transform")) {
            return false;
        }
        String type = headers.get(HeaderName.CONTENT_TYPE);
        return type != null && compressible(type.toLowerCase(Locale.ROOT)) && !boundToOctets(headers);
    }

    /// Whether the head, or a trailer field that it announces, would no longer be true of other octets.
    private static boolean boundToOctets(Headers headers) {
        boolean trailers = headers.contains(HeaderName.TRAILER);
        for (HeaderName digest : DIGESTS) {
            if (headers.contains(digest) || trailers && headers.hasToken(HeaderName.TRAILER, digest.toString())) {
                return true;
            }
        }
        return false;
    }

    /// Leaves out of a compressed response's trailers what is not true of it, though the head did not announce it.
    static void rewriteTrailers(Headers trailers) {
        for (HeaderName digest : DIGESTS) {
            trailers.remove(digest);
        }
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
        // A range would be one of the octets that are not sent: RFC 9110 §14.3
        headers.remove(ACCEPT_RANGES);
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
