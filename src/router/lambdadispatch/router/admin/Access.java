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
/// From this machine one may look without a token, from elsewhere not; whatever changes something takes the token everywhere. A request
/// must name the port by an address, by `localhost`, or by `AdminHost`: otherwise a page of a stranger could look through an operator's
/// browser, whose name server the stranger tells that his own name is 127.0.0.1. Nor may a page from elsewhere send anything, though it
/// could not read the answer: what it starts would still take a watcher's place or a pool's lock.
public final class Access {
    /// What a request may do, or why not.
    enum Verdict { ALLOWED, TOKEN_NEEDED, NO_TOKEN_SET, WRONG_HOST, OTHER_SITE }

    private static final HeaderName AUTHORIZATION = HeaderName.of("authorization");
    private static final HeaderName ORIGIN = HeaderName.of("origin");
    private static final HeaderName FETCH_SITE = HeaderName.of("sec-fetch-site");
    private static final HeaderName FETCH_MODE = HeaderName.of("sec-fetch-mode");
    private static final String BEARER = "bearer ";

    private final String host;
    private final byte[] token; // null: nothing can be changed

    /// @param host `AdminHost`
    /// @param token `AdminToken`, or null for none
    public Access(String host, String token) {
        this.host = host;
        this.token = token == null ? null : token.getBytes(StandardCharsets.UTF_8);
    }

    Verdict toLook(Request request, InetAddress from) {
        Verdict wrong = wrongWay(request);
        return wrong != null ? wrong : from.isLoopbackAddress() ? Verdict.ALLOWED : byToken(request);
    }

    Verdict toChange(Request request) {
        Verdict wrong = wrongWay(request);
        return wrong != null ? wrong : byToken(request);
    }

    private Verdict byToken(Request request) {
        return hasToken(request) ? Verdict.ALLOWED : token == null ? Verdict.NO_TOKEN_SET : Verdict.TOKEN_NEEDED;
    }

    /// Null where the request comes as ours do.
    private Verdict wrongWay(Request request) {
        return !namesThisPort(request.authority()) ? Verdict.WRONG_HOST : ofOtherSite(request) ? Verdict.OTHER_SITE : null;
    }

    /// A browser says from which site's page a request comes (Fetch Standard §3.1; W3C Fetch Metadata §2); other programs say nothing. A
    /// link that leads to the live page may stand anywhere.
    private static boolean ofOtherSite(Request request) {
        String origin = request.headers().get(ORIGIN);
        String site = request.headers().get(FETCH_SITE);
        boolean ours = origin == null || origin.equalsIgnoreCase("http://" + request.authority())
                || origin.equalsIgnoreCase("https://" + request.authority());
        boolean link = request.path().equals("/") && "navigate".equals(request.headers().get(FETCH_MODE));
        return !ours || site != null && !site.equals("same-origin") && !site.equals("none") && !link;
    }

    /// Whether there is a token, and so a way to change something.
    boolean maySomebodyChange() {
        return token != null;
    }

    boolean hasToken(Request request) {
        String value = request.headers().get(AUTHORIZATION);
        if (token == null || value == null || value.length() <= BEARER.length()
                || !value.substring(0, BEARER.length()).equalsIgnoreCase(BEARER)) {
            return false;
        }
        return MessageDigest.isEqual(token, value.substring(BEARER.length()).strip().getBytes(StandardCharsets.UTF_8));
    }

    private boolean namesThisPort(String authority) {
        int port = authority.lastIndexOf(':');
        boolean literal = authority.startsWith("[");
        String name = (port < 0 || literal && authority.endsWith("]") ? authority : authority.substring(0, port)).toLowerCase(Locale.ROOT);
        return literal || name.equals("localhost") || name.equals(host.toLowerCase(Locale.ROOT))
                || name.matches("[0-9]{1,3}(\\.[0-9]{1,3}){3}");
    }
}
