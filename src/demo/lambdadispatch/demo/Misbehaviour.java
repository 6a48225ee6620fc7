// SPDX-License-Identifier: MIT
package lambdadispatch.demo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.server.Exchange;

/// What a broken app does to whoever proxies it. Reachable only with `DEMO_FAULTS=true`.
final class Misbehaviour {
    private Misbehaviour() {}

    /// `/crash?code=`: no shutdown hook, no answer.
    static void crash(Exchange exchange) throws IOException {
        Runtime.getRuntime().halt((int) Parameters.of(exchange.request().query()).number("code", 1, 0, 255));
    }

    /// `/garbage`: a head that can not be read, since a "value" of it holds line ends and control characters.
    static void garbage(Exchange exchange) throws IOException {
        exchange.respond(200, Headers.of("x-good", "yes\r\n\1this is no field\r\nneither\2this"), 4);
        exchange.write("junk".getBytes(StandardCharsets.US_ASCII), 0, 4);
        exchange.end();
    }

    /// `/early-close?n=`: promises n bytes and one more, sends n, closes.
    static void earlyClose(Exchange exchange) throws IOException {
        long count = Parameters.of(exchange.request().query()).number("n", 1_000, 0, 1L << 40);
        exchange.respond(200, Headers.of("content-type", "application/octet-stream"), count + 1);
        byte[] piece = new byte[8192];
        for (long left = count; left > 0; left -= piece.length) {
            exchange.write(piece, 0, (int) Math.min(left, piece.length));
        }
        exchange.flush();
        exchange.abort();
    }
}
