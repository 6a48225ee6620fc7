// SPDX-License-Identifier: MIT
package lambdadispatch.base.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import lambdadispatch.base.Bytes;
import lambdadispatch.support.Tool;
import org.junit.jupiter.api.Test;

class RegistryTest {
    private final Registry registry = new Registry();

    private String text() {
        Bytes out = new Bytes();
        registry.write(out);
        return new String(out.toArray(), StandardCharsets.UTF_8);
    }

    @Test
    void countersAndGaugesAreWrittenByFamily() {
        registry.counter("requests_total", "Requests.", "pool", "a").add(3);
        registry.gauge("instances", "Open\ninstances \\ now.", () -> 1.5);
        registry.counter("requests_total", "Requests.", "pool", "b").increment();
        assertThat(text()).isEqualTo("""
                # HELP requests_total Requests.
                # TYPE requests_total counter
                requests_total{pool="a"} 3
                requests_total{pool="b"} 1
                # HELP instances Open\\ninstances \\\\ now.
                # TYPE instances gauge
                instances 1.5
                """);
    }

    @Test
    void theSameNameAndLabelsAreTheSameMetric() {
        assertThat(registry.counter("a_total", "A.", "x", "1")).isSameAs(registry.counter("a_total", "A.", "x", "1"));
        assertThat(registry.counter("a_total", "A.", "x", "1")).isNotSameAs(registry.counter("a_total", "A.", "x", "2"));
        assertThatIllegalArgumentException().isThrownBy(() -> registry.gauge("a_total", "A.", () -> 0));
    }

    @Test
    void namesThatPrometheusWouldRefuseAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> registry.counter("a-b", "A."));
        assertThatIllegalArgumentException().isThrownBy(() -> registry.counter("1a", "A."));
        assertThatIllegalArgumentException().isThrownBy(() -> registry.counter("a", "A.", "b:c", "x"));
        assertThatIllegalArgumentException().isThrownBy(() -> registry.counter("a", "A.", "b"));
    }

    @Test
    void labelValuesCanNotBreakOut() {
        registry.gauge("a", "A.", () -> 1, "x", "q\"u\\o\nte}");
        assertThat(text()).contains("a{x=\"q\\\"u\\\\o\\nte}\"} 1\n");
    }

    @Test
    void forgottenMetricsAreGone() {
        registry.gauge("a", "A.", () -> 1, "pool", "p", "kind", "k");
        registry.gauge("a", "A.", () -> 2, "pool", "pp");
        registry.gauge("b", "B.", () -> 3, "pool", "p");
        registry.forget("pool", "p");
        assertThat(text()).isEqualTo("# HELP a A.\n# TYPE a gauge\na{pool=\"pp\"} 2\n");
    }

    @Test
    void aHistogramIsWrittenWithRoundEdges() {
        Histogram histogram = registry.durations("d_seconds", "D.", "pool", "p");
        histogram.record(TimeUnit.MILLISECONDS.toNanos(250));
        histogram.record(TimeUnit.MILLISECONDS.toNanos(251));
        histogram.record(TimeUnit.SECONDS.toNanos(5_000));
        assertThat(text().lines()).contains(
                "d_seconds_bucket{pool=\"p\",le=\"0.00001\"} 0",
                "d_seconds_bucket{pool=\"p\",le=\"0.1\"} 0",
                "d_seconds_bucket{pool=\"p\",le=\"0.25\"} 1",
                "d_seconds_bucket{pool=\"p\",le=\"0.5\"} 2",
                "d_seconds_bucket{pool=\"p\",le=\"1000\"} 2",
                "d_seconds_bucket{pool=\"p\",le=\"+Inf\"} 3",
                "d_seconds_sum{pool=\"p\"} 5000.501",
                "d_seconds_count{pool=\"p\"} 3");
    }

    @Test
    void aSourceMayRegisterWhileItIsAsked() {
        registry.gauge("a", "A.", () -> registry.counter("b_total", "B.").value());
        assertThat(text()).contains("a 0\n");
        assertThat(text()).contains("b_total 0\n");
    }

    @Test
    void numbersAreShort() {
        assertThat(Registry.number(0)).isEqualTo("0");
        assertThat(Registry.number(-2)).isEqualTo("-2");
        assertThat(Registry.number(0.1 + 0.2)).isEqualTo("0.3");
        assertThat(Registry.number(1e-5)).isEqualTo("0.00001");
        assertThat(Registry.number(1e18)).isEqualTo("1000000000000000000");
        assertThat(Registry.number(Double.NaN)).isEqualTo("NaN");
        assertThat(Registry.number(Double.NEGATIVE_INFINITY)).isEqualTo("-Inf");
    }

    @Test
    void prometheusFindsNothingToComplainAbout() throws Exception {
        Path promtool = Tool.need("promtool").path();
        registry.counter("router_requests_total", "Requests by pool and status.", "pool", "d\u00e9f\"ault", "status", "200").add(7);
        registry.gauge("router_instances", "Instances by state.", () -> 2, "state", "open");
        registry.gauge("router_ratio", "A value that is not there.", () -> Double.NaN);
        registry.durations("router_request_duration_seconds", "How long requests took.", "pool", "default").record(123_456_789);
        registry.sizes("router_response_size_bytes", "How long bodies were.").record(1 << 20);
        assertThat(check(promtool, text())).isEmpty();
    }

    private static String check(Path promtool, String metrics) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(promtool.toString(), "check", "metrics").redirectErrorStream(true).start();
        try (var in = process.getOutputStream()) {
            in.write(metrics.getBytes(StandardCharsets.UTF_8));
        }
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return process.waitFor() == 0 ? said : said + "exit " + process.exitValue();
    }

    @Test
    void oneMetricIsForgottenAndTheOthersOfItsNameStay() {
        registry.counter("a_total", "A.", "x", "1");
        registry.counter("a_total", "A.", "x", "2");
        registry.forgetOne("a_total", "x", "1");
        registry.forgetOne("b_total");
        assertThat(text()).isEqualTo("# HELP a_total A.\n# TYPE a_total counter\na_total{x=\"2\"} 0\n");
    }

    @Test
    void aTotalIsACounterThatIsKeptElsewhere() {
        registry.total("a_total", "A.", () -> 7);
        registry.total("a_total", "A.", () -> 8);
        assertThat(text()).isEqualTo("# HELP a_total A.\n# TYPE a_total counter\na_total 7\n");
    }

    @Test
    void requestsHaveTheBucketsOfOpenTelemetry() {
        registry.httpDurations("h_seconds", "H.").record(TimeUnit.MILLISECONDS.toNanos(6));
        assertThat(text()).contains("h_seconds_bucket{le=\"0.005\"} 0\n", "h_seconds_bucket{le=\"0.01\"} 1\n",
                "h_seconds_bucket{le=\"10\"} 1\n", "h_seconds_count 1\n");
    }

    @Test
    void aGaugeIsReturnedAndACounterNeverShrinks() {
        assertThat(registry.gauge("g", "G.", () -> 2).value()).isEqualTo(2);
        Counter counter = registry.counter("a_total", "A.");
        counter.add(0);
        counter.add(2);
        assertThat(counter.value()).isEqualTo(2);
        assertThatIllegalArgumentException().isThrownBy(() -> counter.add(-1));
    }

    @Test
    void whatNoLongHoldsIsWrittenInFullToo() {
        assertThat(Registry.number(Double.POSITIVE_INFINITY)).isEqualTo("+Inf");
        assertThat(Registry.number(-1e15)).isEqualTo("-1000000000000000");
        assertThat(Registry.number(1e300)).isEqualTo("1" + "0".repeat(300));
        assertThat(Registry.number(999_999_999_999_999.0)).isEqualTo("999999999999999");
    }
}
