// SPDX-License-Identifier: MIT
package lambdadispatch.support;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/// A program that is installed here or not: a test that needs one which is not is reported as skipped, with its name.
public final class Tool {
    private static final long PATIENCE_SECONDS = 90;

    private final Path path;

    private Tool(Path path) {
        this.path = path;
    }

    /// @param output both streams, as they came
    public record Result(int status, String output) {
        public String success() {
            if (status != 0) {
                throw new AssertionError("ended with status " + status + "\n" + output);
            }
            return output;
        }
    }

    /// Skips the test if there is none of that name on the path, where system programs lie, or where `.ci/run` puts some.
    public static Tool need(String name) {
        List<String> folders = new ArrayList<>(List.of(System.getenv().getOrDefault("PATH", "").split(":")));
        folders.addAll(List.of("/usr/bin", "/usr/sbin", "/usr/local/bin", "build/tools/bin"));
        for (String folder : folders) {
            Path path = Path.of(folder, name);
            if (!folder.isEmpty() && Files.isExecutable(path)) {
                return new Tool(path.toAbsolutePath());
            }
        }
        Assumptions.abort(name + " is not installed here");
        throw new AssertionError("aborted");
    }

    /// The system's Python with a module, since that is what its packages are for; skips the test where it is not there.
    public static Tool python(String module) throws IOException, InterruptedException {
        Path system = Path.of("/usr/bin/python3");
        Tool python = Files.isExecutable(system) ? new Tool(system) : need("python3");
        if (python.run("-c", "import " + module).status() != 0) {
            Assumptions.abort("Python's " + module + " is not installed here");
        }
        return python;
    }

    public Path path() {
        return path;
    }

    /// Runs it without input to its end, which must be a success; returns what it wrote to its standard output.
    public byte[] output(String... arguments) throws IOException, InterruptedException {
        Path output = Files.createTempFile("tool", ".out");
        try {
            Path errors = Files.createTempFile("tool", ".err");
            try {
                int status =
                        end(new ProcessBuilder(command(arguments)).redirectOutput(output.toFile()).redirectError(errors.toFile()), errors);
                new Result(status, Files.readString(errors, StandardCharsets.ISO_8859_1)).success();
                return Files.readAllBytes(output);
            } finally {
                Files.delete(errors);
            }
        } finally {
            Files.delete(output);
        }
    }

    /// Runs it without input to its end.
    public Result run(String... arguments) throws IOException, InterruptedException {
        Path output = Files.createTempFile("tool", ".out");
        try {
            int status = end(new ProcessBuilder(command(arguments)).redirectErrorStream(true).redirectOutput(output.toFile()), output);
            return new Result(status, Files.readString(output, StandardCharsets.ISO_8859_1));
        } finally {
            Files.delete(output);
        }
    }

    private List<String> command(String... arguments) {
        return Stream.concat(Stream.of(path.toString()), Stream.of(arguments)).toList();
    }

    private static int end(ProcessBuilder builder, Path printed) throws IOException, InterruptedException {
        Process process = builder.redirectInput(Path.of("/dev/null").toFile()).start();
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor();
            throw new AssertionError(builder.command() + " did not end\n" + Files.readString(printed, StandardCharsets.ISO_8859_1));
        }
        return process.exitValue();
    }

    /// Starts it and leaves it running, its output in a file.
    public Process start(Path printed, String... arguments) throws IOException {
        return new ProcessBuilder(command(arguments)).redirectErrorStream(true).redirectOutput(printed.toFile())
                .redirectInput(Path.of("/dev/null").toFile()).start();
    }
}
