// SPDX-License-Identifier: MIT
package lambdadispatch.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import lambdadispatch.emulator.BuildCommands;
import lambdadispatch.emulator.environment.Environment;
import lambdadispatch.support.Stack;
import lambdadispatch.support.Tool;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The layer as Lambda unpacks it, in `/opt` of roots as functions' images have them: with another C library, or with nothing at all.
///
/// Each root is made by the test and has neither `/tmp` nor `/etc`. The app runs outside, as Lambda's emulator starts it.
@Timeout(120)
class AnyRootTest {
    private static final Path LAYER = Path.of("build", "lambda-dispatch-layer.zip");
    private static final String EXTENSION = "/opt/extensions/lambda-dispatch";

    /// What else is in the root.
    enum Root {
        /// Nothing: `FROM scratch` and one binary.
        EMPTY,
        /// Alpine's C library and no other.
        MUSL,
        /// A shell and its tools in one static program.
        BUSYBOX,
        /// A glibc that does not fit our loader, first on the path that Lambda sets.
        OTHER_GLIBC
    }

    @TempDir
    static Path unpacked;

    @TempDir
    Path folder;

    private Path root;

    @BeforeAll
    static void layer() throws Exception {
        assumeTrue(Files.isRegularFile(LAYER), "./build.sh image has not been run");
        EnteredRoot.need();
        try (FileSystem zip = FileSystems.newFileSystem(LAYER, Map.of("enablePosixFileAttributes", true));
                Stream<Path> paths = Files.walk(zip.getPath("/"))) {
            for (Path path : paths.toList()) {
                Path to = unpacked.resolve(path.toString().substring(1));
                if (Files.isDirectory(path)) {
                    Files.createDirectories(to);
                } else {
                    Files.copy(path, to);
                }
                Files.setPosixFilePermissions(to, path.toString().equals("/") ? PosixFilePermissions.fromString("rwxr-xr-x")
                        : Files.getPosixFilePermissions(path));
            }
        }
    }

    @BeforeEach
    void makeRoot() throws IOException {
        root = Files.createDirectories(folder.resolve("root"));
        for (String name : List.of("opt", "proc")) {
            Files.createDirectories(root.resolve(name));
        }
        Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private void furnish(Root with) throws IOException {
        switch (with) {
            case EMPTY -> assertThat(root.toFile().list()).containsExactlyInAnyOrder("opt", "proc");
            case MUSL -> {
                Path loader = Stream.of("/lib/ld-musl-x86_64.so.1", "/lib/ld-musl-aarch64.so.1").map(Path::of).filter(Files::exists)
                        .findFirst().orElse(null);
                assumeTrue(loader != null, "musl is not installed here");
                Files.createDirectories(root.resolve("lib"));
                Files.copy(loader, root.resolve("lib").resolve(loader.getFileName()));
                Files.copy(loader, root.resolve("lib/libc.so"));
            }
            case BUSYBOX -> {
                Files.createDirectories(root.resolve("bin"));
                for (String program : List.of("sh", "busybox", "ls", "cat")) {
                    Files.copy(Tool.need("busybox").path(), root.resolve("bin").resolve(program));
                }
            }
            case OTHER_GLIBC -> {
                for (String name : List.of("lib64/libc.so.6", "lib64/libm.so.6", "lib64/libdl.so.2", "usr/lib64/libpthread.so.0",
                        "lib/libc.so.6")) {
                    Files.createDirectories(root.resolve(name).getParent());
                    Files.writeString(root.resolve(name), "whoever loads this fails");
                }
            }
        }
    }

    /// A file of the extension's name that enters the root and becomes the extension: what the emulator starts.
    private Path entering(Path root) throws IOException {
        return new EnteredRoot(root)
                .script(folder.resolve("lambda-dispatch"), Map.of("/opt", unpacked), "65534:65534", Map.of(), List.of(EXTENSION));
    }

    private Tool.Result run(Map<String, String> variables, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("-i"));
        command.add("PATH=/usr/sbin:/usr/bin:/sbin:/bin");
        variables.forEach((name, value) -> command.add(name + "=" + value));
        command.add(entering(root).toString());
        command.addAll(List.of(arguments));
        return Tool.need("env").run(command.toArray(String[]::new));
    }

    @ParameterizedTest
    @EnumSource(Root.class)
    void extensionServesInAnyRoot(Root with) throws Exception {
        furnish(with);
        BuildCommands modules = BuildCommands.ofModules();
        String app = "unset LD_LIBRARY_PATH JAVA_TOOL_OPTIONS JDK_JAVA_OPTIONS _JAVA_OPTIONS; " + modules.demo();
        Stack stack = new Stack().commands(new BuildCommands(modules.router(), List.of(entering(root).toString()), modules.demo()))
                .app(app).instances(1)
                .environment("LD_LIBRARY_PATH", "/lib64:/usr/lib64:/lib:/var/runtime:/var/task/lib:/opt/lib") // as Lambda sets it
                .environment("JAVA_TOOL_OPTIONS", "-javaagent:/opt/agent.jar").environment("JDK_JAVA_OPTIONS", "-XX:NoSuchFlag")
                .environment("_JAVA_OPTIONS", "-Xmx1m");
        try (Stack running = stack.start(); HttpClient client = HttpClient.newHttpClient()) {
            byte[] sent = new byte[1 << 20];
            new java.util.Random(5).nextBytes(sent);
            HttpResponse<byte[]> echo = client.send(HttpRequest.newBuilder(running.url("/echo"))
                    .POST(HttpRequest.BodyPublishers.ofByteArray(sent)).build(),
                    HttpResponse.BodyHandlers.ofByteArray());
            assertThat(echo.body()).isEqualTo(sent);
            String maps = Files.readString(Path.of("/proc/" + running.environments().getFirst().pid(Environment.Part.EXTENSION) + "/maps"));
            assertThat(maps).contains("lambda-dispatch.aot", "lambda-dispatch/lib/libc.so.6", "lambda-dispatch/ld.so");
            assertThat(maps.lines().filter(line -> line.contains("libc.so") || line.contains("musl")))
                    .allMatch(line -> line.endsWith("lambda-dispatch/lib/libc.so.6"));
        }
        assertThat(stack.output()).contains("event type=SHUTDOWN").doesNotContain("[warning]", "[error]", "Picked up");
    }

    @Test
    void optionsComeFromTheVariableAndWin() throws Exception {
        String printed = run(Map.of("LAMBDA_DISPATCH_JAVA_OPTIONS", "-XX:+PrintFlagsFinal -Xmx48m"), "--version").success();
        assertThat(printed).containsPattern("MaxHeapSize +:?= 50331648 ").containsPattern("UseSerialGC +:?= true ")
                .contains("\nlambda-dispatch 0.1.0\n");
    }

    @Test
    void faultsOfTheConfigurationAreToldAsEverywhere() throws Exception {
        Tool.Result result = run(Map.of("LAMBDA_DISPATCH_PORT", "many"));
        assertThat(result.status()).isEqualTo(2);
        assertThat(result.output()).contains("LAMBDA_DISPATCH_PORT=many: must be ", "AWS_LAMBDA_RUNTIME_API=: must be ");
    }

    @Test
    void everyLibraryThatItsBinariesNameIsItsOwn() throws Exception {
        Path home = unpacked.resolve("lambda-dispatch");
        Tool readelf = Tool.need("readelf");
        List<Path> binaries;
        try (Stream<Path> files = Files.walk(home)) {
            binaries = files.filter(file -> file.toString().matches(".*/bin/java|.*\\.so(\\.\\d)?")).toList();
        }
        assertThat(binaries).hasSizeGreaterThan(10);
        for (Path binary : binaries) {
            String dynamic = readelf.run("-d", binary.toString()).success();
            List<String> needed = dynamic.lines().filter(line -> line.contains("(NEEDED)"))
                    .map(line -> line.replaceAll(".*\\[(.*)]", "$1")).toList();
            assertThat(needed).as(binary.toString())
                    .allMatch(name -> name.startsWith("ld-linux-") || Files.exists(home.resolve("lib").resolve(name))
                    || Files.exists(home.resolve("lib/server").resolve(name)));
        }
        String java = readelf.run("-ld", home.resolve("bin/java").toString()).success();
        assertThat(java).contains("Requesting program interpreter: /opt/lambda-dispatch/ld.so]").as("comes before LD_LIBRARY_PATH")
                .contains("(RPATH)").doesNotContain("(RUNPATH)");
    }

    @Test
    void cLibraryHasItsLicenceBesideIt() throws Exception {
        try (Stream<Path> files = Files.list(unpacked.resolve("lambda-dispatch/legal/glibc"))) {
            assertThat(files.map(file -> file.getFileName().toString())).contains("NOTICE").hasSizeGreaterThan(1);
        }
        assertThat(unpacked.resolve("lambda-dispatch/legal/glibc/NOTICE")).content().contains("GNU C Library", "LGPL-2.1");
    }

    /// The budget is 25 MB: 1 MB of it is kept for what is not foreseen.
    @Test
    void layerIsWithinItsSize() throws Exception {
        assertThat(Files.size(LAYER)).isLessThan(24_000_000);
    }
}
