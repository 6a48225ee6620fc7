// SPDX-License-Identifier: MIT
package lambdadispatch.router.trace;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import lambdadispatch.base.json.Json;
import lambdadispatch.base.log.Log;
import lambdadispatch.base.metrics.Counter;
import lambdadispatch.base.metrics.Registry;
import lambdadispatch.carrier.Threads;
import lambdadispatch.http.client.Http1Client;
import lambdadispatch.http.message.Headers;

/// Sends sampled requests to a collector, `POST {endpoint}/v1/traces` (OTLP/HTTP, JSON), in batches, on a thread of its own.
///
/// Bounded in every way: at most [#MOST_WAITING] requests wait, one batch is under way, and an attempt ends after [#LIMIT]. What does not
/// fit is dropped and counted, so a slow or dead collector costs nothing but spans. A batch that fails is not sent again.
public final class Exporter implements AutoCloseable {
    static final int MOST_WAITING = 2048;
    static final int MOST_IN_BATCH = 256;
    private static final Duration LIMIT = Duration.ofSeconds(5);
    private static final Duration LAST_WORDS = Duration.ofSeconds(1);
    private static final Duration KEPT = Duration.ofSeconds(30);
    private static final long GATHER_MILLIS = 500;
    private static final int LONGEST_ANSWER = 64 << 10;
    private static final long COMPLAIN_EVERY_NANOS = Duration.ofMinutes(1).toNanos();
    private static final Log LOG = Log.of("traces");

    private final URI target;
    private final String service;
    private final Http1Client client = new Http1Client(
            Http1Client.Options.DEFAULT.withConnect(LIMIT).withWrite(LIMIT).withResponse(LIMIT).withIdle(KEPT));
    private final BlockingQueue<EndedRequest> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
    private final Counter sent;
    private final Counter dropped;
    private final Thread thread;
    private final CountDownLatch closing = new CountDownLatch(1);
    private long complainedNanos = System.nanoTime() - COMPLAIN_EVERY_NANOS;

    /// @param endpoint of the collector, as `http://127.0.0.1:4318`
    /// @param service the resource's `service.name`
    public Exporter(URI endpoint, String service, Registry registry) {
        this.target = endpoint.resolve(endpoint.getPath().replaceAll("/+$", "") + "/v1/traces");
        this.service = service;
        this.sent = registry.counter("lambda_dispatch_traced_requests_total", "Sampled requests that a collector took");
        this.dropped = registry.counter("lambda_dispatch_traced_requests_dropped_total", "Sampled requests that no collector took");
        this.thread = Threads.virtual("traces").unstarted(this::run);
    }

    public void start() {
        thread.start();
    }

    /// Never waits.
    public void offer(EndedRequest request) {
        if (closing.getCount() == 0 || !waiting.offer(request)) {
            dropped.increment();
        }
    }

    private void run() {
        List<EndedRequest> batch = new ArrayList<>();
        while (gather(batch)) {
            try {
                send(batch);
            } catch (RuntimeException e) {
                LOG.error("traces not sent", e); // a fault of ours must not end the thread
                dropped.add(batch.size());
            }
            batch.clear();
        }
        client.close();
    }

    /// Waits for a first request, and a moment for others; not where the router is stopping.
    /// @return false when it is stopping and nothing is left
    private boolean gather(List<EndedRequest> batch) {
        try {
            EndedRequest first = waiting.poll();
            while (first == null) {
                if (closing.await(GATHER_MILLIS, TimeUnit.MILLISECONDS) && waiting.isEmpty()) {
                    return false;
                }
                first = waiting.poll();
            }
            batch.add(first);
            if (waiting.size() < MOST_IN_BATCH) {
                closing.await(GATHER_MILLIS, TimeUnit.MILLISECONDS);
            }
            waiting.drainTo(batch, MOST_IN_BATCH - batch.size());
            return true;
        } catch (InterruptedException nobodyDoes) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void send(List<EndedRequest> batch) {
        byte[] body = body(batch).write().getBytes(StandardCharsets.UTF_8);
        try (Http1Client.Response response = client.send("POST", target, Headers.of("content-type", "application/json"), body)) {
            response.bytes(LONGEST_ANSWER);
            if (response.status() / 100 == 2) {
                sent.add(batch.size());
                return;
            }
            failed(batch.size(), "status " + response.status());
        } catch (IOException e) {
            failed(batch.size(), e);
        }
    }

    private void failed(int requests, Object why) {
        dropped.add(requests);
        long now = System.nanoTime();
        if (now - complainedNanos >= COMPLAIN_EVERY_NANOS) {
            complainedNanos = now;
            LOG.warn("collector took no traces", "to", target, "why", why, "requests", requests);
        }
    }

    Json body(List<EndedRequest> batch) {
        List<Json> spans = new ArrayList<>();
        batch.forEach(request -> spans.addAll(request.spans()));
        Json resource = Json.object("attributes",
                Json.of(List.of(Json.object("key", "service.name", "value", Json.object("stringValue", service)))));
        Json scope = Json.object("scope", Json.object("name", "lambda-dispatch"), "spans", Json.of(spans));
        return Json.object("resourceSpans", Json.of(List.of(Json.object("resource", resource, "scopeSpans", Json.of(List.of(scope))))));
    }

    /// Sends what is left, for a moment.
    @Override
    public void close() {
        closing.countDown();
        try {
            thread.join(LAST_WORDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
