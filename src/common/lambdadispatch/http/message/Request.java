// SPDX-License-Identifier: MIT
package lambdadispatch.http.message;

/// The head of a request, of any HTTP version.
///
/// @param method as sent, case kept (`GET`)
/// @param target origin-form path and query as sent (`/a?b=c`), or `*`; an absolute-form target is already split into scheme, authority and
/// this
/// @param scheme `http` or `https`, as the connection or `:scheme` says
/// @param authority the `Host` field or `:authority`, as sent; "" where there was none
/// @param headers the fields; for HTTP/2 without the pseudo-header fields, cookie crumbs joined (RFC 9113 §8.2.3)
/// @param contentLength bytes of the body, 0 where there is none, -1 where only its end tells
/// @param version 10, 11 or 20
public record Request(
        String method,
        String target,
        String scheme,
        String authority,
        Headers headers,
        long contentLength,
        int version) {
    public boolean isHead() {
        return method.equals("HEAD");
    }

    /// Octets of memory that its head takes.
    public int footprint() {
        return headers.footprint() + target.length() + authority.length();
    }

    /// The target up to its query.
    public String path() {
        int query = target.indexOf('?');
        return query < 0 ? target : target.substring(0, query);
    }

    /// What follows the first `?`, or "".
    public String query() {
        int query = target.indexOf('?');
        return query < 0 ? "" : target.substring(query + 1);
    }
}
