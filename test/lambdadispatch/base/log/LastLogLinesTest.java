// SPDX-License-Identifier: MIT
package lambdadispatch.base.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What a program logs just before it ends, however it ends, is in its output. Runs a real process, because the exit is the point.
class LastLogLinesTest {
    /// Logs, and ends in the way its argument says.
    static final class Program {
        private Program() {}

        public static void main(String[] arguments) {
            Log log = Log.of("program");
            log.info("first");
            log.debug("detail");
            log.error("last", new IllegalStateException("why"));
            if (arguments[0].equals("exit")) {
                System.exit(3);
            } else if (arguments[0].equals("throw")) {
                throw new IllegalStateException();
            }
        }
    }

    private static List<String> run(String ending, String... flags) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(List.of(flags));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Program.class.getName(), ending));
        Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isEqualTo(ending.equals("exit") ? 3 : ending.equals("throw") ? 1 : 0);
        return output.lines().toList();
    }

    @Test
    void areWrittenHoweverTheProgramEnds() throws Exception {
        for (String ending : List.of("return", "exit", "throw")) {
            assertThat(run(ending)).satisfiesExactly(
                    line -> assertThat(line).endsWith("Z INFO  program first"),
                    line -> assertThat(line).endsWith("Z ERROR program last error=\"java.lang.IllegalStateException: why\""));
        }
    }

    @Test
    void includeDebugLinesOfTheTopicsNamed() throws Exception {
        assertThat(run("return", "-Dlambdadispatch.debug=frames,program")).anyMatch(line -> line.endsWith("DEBUG program detail"))
                .anyMatch(line -> line.startsWith("    at lambdadispatch.base.log.LastLogLinesTest"));
    }

    @Test
    void stayOffTheOutputWhenToldSo() throws Exception {
        assertThat(run("return", "-Dlambdadispatch.log=none")).isEmpty();
    }
}
