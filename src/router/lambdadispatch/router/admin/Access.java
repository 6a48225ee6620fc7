// SPDX-License-Identifier: MIT
package lambdadispatch.router.admin;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Locale;
import lambdadispatch.http.message.HeaderName;
import lambdadispatch.http.message.Request;

/// Who may look and who may change something.
///
/// From this machine one may look without a token, from elsewhere not; whatever changes something takes the token everywhere. A request must name the port
/// by an address, by `localhost`, or by `AdminHost`: otherwise a page of a stranger could look through an operator's browser, whose name server the stranger
/// tells that his own name is 127.0.0.1.
final class Access {
    /// What a request may do, or why not.
    enum Verdict { ALLOWED, TOKEN_NEEDED, NO_TOKEN_SET, WRONG_HOST }

    private static final HeaderName AUTHORIZATION = HeaderName.of("authorization");
    private static final String BEARER = "bearer ";

    private final String host;
    private final byte[] token; // null: nothing can be changed

    /// @param host `AdminHost`
    /// @param token `AdminToken`, or null for none
    Access(String host, String token) {
        this.host = host;
        this.token = token == null ? null : token.getBytes(StandardCharsets.UTF_8);
    }

    Verdict toLook(Request request, InetAddress from) {
        if (!namesThisPort(request.authority())) {
            return Verdict.WRONG_HOST;
        }
        return from.isLoopbackAddress() || hasToken(request) ? Verdict.ALLOWED : token == null ? Verdict.NO_TOKEN_SET : Verdict.TOKEN_NEEDED;
    }

    Verdict toChange(Request request) {
        if (!namesThisPort(request.authority())) {
            return Verdict.WRONG_HOST;
        }
        return hasToken(request) ? Verdict.ALLOWED : token == null ? Verdict.NO_TOKEN_SET : Verdict.TOKEN_NEEDED;
    }

    private boolean hasToken(Request request) {
        String value = request.headers().get(AUTHORIZATION);
        if (token == null || value == null || value.length() <= BEARER.length() || !value.substring(0, BEARER.length()).equalsIgnoreCase(BEARER)) {
            return false;
        }
        return MessageDigest.isEqual(token, value.substring(BEARER.length()).strip().getBytes(StandardCharsets.UTF_8));
    }

    private boolean namesThisPort(String authority) {
        int port = authority.lastIndexOf(':');
        boolean literal = authority.startsWith("[");
        String name = (port < 0 || literal && authority.endsWith("]") ? authority : authority.substring(0, port)).toLowerCase(Locale.ROOT);
        return literal || name.equals("localhost") || name.equals(host.toLowerCase(Locale.ROOT)) || name.matches("[0-9]{1,3}(\\.[0-9]{1,3}){3}");
    }
}
