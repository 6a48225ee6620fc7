// SPDX-License-Identifier: MIT
package lambdadispatch.http.client;

import java.net.URI;

/// Where a request goes: what connections are kept by (RFC 9110 §4.3.1).
///
/// @param host without the brackets of an IPv6 address
record Origin(boolean secure, String host, int port) {
    /// @throws IllegalArgumentException not an absolute `http` or `https` URI
    static Origin of(URI uri) {
        boolean secure = "https".equalsIgnoreCase(uri.getScheme());
        if (uri.getHost() == null || !secure && !"http".equalsIgnoreCase(uri.getScheme())) {
            throw new IllegalArgumentException("not an absolute http or https URI: " + uri);
        }
        String host = uri.getHost();
        boolean literal = host.startsWith("[");
        int port = uri.getPort() >= 0 ? uri.getPort() : secure ? 443 : 80;
        return new Origin(secure, literal ? host.substring(1, host.length() - 1) : host, port);
    }

    // By hand, as is hashCode: what a record has of its own is spun at run time, a tenth of the extension's start.
    @Override
    public boolean equals(Object other) {
        return other instanceof Origin origin && secure == origin.secure && port == origin.port && host.equals(origin.host);
    }

    @Override
    public int hashCode() {
        return host.hashCode() * 31 + port;
    }
}
