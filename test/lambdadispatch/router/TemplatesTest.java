// SPDX-License-Identifier: MIT
package lambdadispatch.router;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import lambdadispatch.base.config.Settings;
import lambdadispatch.support.Tool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What the deployment templates say fits together, and to the programs.
class TemplatesTest {
    private static final Path FARGATE = Path.of("docker/aws/fargate.yaml");
    private static final Path KUBERNETES = Path.of("docker/kubernetes/router.yaml");
    private static final Path COMPOSE = Path.of("docker/compose.yaml");
    private static final Pattern VARIABLE = Pattern.compile("(LAMBDA_DISPATCH_\\w+)(?:, Value: |, value: |: )?\"?([\\w=.]*)");

    @Test
    void theyUseVariablesThatThereAreAndValuesThatParse() throws IOException {
        for (Path file : new Path[] {FARGATE, KUBERNETES, COMPOSE}) {
            Map<String, String> values = variables(file);
            values.values().removeIf(String::isEmpty); // what is worked out at deployment
            values.putIfAbsent("LAMBDA_DISPATCH_FunctionName", "f");
            Settings settings = new Settings(values);
            RouterConfig.read(settings);
            settings.tolerate("LAMBDA_DISPATCH_PORT"); // the extension's
            assertThat(settings.warnings()).as(file.toString()).isEmpty();
            assertThat(settings.faults()).as(file.toString()).isEmpty();
        }
    }

    @Test
    void theRouterHasTimeToDrainBeforeItIsKilled() throws IOException {
        assertThat(draining(FARGATE)).isLessThan(Duration.ofSeconds(number(FARGATE, "StopTimeout")));
        assertThat(draining(KUBERNETES)).isLessThan(Duration.ofSeconds(number(KUBERNETES, "terminationGracePeriodSeconds")));
        RouterConfig.Shutdown defaults = config(Map.of()).shutdown();
        assertThat(defaults.drainDelay().plus(defaults.drainTimeout())).as("ECS's own StopTimeout").isLessThan(Duration.ofSeconds(30));
    }

    @Test
    void theLoadBalancerClosesIdleConnectionsFirst() throws IOException {
        long idle = number(FARGATE, "Key: idle_timeout.timeout_seconds, Value");
        assertThat(config(variables(FARGATE)).incoming().limits().idle()).isGreaterThan(Duration.ofSeconds(idle));
    }

    @Test
    void healthChecksAndRulesNameThePortsAndPathThatTheRouterHas() throws IOException {
        RouterConfig config = config(Map.of());
        String fargate = Files.readString(FARGATE);
        String kubernetes = Files.readString(KUBERNETES);
        assertThat(fargate).contains("HealthCheckPath: " + config.incoming().healthPath() + "\n",
                "ContainerPort: " + config.ports().http().port(), "FromPort: " + config.ports().controlTls().port());
        assertThat(kubernetes).contains("path: " + config.incoming().healthPath() + ",",
                "name: http, containerPort: " + config.ports().http().port(),
                "name: https, containerPort: " + config.ports().https().port(),
                "name: control, containerPort: " + config.ports().controlTls().port(),
                "name: " + config.control().callbackVariable() + "\n");
    }

    @Test
    void alarmsAreOnMetricsThatThereAre() throws IOException {
        Set<String> ours = new TreeSet<>();
        Matcher alarm = Pattern.compile("Namespace: LambdaDispatch\\s+MetricName: (\\w+)").matcher(Files.readString(FARGATE));
        while (alarm.find()) {
            ours.add(alarm.group(1));
        }
        assertThat(ours).isNotEmpty();
        String documented = Files.readString(Path.of("docs/operations.md"));
        String source =
                Stream.of("PoolMetric", "MetricNames").map(name -> Path.of("src/router/lambdadispatch/router/observe/" + name + ".java"))
                        .map(TemplatesTest::read).collect(Collectors.joining());
        for (String metric : ours) {
            assertThat(source).contains("\"" + metric + "\"");
            assertThat(documented).contains("`" + metric + "`");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"shellcheck", "actionlint", "cfn-lint", "hclfmt", "kubernetes-validate", "docker-compose"})
    void lintersAreContent(String linter) throws Exception {
        Tool.need(linter); // what is not installed finds nothing, which proves nothing
        assertThat(Tool.need("bash").run("docker/lint.sh", linter).success()).isEqualTo(linter + ": clean\n");
    }

    @Test
    void whatWasNotHeldToItsLinterIsNamedAtTheEnd(@TempDir Path folder) throws Exception {
        for (String needed : new String[] {"dirname", "find", "sort"}) { // and no linter; only some are ever in build/tools/bin
            Files.createSymbolicLink(folder.resolve(needed), Tool.need(needed).path());
        }
        String said = Tool.need("env")
                .run("PATH=" + folder, Tool.need("bash").path().toString(), "docker/lint.sh", "shellcheck", "docker-compose").success();
        assertThat(said).endsWith("Not held to shellcheck docker-compose: the head of docker/lint.sh says where to get what is missing.\n");
    }

    @Test
    void allRoutersTogetherStayWithinTheReservedConcurrencyEvenWhileInstancesAreReplaced() throws IOException {
        long perRouter = parameter("InstancesPerRouter");
        assertThat(parameter("MaxRouters") * (perRouter + Math.ceilDiv(perRouter, 4)))
                .isLessThanOrEqualTo(parameter("FunctionConcurrency"));
    }

    @Test
    void kubernetesRoutersTakeRequestsUntilTheirEndpointsAreGone() throws IOException {
        assertThat(config(variables(KUBERNETES)).shutdown().drainDelay()).isGreaterThanOrEqualTo(Duration.ofSeconds(15));
    }

    @Test
    void architectureUnlessSaidIsTheOneThatThisIsTestedOn() throws IOException {
        assertThat(Files.readString(FARGATE)).containsPattern("  Architecture:\\n    Type: String\\n    Default: x86_64\\n");
    }

    /// What Lambda may do to attach the function to the VPC, the function's own code may not: no action may be forgotten, and no wildcard
    /// miss one.
    @ParameterizedTest
    @ValueSource(strings = {"docker/aws/fargate.yaml", "docs/aws.md"})
    void functionsOwnCodeIsDeniedEveryNetworkActionThatItsRoleAllows(String file) throws IOException {
        String text = Files.readString(Path.of(file));
        int deny = text.indexOf("Deny", text.indexOf("ec2:CreateNetworkInterface"));
        Set<String> allowed = actions(text.substring(0, deny));
        Set<String> denied = actions(text.substring(deny, text.indexOf("SourceFunctionArn", deny)));
        assertThat(allowed).isNotEmpty();
        assertThat(denied).containsAll(allowed).contains("DetachNetworkInterface");
    }

    private static Set<String> actions(String text) {
        return Pattern.compile("\"ec2:([A-Za-z*]+)\"").matcher(text).results().map(action -> action.group(1)).collect(Collectors.toSet());
    }

    @Test
    void workflowsPinTheirActionsAndGiveEachJobWhatItNeeds() throws IOException {
        for (String name : new String[] {"test", "release"}) {
            String text = Files.readString(Path.of(".github/workflows/" + name + ".yaml"));
            assertThat(Pattern.compile("uses: (\\S+)").matcher(text).results().map(found -> found.group(1))).isNotEmpty()
                    .allMatch(used -> used.matches("[\\w/-]+@[0-9a-f]{40}"));
            assertThat(text).contains("\npermissions: {}\n", "persist-credentials: false");
            assertThat(Pattern.compile("\n    permissions:\n").matcher(text).results().count())
                    .isEqualTo(Pattern.compile("\n    runs-on:").matcher(text).results().count());
        }
    }

    @Test
    void theLoadBalancerDropsOddNamesAndItsOwnFailuresRing() throws IOException {
        assertThat(Files.readString(FARGATE)).contains("routing.http.drop_invalid_header_fields.enabled, Value: \"true\"",
                "MetricName: HTTPCode_ELB_5XX_Count", "MetricName: UnHealthyHostCount");
    }

    private static long parameter(String name) throws IOException {
        Matcher matcher = Pattern.compile("\n  " + name + ":\n    Type: Number\n    Default: (\\d+)\n").matcher(Files.readString(FARGATE));
        assertThat(matcher.find()).as(name).isTrue();
        return Long.parseLong(matcher.group(1));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static RouterConfig config(Map<String, String> values) {
        return RouterConfig.read(new Settings(values));
    }

    /// All variables of ours that a file sets; empty where the value is worked out at deployment.
    private static Map<String, String> variables(Path file) throws IOException {
        Map<String, String> values = new java.util.HashMap<>();
        Matcher variable = VARIABLE.matcher(Files.readString(file));
        while (variable.find()) {
            values.put(variable.group(1), variable.group(2));
        }
        return values;
    }

    private static Duration draining(Path file) throws IOException {
        RouterConfig.Shutdown shutdown = config(variables(file)).shutdown();
        return shutdown.drainDelay().plus(shutdown.drainTimeout());
    }

    private static long number(Path file, String key) throws IOException {
        Matcher matcher = Pattern.compile(Pattern.quote(key) + ": \"?(\\d+)").matcher(Files.readString(file));
        assertThat(matcher.find()).as(key + " in " + file).isTrue();
        return Long.parseLong(matcher.group(1));
    }
}
