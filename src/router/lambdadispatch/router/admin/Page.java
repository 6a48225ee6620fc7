// SPDX-License-Identifier: MIT
package lambdadispatch.router.admin;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.server.Exchange;

/// The live page: `page.html` with `page.css` and `page.js` put into it, one document without anything from elsewhere. Its
/// Content-Security-Policy (CSP Level 3) names that one script and that one style sheet by their digests, so nothing that a client wrote
/// into a path or a name could ever run.
final class Page {
    private static final String STYLE = "<style>";
    private static final String SCRIPT = "<script>";

    private final byte[] html;
    private final String policy;

    Page() {
        String style = resource("page.css");
        String script = resource("page.js");
        html = resource("page.html").replace(STYLE, STYLE + style).replace(SCRIPT, SCRIPT + script).getBytes(StandardCharsets.UTF_8);
        policy =
                "default-src 'none'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; script-src '"
                + digest(script) + "'; style-src '" + digest(style) + "'";
    }

    void serve(Exchange exchange) throws IOException {
        Headers headers =
                Headers.of("content-type", "text/html; charset=utf-8", "cache-control", "no-store", "content-security-policy", policy,
                        "x-content-type-options", "nosniff", "referrer-policy", "no-referrer", "cross-origin-resource-policy",
                        "same-origin", "cross-origin-opener-policy", "same-origin");
        exchange.respond(200, headers, html.length);
        exchange.write(html, 0, html.length);
        exchange.end();
    }

    private static String resource(String name) {
        try (InputStream in = Page.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is not in this image");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String digest(String text) {
        try {
            byte[] sha256 = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return "sha256-" + Base64.getEncoder().encodeToString(sha256);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
