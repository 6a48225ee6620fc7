// SPDX-License-Identifier: MIT
package lambdadispatch.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// Runs the tools of the machine, pinned to processors where there are two or more: what is measured on the first, everything else on the
/// others.
final class Programs {
    private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();
    private static final Path FOLDER = Path.of("build", "bench");

    private Programs() {}

    /// Where configurations and logs go.
    static Path folder() throws IOException {
        return Files.createDirectories(FOLDER.toAbsolutePath());
    }

    static boolean installed(String program) {
        return Stream.of(System.getenv("PATH").split(":")).anyMatch(folder -> Files.isExecutable(Path.of(folder, program)))
                || Files.isExecutable(Path.of("/usr/sbin", program));
    }

    /// Runs to its end and returns what it printed.
    /// @throws IOException it failed; the message has its output
    static String run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(besides(command)).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int status = process.waitFor();
        if (status != 0) {
            throw new IOException(String.join(" ", command) + " ended with " + status + ":\n" + output);
        }
        return output;
    }

    /// Starts a server that runs until it is destroyed; its output goes to a file.
    static Process start(String name, List<String> command) throws IOException {
        List<String> full = new ArrayList<>(command);
        full.set(0, located(command.getFirst()));
        return new ProcessBuilder(full).redirectErrorStream(true).redirectOutput(folder().resolve(name + ".log").toFile()).start();
    }

    private static String located(String program) {
        Path system = Path.of("/usr/sbin", program);
        return !program.contains("/") && Files.isExecutable(system) ? system.toString() : program;
    }

    /// What is measured shares the first processor, the two hops of any subject alike.
    static void pin(long pid) throws IOException, InterruptedException {
        if (PROCESSORS > 1) {
            bind(pid, "0");
        }
    }

    static void pinBesides(long pid) throws IOException, InterruptedException {
        if (PROCESSORS > 1) {
            bind(pid, "1-" + (PROCESSORS - 1));
        }
    }

    /// All threads of a process. One that ends while taskset walks through them makes it fail though the others are bound.
    private static void bind(long pid, String processors) throws IOException, InterruptedException {
        for (int tries = 5; ; tries--) {
            try {
                run(List.of("taskset", "-apc", processors, Long.toString(pid)));
                return;
            } catch (IOException e) {
                if (tries == 1 || !e.getMessage().contains("No such process")) {
                    throw e;
                }
            }
        }
    }

    private static List<String> besides(List<String> command) {
        List<String> full = new ArrayList<>();
        if (PROCESSORS > 1 && !command.getFirst().equals("taskset")) {
            full.addAll(List.of("taskset", "-c", "1-" + (PROCESSORS - 1)));
        }
        full.addAll(command);
        return full;
    }
}
