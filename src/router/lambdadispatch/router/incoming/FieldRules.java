// SPDX-License-Identifier: MIT
package lambdadispatch.router.incoming;

import lambdadispatch.http.message.HeaderName;
import lambdadispatch.http.message.HeaderSet;
import lambdadispatch.http.message.Headers;

/// Which fields go on. Names are compared as CGI folds them (RFC 3875 §4.1.18), for that is how many apps look at them: `X_Forwarded_For`
/// is `X-Forwarded-For` there, and so is whatever else differs in what is no letter and no digit.
///
/// Four kinds of fields are not the client's to write:
/// - what is written anew for each hop: framing, routing, what belongs to a connection (RFC 9110 §7.6.1) and what this router sets;
/// - `x-lambda-*`, which router and extension say to each other, and `Proxy`, which CGI takes for `HTTP_PROXY`;
/// - claims, by which proxies tell an app about its client: from a trusted peer they go on under their own names, from others not at all;
/// - in trailers also what nobody expects after a body (RFC 9110 §6.5.1): some apps merge them into the head.
final class FieldRules {
    private static final HeaderSet WRITTEN_ANEW = HeaderSet.of(HeaderName.CONNECTION, HeaderName.KEEP_ALIVE, HeaderName.PROXY_CONNECTION,
            HeaderName.TE, HeaderName.TRANSFER_ENCODING, HeaderName.UPGRADE, HeaderName.HTTP2_SETTINGS, HeaderName.CONTENT_LENGTH,
            HeaderName.HOST, HeaderName.EXPECT, HeaderName.of("proxy-authorization"), HeaderName.VIA, HeaderName.of("proxy"),
            HeaderName.X_FORWARDED_FOR, HeaderName.X_FORWARDED_PROTO, HeaderName.X_FORWARDED_HOST, HeaderName.X_FORWARDED_PORT,
            HeaderName.X_REQUEST_ID, HeaderName.of("forwarded"));

    /// What front ends of all kinds tell about a client, beside the families below.
    private static final HeaderSet CLAIMS =
            named("x-real-ip", "x-client-ip", "client-ip", "true-client-ip", "x-cluster-client-ip", "cf-connecting-ip",
                    "fastly-client-ip", "x-original-forwarded-for", "x-original-host", "x-original-url", "x-rewrite-url", "x-url-scheme",
                    "front-end-https");
    private static final HeaderName FORWARDED_FAMILY = HeaderName.of("forwarded-");
    private static final HeaderName X_FORWARDED_FAMILY = HeaderName.of("x-forwarded");
    private static final HeaderName AMAZON_FAMILY = HeaderName.of("x-amzn-");
    private static final HeaderName OUR_FAMILY = HeaderName.of("x-lambda-");
    /// A client may begin a trace: it says nothing about who the client is.
    private static final HeaderName AMAZON_TRACE = HeaderName.of("x-amzn-trace-id");

    private static final HeaderSet NOT_IN_TRAILERS =
            named("age", "authorization", "cache-control", "content-encoding", "content-range", "content-type",
                    "content-disposition", "content-location", "cookie", "date", "expires", "location", "max-forwards", "pragma",
                    "proxy-authenticate", "range", "if-match",
                    "if-modified-since", "if-none-match", "if-range", "if-unmodified-since", "retry-after", "set-cookie",
                    "strict-transport-security", "trailer",
            "traceparent", "tracestate", "vary", "warning", "www-authenticate", "x-amzn-trace-id", "x-http-method-override");

    private FieldRules() {}

    private static HeaderSet named(String... names) {
        HeaderName[] all = new HeaderName[names.length];
        for (int i = 0; i < names.length; i++) {
            all[i] = HeaderName.of(names[i]);
        }
        return HeaderSet.of(all);
    }

    /// Whether a field of a request's head goes on as it is.
    /// @param named what the peer's `Connection` names, or null: such fields stay here, but not claims, or a client could take away what a
    /// proxy in
    ///        front has added
    static boolean goesOn(Headers headers, int field, boolean trusted, HeaderSet named) {
        if (WRITTEN_ANEW.containsTwin(headers, field) || headers.nameBegins(field, OUR_FAMILY)) {
            return false;
        }
        if (isClaim(headers, field)) {
            return trusted && headers.isPlainlyNamed(field);
        }
        return named == null || !named.contains(headers, field);
    }

    private static boolean isClaim(Headers headers, int field) {
        if (headers.nameBegins(field, AMAZON_FAMILY)) {
            return !headers.is(field, AMAZON_TRACE);
        }
        return headers.nameBegins(field, X_FORWARDED_FAMILY) || headers.nameBegins(field, FORWARDED_FAMILY)
                || CLAIMS.containsTwin(headers, field);
    }

    /// Whether a field of a response's head is for the client: not what speaks of the connection, and nothing of what router and extension
    /// say to each other, whoever wrote it. What this router tells a client in such fields it adds afterwards.
    static boolean isForClient(Headers headers, int field) {
        return !HeaderSet.HOP_BY_HOP_OF_RESPONSES.contains(headers, field) && !headers.nameBegins(field, OUR_FAMILY);
    }

    /// The trailers that go on, in either direction.
    static Headers trailers(Headers trailers) {
        int kept = 0;
        while (kept < trailers.size() && goesOnInTrailers(trailers, kept)) {
            kept++;
        }
        if (kept == trailers.size()) {
            return trailers;
        }
        Headers clean = new Headers(Math.max(64, trailers.byteCount()));
        for (int i = 0; i < trailers.size(); i++) {
            if (i < kept || goesOnInTrailers(trailers, i)) {
                clean.add(trailers.array(), trailers.nameStart(i), trailers.nameLength(i), trailers.valueStart(i), trailers.valueLength(i));
            }
        }
        return clean;
    }

    private static boolean goesOnInTrailers(Headers trailers, int field) {
        return !NOT_IN_TRAILERS.containsTwin(trailers, field) && goesOn(trailers, field, false, null);
    }
}
