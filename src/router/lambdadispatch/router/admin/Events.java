// SPDX-License-Identifier: MIT
package lambdadispatch.router.admin;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import lambdadispatch.base.json.Json;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.server.Exchange;
import lambdadispatch.router.observe.Sample;
import lambdadispatch.router.observe.Timeline;

/// `GET /events`: server-sent events (HTML Living Standard §9.2), first the last fifteen minutes, then each second a sample and the state.
final class Events {
    /// So many may watch at once; one more is answered with 503.
    static final int MOST_WATCHERS = 16;
    /// A comment goes out when nothing else did for so long, so that a dead watcher is noticed.
    private static final long SILENCE_MILLIS = 5_000;

    private final Timeline timeline;
    private final Supplier<Json> status;
    private final Semaphore places = new Semaphore(MOST_WATCHERS);

    Events(Timeline timeline, Supplier<Json> status) {
        this.timeline = timeline;
        this.status = status;
    }

    void serve(Exchange exchange) throws IOException {
        if (!places.tryAcquire()) {
            Answers.problem(exchange, 503, MOST_WATCHERS + " watch already");
            return;
        }
        try {
            AtomicBoolean gone = new AtomicBoolean();
            exchange.onClientGone(() -> gone.set(true));
            Headers head = Headers.of("content-type", "text/event-stream; charset=utf-8", "cache-control", "no-store", "x-accel-buffering", "no");
            exchange.respond(200, head, -1);
            watch(exchange, gone);
        } finally {
            places.release();
        }
    }

    private void watch(Exchange exchange, AtomicBoolean gone) throws IOException {
        List<Sample> past = timeline.samples();
        send(exchange, "history", Json.of(past.stream().map(Sample::json).toList()));
        send(exchange, "status", status.get());
        exchange.flush();
        long seen = past.isEmpty() ? 0 : past.getLast().epochSecond();
        while (!gone.get()) {
            Sample sample;
            try {
                sample = timeline.after(seen, SILENCE_MILLIS);
            } catch (InterruptedException stopping) {
                Thread.currentThread().interrupt();
                return;
            }
            if (sample == null) {
                write(exchange, ": nothing new\n\n");
            } else {
                seen = sample.epochSecond();
                send(exchange, "sample", sample.json());
                send(exchange, "status", status.get());
            }
            exchange.flush();
        }
    }

    private static void send(Exchange exchange, String event, Json data) throws IOException {
        write(exchange, "event: " + event + "\ndata: " + data.write() + "\n\n");
    }

    private static void write(Exchange exchange, String text) throws IOException {
        byte[] octets = text.getBytes(StandardCharsets.UTF_8);
        exchange.write(octets, 0, octets.length);
    }
}
