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

/// The live page: one HTML file without anything from elsewhere, under a Content-Security-Policy (CSP Level 3) that names its one script and its one style sheet by
/// their digests, so that nothing that a client wrote into a path or a name could ever run.
final class Page {
    private final byte[] html;
    private final String policy;

    Page() {
        try (InputStream in = Page.class.getResourceAsStream("page.html")) {
            if (in == null) {
                throw new IllegalStateException("page.html is not in this image");
            }
            html = in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String text = new String(html, StandardCharsets.UTF_8);
        policy = "default-src 'none'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; script-src '"
                + digest(between(text, "<script>", "</script>")) + "'; style-src '" + digest(between(text, "<style>", "</style>")) + "'";
    }

    void serve(Exchange exchange) throws IOException {
        Headers headers = Headers.of("content-type", "text/html; charset=utf-8", "cache-control", "no-store", "content-security-policy", policy,
                "x-content-type-options", "nosniff", "referrer-policy", "no-referrer", "cross-origin-resource-policy", "same-origin", "cross-origin-opener-policy", "same-origin");
        exchange.respond(200, headers, html.length);
        exchange.write(html, 0, html.length);
        exchange.end();
    }

    private static String between(String text, String start, String end) {
        int from = text.indexOf(start) + start.length();
        return text.substring(from, text.indexOf(end, from));
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
