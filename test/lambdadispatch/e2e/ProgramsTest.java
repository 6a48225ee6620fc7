// SPDX-License-Identifier: MIT
package lambdadispatch.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import lambdadispatch.emulator.BuildCommands;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What the two programs say of themselves, and that the README says the same.
@Timeout(30)
class ProgramsTest {
    private static final String P = "LAMBDA_DISPATCH_";
    /// The names that the product was founded with, by the program that reads them.
    private static final List<String> FOUNDING_ROUTER = List.of("MaxWorkerThreads", "ChannelCount", "MaxConcurrentCount",
            "AllowInsecureControlChannel", "PreferredControlChannelScheme",
            "IncomingRequestHTTPPort", "IncomingRequestHTTPSPort", "ControlChannelInsecureHTTP2Port", "ControlChannelHTTP2Port",
            "InstanceCountMultiplier", "EnvVarForCallbackIp",
            "ScalingAlgorithm", "CloudWatchMetricsEnabled");
    private static final List<String> FOUNDING_EXTENSION = List.of("RUNTIME", "ENABLE_COMPRESSION", "PORT", "ASYNC_INIT");

    enum Program {
        ROUTER("lambda-dispatch-router", "## Router configuration", BuildCommands.ofModules().router(), FOUNDING_ROUTER),
        EXTENSION("lambda-dispatch", "## Extension configuration", BuildCommands.ofModules().extension(), FOUNDING_EXTENSION);

        private final String name;
        private final String chapter;
        private final List<String> command;
        private final List<String> founding;

        Program(String name, String chapter, List<String> command, List<String> founding) {
            this.name = name;
            this.chapter = chapter;
            this.command = command;
            this.founding = founding;
        }
    }

    private record Ended(int status, String printed) {}

    private static Ended run(Program program, Map<String, String> variables, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(program.command);
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith(P) || name.startsWith("AWS_"));
        builder.environment().putAll(variables);
        Process process = builder.start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ended(process.waitFor(), printed);
    }

    private static Set<String> found(Pattern pattern, String text) {
        Set<String> names = new TreeSet<>();
        for (Matcher matcher = pattern.matcher(text); matcher.find(); ) {
            names.add(matcher.group(1));
        }
        return names;
    }

    @ParameterizedTest
    @EnumSource(Program.class)
    void readmeNamesExactlyTheVariablesThatTheProgramKnows(Program program) throws Exception {
        Ended help = run(program, Map.of(), "--help");
        assertThat(help.status()).isZero();
        Set<String> known = found(Pattern.compile("(?m)^" + P + "(\\w+) "), help.printed());
        String chapter = Files.readString(Path.of("README.md")).split(program.chapter + "\n", 2)[1].split("\n## ", 2)[0];
        Set<String> named = new TreeSet<>();
        chapter.lines().filter(line -> line.startsWith("| `"))
                .forEach(line -> named.addAll(found(Pattern.compile("`(\\w+)`"), line.split("\\|")[1])));
        assertThat(named).isEqualTo(known).containsAll(program.founding);
    }

    @ParameterizedTest
    @EnumSource(Program.class)
    void shortFormAsksForHelpAsWell(Program program) throws Exception {
        assertThat(run(program, Map.of(), "-h")).isEqualTo(run(program, Map.of(), "--help"));
    }

    @Test
    void foundingTextsDisclaimersAboutBillsAreKept() throws IOException {
        assertThat(Files.readString(Path.of("README.md"))).contains("Your AWS bill is your own",
                "This project is not responsible for any AWS charges",
                "Contributors to this project are not responsible for any AWS charges", "monitoring and alarms");
    }

    @ParameterizedTest
    @EnumSource(Program.class)
    void versionIsOneLine(Program program) throws Exception {
        Ended version = run(program, Map.of(), "--version");
        assertThat(version.status()).isZero();
        assertThat(version.printed()).matches(program.name + " \\d+\\.\\d+\\.\\d+\\S*\n");
    }

    @Test
    void faultOfTheConfigurationThatOnlyTheStartShowsIsToldOnce() throws Exception {
        Ended refused = run(Program.ROUTER,
                Map.of(P + "FunctionName", "f", "AWS_REGION", "us-east-1", "K8S_POD_IP", "not a host", P + "IncomingRequestHTTPPort", "0"));
        assertThat(refused.status()).isEqualTo(1);
        assertThat(refused.printed().lines()).containsExactly("K8S_POD_IP=not a host: must be a host name or an IP address");
    }

    @ParameterizedTest
    @EnumSource(Program.class)
    void unknownArgumentIsRefused(Program program) throws Exception {
        Ended refused = run(program, Map.of(), "--frob");
        assertThat(refused.status()).isEqualTo(2);
        assertThat(refused.printed().lines()).singleElement().asString().contains("--frob", "--help");
    }

    @ParameterizedTest
    @EnumSource(Program.class)
    void allFaultsAreToldAtOnceAndUnknownNamesGuessed(Program program) throws Exception {
        Ended refused = switch (program) {
        case ROUTER ->
            run(program, Map.of(P + "ChannelCount", "many", P + "IncomingRequestHTTPPort", "70000", P + "MaxConcurentCount", "3"));
            case EXTENSION -> run(program, Map.of(P + "ENABLE_COMPRESSION", "many", P + "PORT", "70000", P + "ASYNC_INITS", "3"));
        };
        assertThat(refused.status()).isEqualTo(2);
        assertThat(refused.printed().lines().filter(line -> line.contains("must be"))).hasSize(3); // and what is required is missing
        assertThat(refused.printed()).contains("=many: must be", "=70000: must be", "did you mean");
    }

    @Test
    void portThatIsTakenIsOneLineNamingItAndItsVariable() throws Exception {
        try (java.net.ServerSocket holder = new java.net.ServerSocket(0)) {
            Ended refused = run(Program.ROUTER,
                    Map.of(P + "FunctionName", "f", P + "RouterCallbackHost", "127.0.0.1", "AWS_REGION", "us-east-1",
                            P + "ControlChannelHTTP2Port", "0",
                    P + "IncomingRequestHTTPPort", Integer.toString(holder.getLocalPort()), P + "IncomingRequestHTTPSPort", "0"));
            assertThat(refused.status()).isEqualTo(1);
            assertThat(refused.printed().lines().filter(line -> line.contains("taken"))).singleElement().asString()
                    .contains(Integer.toString(holder.getLocalPort()), P + "IncomingRequestHTTPPort");
        }
    }
}
