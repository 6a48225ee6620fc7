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

    /// Skips the test if there is none of that name on the path or where system programs lie.
    public static Tool need(String name) {
        List<String> folders = new ArrayList<>(List.of(System.getenv().getOrDefault("PATH", "").split(":")));
        folders.addAll(List.of("/usr/bin", "/usr/sbin", "/usr/local/bin"));
        for (String folder : folders) {
            Path path = Path.of(folder, name);
            if (!folder.isEmpty() && Files.isExecutable(path)) {
                return new Tool(path);
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

    public Result run(String... arguments) throws IOException, InterruptedException {
        return run(new byte[0], arguments);
    }

    /// Runs it to its end, with this as its input.
    public Result run(byte[] input, String... arguments) throws IOException, InterruptedException {
        Path output = Files.createTempFile("tool", ".out");
        Path in = Files.createTempFile("tool", ".in");
        try {
            Files.write(in, input);
            List<String> command = Stream.concat(Stream.of(path.toString()), Stream.of(arguments)).toList();
            Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectInput(in.toFile()).redirectOutput(output.toFile()).start();
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly().waitFor();
                throw new AssertionError(command + " did not end\n" + Files.readString(output, StandardCharsets.ISO_8859_1));
            }
            return new Result(process.exitValue(), Files.readString(output, StandardCharsets.ISO_8859_1));
        } finally {
            Files.delete(output);
            Files.delete(in);
        }
    }
}
