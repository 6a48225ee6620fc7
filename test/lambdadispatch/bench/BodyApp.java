// SPDX-License-Identifier: MIT
package lambdadispatch.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import lambdadispatch.http.listener.Server;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.server.Exchange;
import lambdadispatch.http.server.LeastRate;
import lambdadispatch.http.server.Limits;

/// The app behind large bodies and event streams, as cheap as such a thing can be: `GET /bytes/N`, `POST /sink`, `GET /events`.
final class BodyApp {
    private static final Limits LIMITS =
            Limits.DEFAULT.with().headFields(100).everyTimeout(Duration.ofMinutes(5)).leastRate(LeastRate.NONE).limits();
    private static final byte[] PIECE = new byte[64 << 10];
    private static final byte[] EVENT = "data: tick\n\n".getBytes(StandardCharsets.US_ASCII);

    private BodyApp() {}

    /// Serves on the port in `PORT` until it is killed.
    public static void main(String[] arguments) throws IOException, InterruptedException {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(System.getenv("PORT")));
        new Server("bodies", address, null, LIMITS, BodyApp::answer).start();
        new CountDownLatch(1).await();
    }

    private static void answer(Exchange exchange) throws IOException {
        String path = exchange.request().path();
        if (path.startsWith("/bytes/")) {
            bytes(exchange, Long.parseLong(path.substring(7)));
        } else if (path.equals("/sink")) {
            sink(exchange);
        } else if (path.equals("/events")) {
            events(exchange);
        } else {
            exchange.answer(200, "text/plain", "ok\n".getBytes(StandardCharsets.US_ASCII));
        }
    }

    private static void bytes(Exchange exchange, long length) throws IOException {
        exchange.respond(200, Headers.of("content-type", "application/octet-stream"), length);
        for (long left = length; left > 0; left -= PIECE.length) {
            exchange.write(PIECE, 0, (int) Math.min(left, PIECE.length));
        }
        exchange.end();
    }

    private static void sink(Exchange exchange) throws IOException {
        byte[] buffer = new byte[64 << 10];
        long received = 0;
        for (int count; (count = exchange.read(buffer, 0, buffer.length)) >= 0; ) {
            received += count;
        }
        exchange.answer(200, "text/plain", (received + "\n").getBytes(StandardCharsets.US_ASCII));
    }

    /// Ten events a second for ever; ends when the client goes.
    private static void events(Exchange exchange) throws IOException {
        exchange.respond(200, Headers.of("content-type", "text/event-stream"), -1);
        try {
            while (true) {
                exchange.write(EVENT, 0, EVENT.length);
                exchange.flush();
                Thread.sleep(100);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
