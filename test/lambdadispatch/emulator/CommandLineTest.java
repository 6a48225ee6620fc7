// SPDX-License-Identifier: MIT
package lambdadispatch.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import lambdadispatch.base.config.Settings;
import lambdadispatch.emulator.environment.AppRule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What `./build.sh run` takes, passes on and refuses.
@Timeout(30)
class CommandLineTest {
    private static final String HTTP_PORT = "LAMBDA_DISPATCH_IncomingRequestHTTPPort";

    @Test
    void optionsSetVariables() {
        StackOptions options = StackOptions.parse(
                List.of("--app", "node server.js", "--instances=3", "--per-environment", "2", "--cold-start", "250", "--router-heap", "64m",
                        "--image"),
                Map.of("A", "b"));

        assertThat(options.faults()).isEmpty();
        assertThat(options.environment()).containsOnly(Map.entry("A", "b"), Map.entry("LAMBDA_DISPATCH_EmulatorApp", "node server.js"),
                Map.entry("LAMBDA_DISPATCH_EmulatorConcurrency", "3"), Map.entry("LAMBDA_DISPATCH_EmulatorPerEnvironment", "2"),
                Map.entry("LAMBDA_DISPATCH_EmulatorColdStart", "250ms"));
        assertThat(options.routerHeap()).isEqualTo("64m");
        assertThat(options.images()).isTrue();
    }

    @Test
    void whatIsNotUnderstoodIsToldAllAtOnce() {
        assertThat(StackOptions.parse(List.of("--nonsense", "--router-heap", "much", "--app"), Map.of()).faults()).hasSize(3);
    }

    @Test
    void valuesOutOfRangeAreToldAllAtOnce() {
        Settings settings = new Settings(Map.of("LAMBDA_DISPATCH_EmulatorMemory", "64", "LAMBDA_DISPATCH_EmulatorFaults", "throttle=2",
                "LAMBDA_DISPATCH_FunctionName", "no such name!"));
        EmulatorConfig.from(settings, new EmulatorConfig.Commands(List.of("x"), "y"), Map.of());

        assertThat(settings.faults()).hasSize(3);
    }

    @Test
    void ownAppHasTheRulesThatItWillHaveOnLambda() {
        Settings settings = new Settings(Map.of("LAMBDA_DISPATCH_EmulatorApp", "node server.js", "LAMBDA_DISPATCH_HEALTH_PATH", "/ready"));
        EmulatorConfig config = EmulatorConfig.from(settings, new EmulatorConfig.Commands(List.of("x"), "y"), Map.of("PATH", "p"));

        assertThat(config.function().rule()).isEqualTo(new AppRule(3001, "/ready", 200, 200));
        assertThat(config.function().variables()).as("nothing that the function does not have").containsOnlyKeys("PATH");
    }

    @Test
    void whatTheExtensionWouldRefuseInEachEnvironmentIsRefusedAtTheStart() {
        Settings settings = new Settings(
                Map.of("LAMBDA_DISPATCH_EmulatorApp", "x", "LAMBDA_DISPATCH_HEALTH_PATH", "ready", "LAMBDA_DISPATCH_PORT", "many",
                "LAMBDA_DISPATCH_EmulatorAppFolder", "/no/such/folder", "AWS_REGION", "mars"));
        EmulatorConfig.from(settings, new EmulatorConfig.Commands(List.of("x"), "y"), Map.of());

        assertThat(settings.faults()).hasSize(4);
    }

    @Test
    void functionMayBeConfiguredByArn() {
        Settings settings =
                new Settings(Map.of("LAMBDA_DISPATCH_FunctionName", "arn:aws:lambda:eu-north-1:123456789012:function:mine:live"));
        EmulatorConfig config = EmulatorConfig.from(settings, new EmulatorConfig.Commands(List.of("x"), "y"), Map.of());

        assertThat(config.functions()).containsExactly("mine");
    }

    @Test
    void eachProcessGetsTheVariablesThatAreItsOwn() {
        Map<String, String> all =
                Map.of("PATH", "p", "AWS_SECRET_ACCESS_KEY", "s", "AWS_PROFILE", "x", "LAMBDA_DISPATCH_ASYNC_INIT", "true",
                "LAMBDA_DISPATCH_ChannelCount", "20", "LAMBDA_DISPATCH_EmulatorPort", "1", "LAMBDA_DISPATCH_Debug", "frames");

        assertThat(ProcessVariables.ofEnvironments(all)).containsOnlyKeys("PATH", "LAMBDA_DISPATCH_ASYNC_INIT", "LAMBDA_DISPATCH_Debug");
        assertThat(ProcessVariables.ofRouter(all))
                .containsOnlyKeys("PATH", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "LAMBDA_DISPATCH_ChannelCount", "LAMBDA_DISPATCH_Debug");
    }

    @Test
    void takenPortIsOneLineNamingItAndItsVariable() throws Exception {
        try (ServerSocket holder = new ServerSocket(0)) {
            Ended ended = run(Map.of(HTTP_PORT, Integer.toString(holder.getLocalPort())));

            assertThat(ended.status).isEqualTo(1);
            assertThat(ended.printed.lines())
                    .containsExactly("Port " + holder.getLocalPort() + " is taken; set " + HTTP_PORT + " to another.");
        }
    }

    @Test
    void helpListsOptionsAndVariables() throws Exception {
        Ended ended = run(Map.of(), "--help");

        assertThat(ended.status).isZero();
        assertThat(ended.printed).contains("--cold-start TIME", "LAMBDA_DISPATCH_EmulatorPort", HTTP_PORT);
    }

    private record Ended(int status, String printed) {}

    private static Ended run(Map<String, String> variables, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"), LocalStack.class.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        Map<String, String> environment = new HashMap<>(variables);
        for (String port : List.of(HTTP_PORT, "LAMBDA_DISPATCH_IncomingRequestHTTPSPort", "LAMBDA_DISPATCH_ControlChannelHTTP2Port")) {
            try (ServerSocket probe = new ServerSocket(0)) {
                environment.putIfAbsent(port, Integer.toString(probe.getLocalPort()));
            }
        }
        builder.environment().putAll(environment);
        Process process = builder.start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ended(process.waitFor(), printed);
    }
}
