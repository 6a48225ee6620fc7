// SPDX-License-Identifier: MIT
package lambdadispatch.router;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import lambdadispatch.base.config.Settings;
import lambdadispatch.support.Tool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The same deployment in four languages: what they say by default agrees with each other, with the pages and with the programs.
class DeploymentsTest {
    private static final Path TERRAFORM = Path.of("docker/aws/terraform");

    /// Where each says how many of what there may be, and how long they wait. `%s` stands for a parameter's name.
    private enum Deployment {
        CLOUDFORMATION("docker/aws/fargate.yaml", "\n  %s:\n    Type: Number\n    Default: (\\d+)\n", "StopTimeout: (\\d+)",
                "idle_timeout\\.timeout_seconds, Value: \"(\\d+)"),
        SAM("docker/aws/sam.yaml", "\n  %s:\n    Type: Number\n    Default: (\\d+)\n", null, null),
        CDK("docker/aws/cdk/lambda-dispatch.ts", "[{ ]%s = (\\d+)[, ]", "stopTimeout: Duration\\.seconds\\((\\d+)\\)",
                "idleTimeout: Duration\\.seconds\\((\\d+)\\)"),
        TERRAFORM("docker/aws/terraform/main.tf", "\nvariable \"%s\" \\{(?:\n  .*| *\n)*?\n  default +?= (\\d+)\n",
                "stopTimeout +?= (\\d+)", "idle_timeout +?= (\\d+)");

        private final Path file;
        private final String parameter;
        private final String stopTimeout;
        private final String idleTimeout;

        Deployment(String file, String parameter, String stopTimeout, String idleTimeout) {
            this.file = Path.of(file);
            this.parameter = parameter;
            this.stopTimeout = stopTimeout;
            this.idleTimeout = idleTimeout;
        }

        String text() throws IOException {
            return Files.readString(file);
        }

        long parameter(String name) throws IOException {
            String inItsCase = switch (this) {
                case CLOUDFORMATION, SAM -> name;
                case CDK -> Character.toLowerCase(name.charAt(0)) + name.substring(1);
                case TERRAFORM -> name.replaceAll("(?<=[a-z])(?=[A-Z])", "_").toLowerCase(java.util.Locale.ROOT);
            };
            String from = this == TERRAFORM ? Files.readString(DeploymentsTest.TERRAFORM.resolve("variables.tf")) : text();
            return number(from, parameter.formatted(inItsCase));
        }
    }

    @ParameterizedTest
    @EnumSource
    void allRoutersTogetherStayWithinTheReservedConcurrencyEvenWhileInstancesAreReplaced(Deployment deployment) throws IOException {
        long perRouter = deployment.parameter("InstancesPerRouter");
        assertThat(deployment.parameter("MaxRouters") * (perRouter + Math.ceilDiv(perRouter, 4)))
                .isLessThanOrEqualTo(deployment.parameter("FunctionConcurrency"));
    }

    @Test
    void allOfThemAndThePageSayTheSame() throws IOException {
        for (String name : List.of("FunctionMemory", "FunctionConcurrency", "InstancesPerRouter", "MinRouters", "MaxRouters")) {
            for (Deployment deployment : Deployment.values()) {
                assertThat(deployment.parameter(name)).as(name + " in " + deployment).isEqualTo(Deployment.CLOUDFORMATION.parameter(name));
            }
        }
        long perRouter = Deployment.CLOUDFORMATION.parameter("InstancesPerRouter");
        assertThat(Files.readString(Path.of("docs/aws.md")))
                .contains("(%d x (%d + %d) = %d)".formatted(Deployment.CLOUDFORMATION.parameter("MaxRouters"), perRouter,
                Math.ceilDiv(perRouter, 4), Deployment.CLOUDFORMATION.parameter("FunctionConcurrency")));
    }

    @ParameterizedTest
    @EnumSource(names = "SAM", mode = EnumSource.Mode.EXCLUDE) // which nests the first
    void routersDrainBeforeTheyAreKilledAndKeepIdleConnectionsForLongerThanTheLoadBalancer(Deployment deployment) throws IOException {
        Map<String, String> variables = variables(deployment);
        assertThat(variables).containsKeys("LAMBDA_DISPATCH_FunctionName", "LAMBDA_DISPATCH_MaxInstanceCount",
                "LAMBDA_DISPATCH_CloudWatchMetricsEnabled");
        variables.values().removeIf(String::isEmpty); // worked out at deployment
        variables.put("LAMBDA_DISPATCH_FunctionName", "f");
        Settings settings = new Settings(variables);
        RouterConfig config = RouterConfig.read(settings);
        settings.tolerate("LAMBDA_DISPATCH_PORT"); // the extension's
        assertThat(settings.warnings()).isEmpty();
        assertThat(settings.faults()).isEmpty();
        Duration draining = config.shutdown().drainDelay().plus(config.shutdown().drainTimeout());
        assertThat(draining).isLessThan(Duration.ofSeconds(number(deployment.text(), deployment.stopTimeout)));
        assertThat(config.incoming().limits().idle()).isGreaterThan(Duration.ofSeconds(number(deployment.text(), deployment.idleTimeout)));
    }

    @ParameterizedTest
    @EnumSource
    void functionsOwnCodeIsDeniedEveryNetworkActionThatItsRoleNeeds(Deployment deployment) throws IOException {
        assertThat(deployment.text()).contains("lambda:SourceFunctionArn", "CreateNetworkInterface", "DescribeNetworkInterfaces",
                "DescribeSubnets", "DeleteNetworkInterface",
                "DetachNetworkInterface", "AssignPrivateIpAddresses", "UnassignPrivateIpAddresses");
    }

    /// What the page advises for the smallest bill: one router may be all, goes only when its successor is healthy, and its environments
    /// fit the same reserved concurrency.
    @Test
    void oneRouterIsAllowedAndIsReplacedWithoutAGap() throws IOException {
        assertThat(Deployment.CLOUDFORMATION.text()).contains("MinimumHealthyPercent: 100\n        MaximumPercent: 200\n")
                .containsPattern("\n  MinRouters:\n.*\n.*\n    MinValue: 1\n  MaxRouters:\n.*\n.*\n    MinValue: 1\n");
        assertThat(Deployment.CDK.text()).contains("minHealthyPercent: 100,", "maxHealthyPercent: 200,");
        assertThat(Deployment.TERRAFORM.text()).contains("deployment_minimum_healthy_percent = 100\n",
                "deployment_maximum_percent         = 200\n");
        long instances = number(Files.readString(Path.of("docs/aws.md")), "`MinRouters=1 MaxRouters=1`.*`InstancesPerRouter=(\\d+)`");
        assertThat(instances + Math.ceilDiv(instances, 4)).isEqualTo(Deployment.CLOUDFORMATION.parameter("FunctionConcurrency"));
    }

    @Test
    void terraformWatchesWhatCloudFormationDoes() throws IOException {
        Set<String> watched = names(Deployment.CLOUDFORMATION.text(), "MetricName: (\\w+)");
        assertThat(names(Files.readString(TERRAFORM.resolve("alarms.tf")), "metric(?:_name)? += \"(\\w+)\"")).isEqualTo(watched);
    }

    /// A router that dies and comes back within a minute shows in no metric.
    @Test
    void routerThatIsStartedAgainRingsInAllOfThem() throws IOException {
        for (Path file : new Path[] {Path.of("docker/aws/fargate.yaml"), TERRAFORM.resolve("alarms.tf"),
                Path.of("docker/aws/cdk/alarms.ts")}) {
            assertThat(Files.readString(file)).as(file.toString()).contains("ECS Task State Change", "EssentialContainerExited",
                    "cloudwatch.amazonaws.com");
        }
    }

    /// Without the provider, which is no part of Terraform, only what needs none can be run: form, and what the variables' rules say.
    @Test
    void terraformRefusesMoreInstancesThanTheReservedConcurrencyHolds(@TempDir Path folder) throws Exception {
        Tool terraform = Tool.need("terraform");
        terraform.run("fmt", "-check", "-diff", TERRAFORM.toString()).success();
        Files.copy(TERRAFORM.resolve("variables.tf"), folder.resolve("variables.tf"));
        String in = "-chdir=" + folder;
        terraform.run(in, "init", "-input=false", "-no-color").success();
        Files.writeString(folder.resolve("terraform.tfvars"), """
                name = "shop"
                vpc_id = "vpc-1"
                load_balancer_subnets = []
                router_subnets = []
                function_subnets = []
                router_image = "router"
                function_image = "shop"
                alarm_email = "you@example.com"
                """);
        terraform.run(in, "plan", "-input=false", "-no-color").success();
        Tool.Result more = terraform.run(in, "plan", "-input=false", "-no-color", "-var", "max_routers=5");
        assertThat(more.status()).isNotZero();
        assertThat(more.output()).contains("exceeds function_concurrency");
    }

    private static Set<String> names(String text, String pattern) {
        Set<String> names = new TreeSet<>();
        Pattern.compile(pattern).matcher(text).results().forEach(found -> names.add(found.group(1)));
        return names;
    }

    /// All variables of ours that it sets; empty where the value is worked out at deployment.
    private static Map<String, String> variables(Deployment deployment) throws IOException {
        Matcher variable = Pattern.compile("(LAMBDA_DISPATCH_\\w+)(?:\"?, [Vv]alue(?:: | = )|: | += )(?:[\"']?([\\w=]+)[\"',}\\n])?")
                .matcher(deployment.text());
        Map<String, String> values = new HashMap<>();
        while (variable.find()) {
            values.put(variable.group(1), variable.group(2) == null ? "" : variable.group(2));
        }
        return values;
    }

    private static long number(String text, String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        assertThat(matcher.find()).as(pattern).isTrue();
        return Long.parseLong(matcher.group(1));
    }
}
