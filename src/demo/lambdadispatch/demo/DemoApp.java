// SPDX-License-Identifier: MIT
package lambdadispatch.demo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import lambdadispatch.base.json.Json;
import lambdadispatch.http.server.Exchange;
import lambdadispatch.http.server.Handler;

/// The table of routes, and the counts that `/stats` tells.
final class DemoApp implements Handler {
    private final Map<String, DemoRoute> routes = new LinkedHashMap<>();
    private final AtomicLong requests = new AtomicLong();
    private final AtomicInteger running = new AtomicInteger();
    private final Replies answers;

    DemoApp(DemoConfig config) {
        answers = new Replies(config.initDelay());
        add("/ping", "/ping", "Answers <code>pong</code>: four bytes.", Replies::ping);
        add("/echo", "/echo", "Sends back what it gets, while it gets it.", Bodies::echo);
        add("/delay", "/delay?ms=500", "Answers after so many milliseconds.", answers::delay);
        add("/bytes", "/bytes?n=10m", "So many reproducible bytes (<code>&amp;chunked</code>: hash in a trailer field).", Bodies::bytes);
        add("/sha256", "/sha256?n=10m", "What the SHA-256 of those bytes must be.", Bodies::hashOfBytes);
        add("/sse", "/sse?ms=250&n=20", "Server-sent events with a time stamp each.", answers::events);
        add("/upload", "/upload", "Counts and hashes the body.", Bodies::upload);
        add("/headers", "/headers", "The request as the app sees it, as JSON.", Replies::headers);
        add("/status", "/status?code=418", "Answers with that status.", Replies::status);
        add("/early-hints", "/early-hints", "Sends 103 before its 200.", Replies::earlyHints);
        add("/image.png", "/image.png", "A static image, with an ETag.", Picture::serve);
        add("/health", "/health", "200 once the app is ready, 503 before.", answers::health);
        add("/stats", "/stats", "What this one process has seen so far.", this::stats);
        if (config.faults()) {
            add("/crash", "/crash?code=1", "Ends the process at once, without an answer.", Misbehaviour::crash);
            add("/garbage", "/garbage", "Answers with what is not HTTP.", Misbehaviour::garbage);
            add("/early-close", "/early-close?n=1000", "Closes in the middle of the body.", Misbehaviour::earlyClose);
        }
        byte[] index = IndexPage.of(routes.values());
        add("/", "/", "This page.", exchange -> exchange.answer(200, "text/html; charset=utf-8", index));
    }

    private void add(String path, String example, String about, Handler handler) {
        routes.put(path, new DemoRoute(path, example, about, handler));
    }

    @Override
    public void handle(Exchange exchange) throws IOException {
        DemoRoute route = routes.get(exchange.request().path());
        if (route != null && route.path().equals("/health")) { // its environment asks, no client
            route.handler().handle(exchange);
            return;
        }
        requests.incrementAndGet();
        running.incrementAndGet();
        try {
            if (route == null) {
                exchange.answer(404, "text/plain",
                        "There is nothing here; / lists what can be tried.\n".getBytes(StandardCharsets.US_ASCII));
            } else {
                route.handler().handle(exchange);
            }
        } finally {
            running.decrementAndGet();
        }
    }

    private void stats(Exchange exchange) throws IOException {
        Replies.json(exchange, Json.object("pid", ProcessHandle.current().pid(), "requests", requests.get(),
                "running", running.get(), "clientsGone", answers.clientsGone()));
    }
}
