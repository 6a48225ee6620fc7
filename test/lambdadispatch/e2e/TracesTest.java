// SPDX-License-Identifier: MIT
package lambdadispatch.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import lambdadispatch.base.json.Json;
import lambdadispatch.http.listener.Server;
import lambdadispatch.http.server.Exchange;
import lambdadispatch.http.server.Limits;
import lambdadispatch.support.Stack;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A request's trace all the way: from its caller through the router to the app, and the spans to a collector.
@Timeout(60)
class TracesTest {
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String CALLER = "00f067aa0ba902b7";

    private final BlockingQueue<byte[]> taken = new LinkedBlockingQueue<>();

    private void take(Exchange exchange) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        byte[] buffer = new byte[8192];
        for (int count; (count = exchange.read(buffer, 0, buffer.length)) >= 0; ) {
            body.write(buffer, 0, count);
        }
        taken.add(body.toByteArray());
        exchange.answer(200, "application/json", new byte[] {'{', '}'});
    }

    private static Map<String, Json.JsonObject> spans(byte[] exported) throws Exception {
        return Json.parseObject(exported).items("resourceSpans").stream()
                .flatMap(resource -> ((Json.JsonObject) resource).items("scopeSpans").stream())
                .flatMap(scope -> ((Json.JsonObject) scope).items("spans").stream()).map(span -> (Json.JsonObject) span)
                .collect(Collectors.toMap(span -> span.text("name").orElseThrow(), span -> span));
    }

    private static String of(Json.JsonObject span, String key) {
        return span.text(key).orElseThrow();
    }

    private static long nanos(Json.JsonObject span) {
        return Long.parseLong(of(span, "endTimeUnixNano")) - Long.parseLong(of(span, "startTimeUnixNano"));
    }

    @Test
    void slowRequestsSpansSayThatItWaitedForAColdStart() throws Exception {
        try (Server collector =
                new Server("collector", new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), null, Limits.DEFAULT, this::take)) {
            collector.start();
            String endpoint = "http://127.0.0.1:" + collector.address().getPort();
            try (Stack stack = new Stack().app(OddApp.command()).instances(1).router("LAMBDA_DISPATCH_TracesEndpoint", endpoint)
                    .router("LAMBDA_DISPATCH_TracesSampleRatio", "0").router("LAMBDA_DISPATCH_TrustedProxies", "127.0.0.0/8").start();
                    HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
                HttpRequest request = HttpRequest.newBuilder(stack.url("/raw")).timeout(Duration.ofSeconds(50))
                        .header("traceparent", "00-" + TRACE + "-" + CALLER + "-01").build();
                HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
                assertThat(answer.statusCode()).isEqualTo(200);
                Map<String, Json.JsonObject> spans = spans(taken.poll(30, TimeUnit.SECONDS));
                assertThat(spans).containsOnlyKeys("GET", "queue", "cold start", "dispatch", "app");
                assertThat(spans.values()).allMatch(span -> of(span, "traceId").equals(TRACE));
                assertThat(of(spans.get("GET"), "parentSpanId")).isEqualTo(CALLER);
                assertThat(spans.entrySet()).allMatch(
                        each -> each.getKey().equals("GET") || of(each.getValue(), "parentSpanId").equals(of(spans.get("GET"), "spanId")));
                assertThat(nanos(spans.get("queue"))).as("most of it was the wait for an environment")
                        .isGreaterThan(nanos(spans.get("GET")) / 2)
                        .isGreaterThanOrEqualTo(nanos(spans.get("cold start")));
                Matcher told = Pattern.compile("(?i)traceparent: 00-" + TRACE + "-([0-9a-f]{16})-01\r\n").matcher(answer.body());
                assertThat(told.find()).as(answer.body()).isTrue();
                assertThat(told.group(1)).as("what the app does is a child of the span that stands for it")
                        .isEqualTo(of(spans.get("app"), "spanId"));
            }
        }
    }
}
