// SPDX-License-Identifier: MIT
package lambdadispatch.demo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import lambdadispatch.base.json.Json;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.message.Request;
import lambdadispatch.http.server.Exchange;

/// The routes with small answers, at once or over time.
final class Replies {
    private static final long QUARTER_OF_AN_HOUR = 900_000;
    private static final byte[] PONG = "pong".getBytes(StandardCharsets.US_ASCII);

    private final long readyAtNanos;
    private final AtomicLong clientsGone = new AtomicLong();

    Replies(Duration initDelay) {
        readyAtNanos = System.nanoTime() + initDelay.toNanos();
    }

    /// Clients that left while a delay or a stream of events was under way.
    long clientsGone() {
        return clientsGone.get();
    }

    void health(Exchange exchange) throws IOException {
        boolean ready = System.nanoTime() - readyAtNanos >= 0;
        text(exchange, ready ? 200 : 503, ready ? "ok\n" : "starting\n");
    }

    static void ping(Exchange exchange) throws IOException {
        exchange.answer(200, "text/plain", PONG);
    }

    /// `/delay?ms=`; a client that goes away ends the wait.
    void delay(Exchange exchange) throws IOException {
        long millis = Parameters.of(exchange.request().query()).number("ms", 1_000, 0, QUARTER_OF_AN_HOUR);
        CountDownLatch gone = watch(exchange);
        if (pause(gone, millis)) {
            text(exchange, 200, "after " + millis + " ms\n");
        } else {
            exchange.abort();
        }
    }

    /// `/sse?ms=&n=`: each event holds the wall clock in microseconds, so that the way to the client can be timed.
    void events(Exchange exchange) throws IOException {
        Parameters query = Parameters.of(exchange.request().query());
        long millis = query.number("ms", 1_000, 0, QUARTER_OF_AN_HOUR);
        long count = query.number("n", Long.MAX_VALUE, 0, Long.MAX_VALUE);
        CountDownLatch gone = watch(exchange);
        exchange.respond(200, Headers.of("content-type", "text/event-stream", "cache-control", "no-store"), -1);
        for (long number = 1; number <= count; number++) {
            Instant now = Instant.now();
            long micros = TimeUnit.SECONDS.toMicros(now.getEpochSecond()) + now.getNano() / 1_000;
            byte[] event =
                    ("id: " + number + "\ndata: {\"number\":" + number + ",\"time\":\"" + now + "\",\"epochMicros\":" + micros + "}\n\n")
                    .getBytes(StandardCharsets.US_ASCII);
            exchange.write(event, 0, event.length);
            exchange.flush();
            if (number < count && !pause(gone, millis)) {
                exchange.abort();
                return;
            }
        }
        exchange.end();
    }

    /// `/headers`: method, target, version and every field, in order and with duplicates.
    static void headers(Exchange exchange) throws IOException {
        Request request = exchange.request();
        List<Json> fields = new ArrayList<>();
        for (int i = 0; i < request.headers().size(); i++) {
            fields.add(Json.array(request.headers().name(i), request.headers().value(i)));
        }
        json(exchange, Json.object("method", request.method(), "target", request.target(), "authority", request.authority(),
                "scheme", request.scheme(), "version", request.version(), "headers", fields));
    }

    /// `/status?code=`: any final status (RFC 9110 §15); 204, 205 and 304 have no body.
    static void status(Exchange exchange) throws IOException {
        int code = (int) Parameters.of(exchange.request().query()).number("code", 200, 200, 599);
        if (code == 204 || code == 205 || code == 304) {
            exchange.respond(code, new Headers(), code == 205 ? 0 : -1);
            exchange.end();
        } else {
            text(exchange, code, "status " + code + "\n");
        }
    }

    /// `/early-hints`: an interim response first (RFC 8297).
    static void earlyHints(Exchange exchange) throws IOException {
        exchange.inform(103, Headers.of("link", "</image.png>; rel=preload; as=image"));
        text(exchange, 200, "there was a 103 before this\n");
    }

    static void json(Exchange exchange, Json json) throws IOException {
        exchange.answer(200, "application/json", (json.write() + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private static void text(Exchange exchange, int status, String text) throws IOException {
        exchange.answer(status, "text/plain", text.getBytes(StandardCharsets.US_ASCII));
    }

    /// Opens when the client has gone.
    private CountDownLatch watch(Exchange exchange) {
        CountDownLatch gone = new CountDownLatch(1);
        exchange.onClientGone(() -> {
            clientsGone.incrementAndGet();
            gone.countDown();
        });
        return gone;
    }

    /// Whether the time passed with the client still there.
    private static boolean pause(CountDownLatch gone, long millis) throws IOException {
        try {
            return !gone.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw new IOException("interrupted", e);
        }
    }
}
