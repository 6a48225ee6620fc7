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
///
/// The state is written down once a second, however many watch.
final class Events {
    /// So many may watch at once, of those with the token and of those without; one more is answered with 503. So nobody without it can
    /// lock out who has it.
    static final int MOST_WATCHERS = 16;
    /// A comment goes out when nothing else did for so long, so that a dead watcher is noticed.
    private static final long SILENCE_MILLIS = 5_000;

    /// The event of one second, ready to be sent.
    private record State(long epochSecond, byte[] event) {}

    private final Timeline timeline;
    private final Supplier<Json> status;
    private final Semaphore strangers = new Semaphore(MOST_WATCHERS);
    private final Semaphore trusted = new Semaphore(MOST_WATCHERS);
    private State latest = new State(Long.MIN_VALUE, new byte[0]); // guarded by this

    Events(Timeline timeline, Supplier<Json> status) {
        this.timeline = timeline;
        this.status = status;
    }

    void serve(Exchange exchange, boolean hasToken) throws IOException {
        Semaphore places = hasToken ? trusted : strangers;
        if (!places.tryAcquire()) {
            Answers.problem(exchange, 503, MOST_WATCHERS + " watch already", "retry-after", "5");
            return;
        }
        try {
            AtomicBoolean gone = new AtomicBoolean();
            exchange.onClientGone(() -> gone.set(true));
            Headers head =
                    Headers.of("content-type", "text/event-stream; charset=utf-8", "cache-control", "no-store", "x-accel-buffering", "no",
                    "x-content-type-options", "nosniff", "cross-origin-resource-policy", "same-origin");
            exchange.respond(200, head, -1);
            if (exchange.request().method().equals("HEAD")) {
                exchange.end();
            } else {
                watch(exchange, gone);
            }
        } finally {
            places.release();
        }
    }

    private void watch(Exchange exchange, AtomicBoolean gone) throws IOException {
        List<Sample> past = timeline.samples();
        long seen = past.isEmpty() ? 0 : past.getLast().epochSecond();
        write(exchange, event("history", Json.of(past.stream().map(Sample::json).toList())));
        write(exchange, state(seen));
        exchange.flush();
        while (!gone.get()) {
            Sample sample;
            try {
                sample = timeline.after(seen, SILENCE_MILLIS);
            } catch (InterruptedException stopping) {
                Thread.currentThread().interrupt();
                return;
            }
            if (sample == null) {
                write(exchange, ": nothing new\n\n".getBytes(StandardCharsets.US_ASCII));
            } else {
                seen = sample.epochSecond();
                write(exchange, event("sample", sample.json()));
                write(exchange, state(seen));
            }
            exchange.flush();
        }
    }

    private synchronized byte[] state(long epochSecond) {
        if (epochSecond == 0 || latest.epochSecond != epochSecond) {
            latest = new State(epochSecond, event("status", status.get()));
        }
        return latest.event;
    }

    private static byte[] event(String name, Json data) {
        return ("event: " + name + "\ndata: " + data.write() + "\n\n").getBytes(StandardCharsets.UTF_8);
    }

    private static void write(Exchange exchange, byte[] event) throws IOException {
        exchange.write(event, 0, event.length);
    }
}
