// SPDX-License-Identifier: MIT
package lambdadispatch.router.observe;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import lambdadispatch.base.json.Json;
import lambdadispatch.base.metrics.Registry;
import lambdadispatch.router.RouterBed;
import lambdadispatch.router.dispatch.Description;
import lambdadispatch.support.ScriptedExchange;
import lambdadispatch.support.Tool;
import org.junit.jupiter.api.Test;

/// The dashboard and the alert rules that users load name metrics, and labels' values, that the router has.
class MonitoringFilesTest {
    private static final Path FOLDER = Path.of("docker", "monitoring");
    private static final Pattern METRIC = Pattern.compile("lambda_dispatch_[a-z_]+");
    private static final Pattern REASON = Pattern.compile("reason=\\\\?\"([a-z_]+)");

    private static String metrics() throws Exception {
        Registry registry = new Registry();
        Observer observer = new Observer(false, registry);
        assertThat(observer.open()).isZero();
        RouterBed bed = new RouterBed();
        CanaryMetrics.register(bed.pools().canary(), registry);
        RouterBed.Dispatched running = bed.dispatched(ScriptedExchange.of("GET", "/a"));
        running.instance().describes(new Description("12", 512, false));
        ScriptedExchange scrape = ScriptedExchange.of("GET", "/metrics");
        new MetricsHandler(registry, bed.pools()::snapshots).handle(scrape);
        running.answer("HTTP/1.1 204 No Content\r\n\r\n");
        return scrape.text();
    }

    private static Set<String> found(Pattern pattern, String text) {
        return pattern.matcher(text).results().map(result -> result.group(result.groupCount()))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void everyMetricThatTheyNameIsThere() throws Exception {
        String metrics = metrics();
        for (String file : new String[] {"grafana-dashboard.json", "prometheus-alerts.yml"}) {
            String text = Files.readString(FOLDER.resolve(file));
            Set<String> named = found(METRIC, text);
            assertThat(named).hasSizeGreaterThan(6);
            assertThat(named).as(file).allMatch(name -> metrics.contains("\n" + name + " ") || metrics.contains("\n" + name + "{"));
            assertThat(found(REASON, text)).as(file).allMatch(reason -> metrics.contains("reason=\"" + reason + "\""));
        }
    }

    @Test
    void dashboardIsJsonWithAPanelForEachQuestion() throws Exception {
        Json.JsonObject dashboard = (Json.JsonObject) Json.parse(Files.readString(FOLDER.resolve("grafana-dashboard.json")));
        assertThat(dashboard.items("panels")).hasSizeGreaterThanOrEqualTo(12);
        Matcher ids = Pattern.compile("\"id\": (\\d+)").matcher(Files.readString(FOLDER.resolve("grafana-dashboard.json")));
        assertThat(ids.results().map(result -> result.group(1)).toList()).doesNotHaveDuplicates();
    }

    @Test
    void prometheusLoadsTheRules() throws Exception {
        Tool promtool = Tool.need("promtool");
        Process check = new ProcessBuilder(promtool.path().toString(), "check", "rules", FOLDER.resolve("prometheus-alerts.yml").toString())
                .redirectErrorStream(true).start();
        String said = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(check.waitFor()).as(said).isZero();
    }

    @Test
    void alertsFireWhenTheyShould() throws Exception {
        Tool.need("promtool").run("test", "rules", "test/monitoring/prometheus-alerts.test.yml").success();
    }
}
