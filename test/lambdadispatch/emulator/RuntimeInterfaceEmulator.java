// SPDX-License-Identifier: MIT
package lambdadispatch.emulator;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import lambdadispatch.support.Tool;

/// AWS's Runtime Interface Emulator, which `.ci/run` builds, with an `/opt` of the test's. It has one environment, and calls the function
/// `function`.
///
/// It runs in namespaces of its own, where it is the first process: whatever it has started ends with it.
final class RuntimeInterfaceEmulator implements AutoCloseable {
    private static final String[] NAMESPACES = {"--mount", "--pid", "--fork", "--kill-child", "--mount-proc"};

    private final Process process;
    private final Path output;
    private final int port;

    /// @param extension the command behind `/opt/extensions/lambda-dispatch`
    /// @param app for `/bin/sh`: what RIE takes for the runtime
    RuntimeInterfaceEmulator(Path folder, List<String> extension, String app, Map<String, String> variables)
            throws IOException, InterruptedException {
        Tool rie = Tool.need("aws-lambda-rie");
        Tool unshare = Tool.need("unshare");
        boolean allowed = Files.isDirectory(Path.of("/opt"))
                && unshare.run(with(NAMESPACES, "mount", "--bind", folder.toString(), "/opt")).status() == 0;
        assumeTrue(allowed, "AWS's emulator looks into /opt/extensions, and putting a folder at /opt takes root and namespaces");
        assumeTrue(Stream.of(folder, Path.of("")).noneMatch(path -> path.toAbsolutePath().startsWith("/var")),
                "AWS's emulator needs /var/task, for which another /var is put over this one");
        port = free();
        output = folder.resolve("rie.log");
        Path opt = Files.createDirectories(folder.resolve("opt/extensions")).getParent();
        script(opt.resolve("extensions/lambda-dispatch"),
                "exec " + extension.stream().map(word -> "'" + word.replace("'", "'\\''") + "'").collect(Collectors.joining(" ")));
        script(opt.resolve("bootstrap"), app); // the one place that both of its implementations look at
        ProcessBuilder builder = new ProcessBuilder(with(with(new String[] {unshare.path().toString()}, NAMESPACES), "/bin/sh", "-c", """
                mount --bind "$1" /opt && mount -t tmpfs var /var && mkdir /var/task && exec "$2" --log-level info --runtime-interface-emulator-address 127.0.0.1:$3 --runtime-api-address 127.0.0.1:$4 /opt/bootstrap\
                """, "sh", opt.toString(), rie.path().toString(), Integer.toString(port), Integer.toString(free())));
        builder.environment().putAll(variables);
        builder.redirectInput(Path.of("/dev/null").toFile()).redirectErrorStream(true).redirectOutput(output.toFile());
        process = builder.start();
    }

    private static String[] with(String[] first, String... more) {
        return Stream.of(first, more).flatMap(Arrays::stream).toArray(String[]::new);
    }

    private static void script(Path file, String command) throws IOException {
        Files.writeString(file, "#!/bin/sh\n" + command + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static int free() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    String endpoint() {
        return "http://127.0.0.1:" + port;
    }

    /// Waits until it takes invokes.
    void awaitListening() throws IOException {
        for (int i = 0; ; i++) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return;
            } catch (ConnectException e) {
                if (i > 1_000 || !process.isAlive()) {
                    throw new IOException("it does not listen:\n" + output(), e);
                }
                LockSupport.parkNanos(20_000_000);
            }
        }
    }

    /// What it, the extension and the app have printed.
    String output() throws IOException {
        return Files.readString(output, StandardCharsets.UTF_8);
    }

    /// Its processes: itself, extension and app, and what those have started.
    List<ProcessHandle> processes() {
        return process.descendants().toList();
    }

    /// Ends the environment as Lambda does: SIGTERM to the app, SHUTDOWN to extensions.
    /// @return what all printed
    String shutDown() throws IOException, InterruptedException {
        process.children().forEach(ProcessHandle::destroy);
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            throw new AssertionError("it did not end:\n" + output());
        }
        return output();
    }

    @Override
    public void close() {
        process.children().forEach(ProcessHandle::destroyForcibly); // the first of the namespace: all others end with it
        process.onExit().completeOnTimeout(process, 10, TimeUnit.SECONDS).join();
        process.destroyForcibly();
    }
}
