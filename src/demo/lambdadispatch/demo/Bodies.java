// SPDX-License-Identifier: MIT
package lambdadispatch.demo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import lambdadispatch.http.message.HeaderName;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.server.Exchange;

/// The routes that move bodies of any size, one buffer at a time.
final class Bodies {
    private static final int BUFFER = 64 << 10;
    private static final HeaderName SHA_256 = HeaderName.of("x-content-sha256");

    private Bodies() {}

    /// `/bytes?n=`: a prefix of [Pattern] with its length; with `chunked` without one, and its SHA-256 in a trailer field.
    static void bytes(Exchange exchange) throws IOException {
        Parameters query = Parameters.of(exchange.request().query());
        long count = query.number("n", 1 << 20, 0, 1L << 50);
        boolean chunked = query.has("chunked");
        Headers headers = Headers.of("content-type", "application/octet-stream");
        if (chunked) {
            headers.add(HeaderName.TRAILER, SHA_256.toString());
        }
        exchange.respond(200, headers, chunked ? -1 : count);
        if (exchange.request().isHead()) {
            exchange.end();
            return;
        }
        MessageDigest digest = chunked ? sha256() : null;
        long words = 0;
        byte[] buffer = new byte[BUFFER];
        for (long left = count; left > 0; left -= BUFFER, words += BUFFER / 8) {
            Pattern.fill(buffer, words);
            int length = (int) Math.min(left, BUFFER);
            if (chunked) {
                digest.update(buffer, 0, length);
            }
            exchange.write(buffer, 0, length);
        }
        exchange.end(chunked ? Headers.of(SHA_256.toString(), hex(digest)) : null);
    }

    /// `/sha256?n=`: what the hash of `/bytes?n=` must be.
    static void hashOfBytes(Exchange exchange) throws IOException {
        long count = Parameters.of(exchange.request().query()).number("n", 1 << 20, 0, 1L << 50);
        MessageDigest digest = sha256();
        byte[] buffer = new byte[BUFFER];
        for (long at = 0; at < count; at += BUFFER) {
            Pattern.fill(buffer, at / 8);
            digest.update(buffer, 0, (int) Math.min(count - at, BUFFER));
        }
        exchange.answer(200, "text/plain", (hex(digest) + "\n").getBytes(StandardCharsets.US_ASCII));
    }

    /// `/echo`: sends each piece of the body back as soon as it is there, and the trailer fields after it.
    static void echo(Exchange exchange) throws IOException {
        Headers asked = exchange.request().headers();
        long length = exchange.request().contentLength();
        byte[] buffer = new byte[BUFFER];
        // A client that waits for 100 Continue must get it before the final head; all others get the head before they have sent a byte.
        int first = asked.contains(HeaderName.EXPECT) ? exchange.read(buffer, 0, buffer.length) : 0;
        String type = asked.get(HeaderName.CONTENT_TYPE);
        exchange.respond(200, Headers.of("content-type", type == null ? "application/octet-stream" : type), length);
        if (exchange.request().isHead()) {
            exchange.end();
            return;
        }
        for (int count = first; count >= 0; count = exchange.read(buffer, 0, buffer.length)) {
            exchange.write(buffer, 0, count);
            if (exchange.available() == 0 && !exchange.bodyEnded()) {
                exchange.flush();
            }
        }
        exchange.end(length < 0 && !exchange.trailers().isEmpty() ? exchange.trailers() : null);
    }

    /// `/upload`: counts and hashes what comes, and tells it at the end.
    static void upload(Exchange exchange) throws IOException {
        MessageDigest digest = sha256();
        byte[] buffer = new byte[BUFFER];
        long total = 0;
        long started = System.nanoTime();
        for (int count = exchange.read(buffer, 0, BUFFER); count >= 0; count = exchange.read(buffer, 0, BUFFER)) {
            digest.update(buffer, 0, count);
            total += count;
        }
        long millis = (System.nanoTime() - started) / 1_000_000;
        String text = "{\"bytes\":" + total + ",\"sha256\":\"" + hex(digest) + "\",\"millis\":" + millis + "}\n";
        exchange.answer(200, "application/json", text.getBytes(StandardCharsets.US_ASCII));
    }

    private static String hex(MessageDigest digest) {
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java platform has it
        }
    }
}
