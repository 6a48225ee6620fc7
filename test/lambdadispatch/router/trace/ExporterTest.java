// SPDX-License-Identifier: MIT
package lambdadispatch.router.trace;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import lambdadispatch.base.Bytes;
import lambdadispatch.base.json.Json;
import lambdadispatch.base.metrics.Registry;
import lambdadispatch.http.listener.Server;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.server.Handler;
import lambdadispatch.http.server.Limits;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ExporterTest {
    private final BlockingQueue<String> got = new LinkedBlockingQueue<>();
    private final Registry registry = new Registry();
    private int answer = 200;
    private Server collector;

    private URI collector() throws Exception {
        Handler handler = exchange -> {
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            byte[] buffer = new byte[8192];
            int count;
            while ((count = exchange.read(buffer, 0, buffer.length)) >= 0) {
                body.write(buffer, 0, count);
            }
            got.add(exchange.request().method() + " " + exchange.request().target() + "\n" + body.toString(StandardCharsets.UTF_8));
            exchange.answer(answer, "application/json", "{}".getBytes(StandardCharsets.UTF_8));
        };
        collector = new Server("collector", new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), null, Limits.DEFAULT, handler);
        collector.start();
        return URI.create("http://127.0.0.1:" + collector.address().getPort());
    }

    @AfterEach
    void stop() {
        if (collector != null) {
            collector.stop(Duration.ZERO);
        }
    }

    private static EndedRequest ended(int status) {
        RequestTrace trace = RequestTrace.begin(new Headers(), false, 1);
        return new EndedRequest(trace, "GET", "/a", status, "a1b2c3", 1, "id", status >= 500 ? "it broke" : null, 5_000_000_000L, 1000, 10,
                400, 410, 900, 300);
    }

    private static List<Json.JsonObject> spans(Json body) {
        List<Json.JsonObject> spans = new ArrayList<>();
        for (Json resource : ((Json.JsonObject) body).items("resourceSpans")) {
            for (Json scope : ((Json.JsonObject) resource).items("scopeSpans")) {
                ((Json.JsonObject) scope).items("spans").forEach(span -> spans.add((Json.JsonObject) span));
            }
        }
        return spans;
    }

    private String metrics() {
        Bytes out = new Bytes();
        registry.write(out);
        return out.toString();
    }

    @Test
    void spansTellWhereTheTimeWent() {
        EndedRequest request = ended(503);
        List<Json.JsonObject> spans = request.spans().stream().map(span -> (Json.JsonObject) span).toList();
        assertThat(spans).extracting(span -> span.text("name").orElseThrow()).containsExactly("GET", "queue", "cold start", "dispatch",
                "app");
        assertThat(spans)
                .extracting(span -> span.text("startTimeUnixNano").orElseThrow() + "-" + span.text("endTimeUnixNano").orElseThrow())
                .containsExactly("4999999000-5000000000", "4999999010-4999999400", "4999999100-4999999400", "4999999400-4999999410",
                        "4999999410-5000000000");
        assertThat(spans).extracting(span -> span.text("spanId").orElseThrow()).doesNotHaveDuplicates()
                .allMatch(id -> id.matches("[0-9a-f]{16}"));
        assertThat(spans.subList(1, 5)).allMatch(span -> span.text("parentSpanId").orElseThrow().equals(request.trace().spanId()));
        assertThat(spans.getFirst().write()).contains("\"code\":2", "\"error.type\"", "it broke");
        assertThat(spans.getLast().write()).contains("first octet", "4999999900");
    }

    @Test
    void idsAreRandomInAllTheirBits() {
        long seen = 0;
        long always = -1;
        for (int i = 0; i < 100; i++) {
            for (Json span : ended(200).spans().subList(1, 4)) {
                long id = Long.parseUnsignedLong(((Json.JsonObject) span).text("spanId").orElseThrow(), 16);
                seen |= id;
                always &= id;
            }
        }
        assertThat(seen).as("bits that are never set").isEqualTo(-1);
        assertThat(always).as("bits that are always set").isZero();
    }

    @Test
    void aRequestThatGotNoInstanceHasAQueueOnly() {
        RequestTrace trace = RequestTrace.begin(new Headers(), false, 1);
        EndedRequest refused =
                new EndedRequest(trace, "GET", "/a", 504, "-", 1, "id", "no instance", 5_000_000_000L, 1000, 0, -1, -1, 0, 0);
        assertThat(refused.spans()).hasSize(2);
        assertThat(refused.spans().get(1).write()).contains("\"queue\"", "\"endTimeUnixNano\":\"5000000000\"");
    }

    @Test
    void collectorGetsBatchesInTheFormOfOtlp() throws Exception {
        try (Exporter exporter = new Exporter(collector(), "shop", registry)) {
            exporter.start();
            exporter.offer(ended(200));
            exporter.offer(ended(200));
            String request = got.poll(20, TimeUnit.SECONDS);
            assertThat(request).startsWith(
                    "POST /v1/traces\n{\"resourceSpans\":[{\"resource\":{\"attributes\":[{\"key\":\"service.name\",\"value\":{\"stringValue\":\"shop\"}}]}");
            assertThat(spans(Json.parse(request.substring(request.indexOf('\n') + 1)))).hasSize(10);
        }
        assertThat(metrics()).contains("lambda_dispatch_traced_requests_total 2", "lambda_dispatch_traced_requests_dropped_total 0");
    }

    @Test
    void whatIsLeftGoesOutAtTheEnd() throws Exception {
        Exporter exporter = new Exporter(collector().resolve("/under/"), "shop", registry);
        exporter.start();
        exporter.offer(ended(200));
        exporter.close();
        assertThat(got.poll(20, TimeUnit.SECONDS)).startsWith("POST /under/v1/traces\n");
        exporter.offer(ended(200));
        assertThat(metrics()).contains("lambda_dispatch_traced_requests_dropped_total 1");
    }

    @Test
    void nobodyWaitsForACollectorThatTakesNothing() throws Exception {
        Exporter exporter = new Exporter(URI.create("http://127.0.0.1:1"), "shop", registry);
        for (int i = 0; i < Exporter.MOST_WAITING + 10; i++) {
            exporter.offer(ended(200)); // not started: nothing is taken
        }
        assertThat(metrics()).contains("lambda_dispatch_traced_requests_dropped_total 10");
    }

    @Test
    void refusedBatchesAreDroppedAndCounted() throws Exception {
        answer = 429;
        try (Exporter exporter = new Exporter(collector(), "shop", registry)) {
            exporter.start();
            exporter.offer(ended(200));
            assertThat(got.poll(20, TimeUnit.SECONDS)).isNotNull();
        }
        assertThat(metrics()).contains("lambda_dispatch_traced_requests_total 0", "lambda_dispatch_traced_requests_dropped_total 1");
    }
}
