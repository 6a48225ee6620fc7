// SPDX-License-Identifier: MIT
package lambdadispatch.router.observe;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import lambdadispatch.base.json.Json;
import lambdadispatch.emulator.process.Signal;
import lambdadispatch.support.Stack;
import lambdadispatch.support.Tool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What the real router reports of real requests.
@Timeout(120)
class MetricsEndToEndTest {
    private static final int REQUESTS = 25;
    private static final String ROUTER = "[router] ";

    @Test
    void eachMetricsLineStandsAloneAndTheSumIsWhatWasAsked() throws Exception {
        try (Stack stack = new Stack().router("LAMBDA_DISPATCH_CloudWatchMetricsEnabled", "true")
                .router("LAMBDA_DISPATCH_CloudWatchMetricsInterval", "1s")
                .router("LAMBDA_DISPATCH_CloudWatchMetricsDimensions", "Service=shop").router("LAMBDA_DISPATCH_DrainDelay", "0").start();
                HttpClient client = HttpClient.newHttpClient()) {
            for (int i = 0; i < REQUESTS; i++) {
                get(client, stack.url(i == 0 ? "/status?code=404" : "/ping"));
            }
            stack.signalRouter(Signal.TERM); // within an interval: its rest is written at the end
            assertThat(stack.routerExit().get()).isZero();
            stack.awaitLine(line -> line.contains("router stopped"));
            long requests = 0;
            long invokes = 0;
            long exits = 0;
            for (String line : stack.output().lines().filter(line -> line.startsWith(ROUTER) && line.contains("\"_aws\"")).toList()) {
                Json.JsonObject document = EmfRules.check(line.substring(ROUTER.length()));
                assertThat(document.text("Service")).hasValue("shop");
                requests += document.number("Requests").orElse(0);
                invokes += document.number("Invokes").orElse(0);
                exits += document.number("ExitRouterGoAway").orElse(0);
            }
            assertThat(requests).isEqualTo(REQUESTS);
            assertThat(invokes).isPositive();
            assertThat(exits).isPositive().isLessThanOrEqualTo(invokes);
        }
    }

    @Test
    void theMetricsPortSatisfiesPrometheusAndIsNotTheIncomingOne() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        try (Stack stack = new Stack().router("LAMBDA_DISPATCH_MetricsPort", Integer.toString(port)).start();
                HttpClient client = HttpClient.newHttpClient()) {
            get(client, stack.url("/ping"));
            URI metrics = URI.create("http://127.0.0.1:" + port + "/metrics");
            String text = get(client, metrics).body();
            assertThat(text.lines()).contains(
                    "lambda_dispatch_requests_total{class=\"2xx\"} 1",
                    "lambda_dispatch_invokes_total{function=\"" + Stack.FUNCTION + "\"} 1",
                    "lambda_dispatch_instances_open{function=\"" + Stack.FUNCTION + "\"} 1",
                    "lambda_dispatch_invoke_errors_by_reason_total{function=\"" + Stack.FUNCTION + "\",reason=\"never_connected\"} 0");
            assertThat(get(client, metrics.resolve("/")).statusCode()).isEqualTo(404);
            assertThat(get(client, stack.url("/metrics")).body()).as("the app's, not the router's").doesNotContain("lambda_dispatch_");
            assertThat(lint(Tool.need("promtool").path(), text)).isEmpty();
        }
    }

    private static HttpResponse<String> get(HttpClient client, URI uri) throws Exception {
        return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static String lint(Path promtool, String metrics) throws Exception {
        Process process = new ProcessBuilder(List.of(promtool.toString(), "check", "metrics")).redirectErrorStream(true).start();
        try (var in = process.getOutputStream()) {
            in.write(metrics.getBytes(StandardCharsets.UTF_8));
        }
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return process.waitFor() == 0 ? said : said + "exit " + process.exitValue();
    }
}
