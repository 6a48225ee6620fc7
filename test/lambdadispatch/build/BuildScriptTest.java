// SPDX-License-Identifier: MIT
package lambdadispatch.build;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import lambdadispatch.support.Tool;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What `./build.sh` makes of arguments, tried on a copy that has something to lose.
class BuildScriptTest {
    @TempDir
    Path checkout;

    @BeforeEach
    void copy() throws Exception {
        Files.copy(Path.of("build.sh"), checkout.resolve("build.sh"));
        Files.createDirectories(checkout.resolve("tools"));
        try (Stream<Path> tools = Files.list(Path.of("tools"))) {
            for (Path tool : tools.toList()) {
                Files.copy(tool, checkout.resolve(tool.toString()));
            }
        }
        Files.createDirectories(checkout.resolve("build"));
        Files.writeString(checkout.resolve("build/precious"), "work of an hour");
    }

    private Tool.Result build(String... arguments) throws Exception {
        String[] command = new String[arguments.length + 1];
        command[0] = checkout.resolve("build.sh").toString();
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        return Tool.need("bash").run(command);
    }

    @ParameterizedTest
    @ValueSource(strings = {"--help", "all"})
    void cleanWithAnArgumentCleansNothing(String argument) throws Exception {
        Tool.Result result = build("clean", argument);
        assertThat(checkout.resolve("build/precious")).exists();
        assertThat(result.output()).contains("  clean                  remove build/\n");
        assertThat(result.status()).isEqualTo(argument.matches("--help|-h") ? 0 : 2);
    }

    @Test
    void cleanCleans() throws Exception {
        build("clean").success();
        assertThat(checkout.resolve("build")).doesNotExist();
    }

    /// Without compiling: the copy's stamp says that its only source has not changed.
    @Test
    void appOfTheLocalStackRunsInTheFolderOfTheCall(@TempDir Path elsewhere) throws Exception {
        String home = System.getProperty("java.home");
        Path run = Files.createDirectories(checkout.resolve("src/emulator")).resolve("run.sh");
        Files.writeString(run, "echo \"$LAMBDA_DISPATCH_EmulatorAppFolder from $PWD\"\n");
        Files.createDirectories(checkout.resolve("build/modules"));
        Files.writeString(Files.createDirectories(checkout.resolve("build/stamps")).resolve("modules"),
                home + " 0.1.0\nsrc/emulator/run.sh\n");
        ProcessBuilder builder = new ProcessBuilder("bash", checkout.resolve("build.sh").toString(), "run").directory(elsewhere.toFile())
                .redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", home);
        builder.environment().keySet().removeIf(name -> name.startsWith("LAMBDA_DISPATCH_"));
        Process process = builder.start();
        assertThat(process.inputReader().readLine()).isEqualTo(elsewhere.toRealPath() + " from " + checkout.toRealPath());
        assertThat(process.waitFor()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"test", "bench", "help"})
    void everyVerbShowsItsOwnLines(String verb) throws Exception {
        assertThat(build(verb, "--help").success().lines().findFirst())
                .hasValueSatisfying(line -> assertThat(line).startsWith("  " + verb + " "));
    }

    @Test
    void unknownVerbShowsAllThatThereAre() throws Exception {
        Tool.Result result = build("tset");
        assertThat(result.status()).isEqualTo(2);
        assertThat(result.output()).startsWith("There is no verb 'tset'.\nUsage: ./build.sh VERB").contains("  test [NAME...]");
    }

    @ParameterizedTest
    @CsvSource({"compile,--fast", "image,--quick", "simulate,ten", "simulate,-1", "docker,now", "oci,x"})
    void wrongArgumentIsToldInALineAndNothingIsDone(String verb, String argument) throws Exception {
        Tool.Result result = build(verb, argument);
        assertThat(result.status()).isEqualTo(2);
        assertThat(result.output().lines().findFirst())
                .hasValueSatisfying(line -> assertThat(line).startsWith(verb + " takes ").endsWith("not " + argument));
        assertThat(result.output()).contains("  " + verb + " ").doesNotContain("Exception", "\tat ");
    }
}
