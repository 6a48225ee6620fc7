// SPDX-License-Identifier: MIT
package lambdadispatch.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import lambdadispatch.emulator.BuildCommands;
import lambdadispatch.emulator.environment.Environment;
import lambdadispatch.support.Stack;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The whole product from the linked images, as they are shipped; made by `./build.sh image`, which `.ci/run` calls before the tests.
@Timeout(120)
class ImageStackTest {
    private static final Path IMAGES = Path.of("build", "image");
    private static final BuildCommands COMMANDS = BuildCommands.ofImages(IMAGES);

    @BeforeAll
    static void imagesAreThere() {
        assumeTrue(Files.isDirectory(IMAGES), "./build.sh image has not been run");
    }

    @Test
    void requestsFlowThroughTheImages() throws Exception {
        try (Stack stack = new Stack().commands(COMMANDS).instances(2).start(); HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> ping =
                    client.send(HttpRequest.newBuilder(stack.url("/ping")).build(), HttpResponse.BodyHandlers.ofString());
            assertThat(ping.statusCode()).isEqualTo(200);
            assertThat(ping.body()).isEqualTo("pong");
            byte[] sent = new byte[3 << 20];
            new java.util.Random(5).nextBytes(sent);
            HttpResponse<byte[]> echo =
                    client.send(HttpRequest.newBuilder(stack.url("/echo")).POST(HttpRequest.BodyPublishers.ofByteArray(sent)).build(),
                    HttpResponse.BodyHandlers.ofByteArray());
            assertThat(echo.body()).isEqualTo(sent);
        }
    }

    @Test
    void bothRunOnTheirAotCache() throws Exception {
        try (Stack stack = new Stack().commands(COMMANDS).instances(1).start(); HttpClient client = HttpClient.newHttpClient()) {
            client.send(HttpRequest.newBuilder(stack.url("/ping")).build(), HttpResponse.BodyHandlers.discarding());
            assertThat(maps(stack.routerPid())).contains("lambda-dispatch.aot");
            assertThat(maps(stack.environments().getFirst().pid(Environment.Part.EXTENSION))).contains("lambda-dispatch.aot");
            assertThat(stack.output()).doesNotContain("AOT", "[warning]", "[error]");
        }
    }

    private static String maps(long pid) throws IOException {
        return Files.readString(Path.of("/proc/" + pid + "/maps"));
    }

    @Test
    void extensionRunsFromACopyThroughALinkAndHonoursOptions(@TempDir Path folder) throws Exception {
        Path copy = folder.resolve("elsewhere with blanks");
        run(List.of("cp", "-R", IMAGES.resolve("extension").toString(), copy.toString()), Map.of());
        Path link = Files.createSymbolicLink(folder.resolve("my-extension"), copy.resolve("bin/lambda-dispatch-extension"));
        assertThat(run(List.of(link.toString(), "--version"), Map.of())).startsWith("lambda-dispatch ");
        assertThat(run(List.of(link.toString(), "--version"), Map.of("LAMBDA_DISPATCH_JAVA_OPTIONS", "-XX:+PrintFlagsFinal -Xmx48m")))
                .contains("50331648");
    }

    /// They are the app's, should it be in Java: an agent that is not in our image, or another collector, would end us at the start.
    @Test
    void extensionDoesNotReadTheOptionsOfAJavaApp() throws Exception {
        Map<String, String> theApps = Map.of("JDK_JAVA_OPTIONS", "-XX:NoSuchFlagAtAll", "JAVA_TOOL_OPTIONS",
                "-javaagent:/opt/agent.jar -XX:+UseG1GC", "_JAVA_OPTIONS", "-Xmx1m");
        assertThat(run(List.of(IMAGES.resolve("extension/bin/lambda-dispatch-extension").toString(), "--version"), theApps))
                .isEqualTo("lambda-dispatch 0.1.0\n");
    }

    @Test
    void classesComeFromTheAotCacheAndNotFromTheModules(@TempDir Path folder) throws Exception {
        for (String launcher : List.of("router/bin/lambda-dispatch-router", "extension/bin/lambda-dispatch-extension")) {
            Path log = folder.resolve("classes");
            run(List.of(IMAGES.resolve(launcher).toString(), "--version"),
                    Map.of("LAMBDA_DISPATCH_JAVA_OPTIONS", "-Xlog:class+load:file=" + log));
            Map<Boolean, Long> loaded;
            try (var lines = Files.lines(log)) {
                loaded = lines.filter(line -> line.contains("source:"))
                        .collect(Collectors.partitioningBy(line -> line.contains("shared objects file"), Collectors.counting()));
            }
            assertThat(loaded.get(true)).as(launcher).isGreaterThan(1_000);
            assertThat(loaded.get(false)).as(launcher).isLessThan(50);
        }
    }

    @Test
    void routerRunsFromACopyThroughALinkAndHonoursOptions(@TempDir Path folder) throws Exception {
        Path copy = folder.resolve("some where");
        run(List.of("cp", "-R", IMAGES.resolve("router").toString(), copy.toString()), Map.of());
        // relative, in two steps
        Path first = Files.createSymbolicLink(folder.resolve("first"), Path.of("some where", "bin", "lambda-dispatch-router"));
        Path link = Files.createSymbolicLink(folder.resolve("second"), first);
        assertThat(run(List.of(link.toString(), "--version"), Map.of())).startsWith("lambda-dispatch-router ");
        assertThat(run(List.of(link.toString(), "--version"), Map.of("LAMBDA_DISPATCH_JAVA_OPTIONS", "-XX:+PrintFlagsFinal -Xmx96m")))
                .contains("100663296");
        assertThat(run(List.of(link.toString(), "--version"), Map.of("JAVA_TOOL_OPTIONS", "-Dnothing=1")))
                .contains("Picked up JAVA_TOOL_OPTIONS");
        assertThat(run(List.of("/bin/sh", "-c", "cd / && PATH=\"" + copy + "/bin:$PATH\" lambda-dispatch-router --version"), Map.of()))
                .startsWith("lambda-dispatch-router ");
    }

    @Test
    void programsInTheLayerCanBeExecutedAndEverythingRead() throws Exception {
        Path zip = Path.of("build", "lambda-dispatch-layer.zip");
        try (FileSystem layer = FileSystems.newFileSystem(zip, Map.of("enablePosixFileAttributes", true));
                var paths = Files.walk(layer.getPath("/"))) {
            List<Path> files = paths.filter(Files::isRegularFile).toList();
            assertThat(files).extracting(Path::toString)
                    .contains("/extensions/lambda-dispatch", "/lambda-dispatch/bin/java", "/lambda-dispatch/ld.so")
                    .allMatch(name -> name.startsWith("/extensions/") || name.startsWith("/lambda-dispatch/"));
            for (Path path : files) {
                boolean program = path.toString().equals("/extensions/lambda-dispatch")
                        || path.toString().startsWith("/lambda-dispatch/bin/") || path.endsWith("ld.so");
                assertThat(Files.getPosixFilePermissions(path)).as(path.toString()).contains(PosixFilePermission.OTHERS_READ);
                assertThat(Files.getPosixFilePermissions(path).contains(PosixFilePermission.OTHERS_EXECUTE) || !program)
                        .as(path + " is a program").isTrue();
            }
        }
    }

    @Test
    void nativeCodeAsksForNoNewerCLibraryThanLambdaHas() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/objdump")), "objdump (binutils) is not installed");
        String symbols = run(
                List.of("/bin/sh", "-c",
                        "find " + IMAGES + " -type f ! -name 'ld.so' \\( -name '*.so' -o -path '*/bin/java' \\) -exec objdump -T {} +"),
                Map.of());
        List<Integer> minors = Pattern.compile("GLIBC_2\\.(\\d+)").matcher(symbols).results().map(found -> Integer.parseInt(found.group(1)))
                .distinct().toList();
        assertThat(minors).isNotEmpty().allMatch(minor -> minor <= 34); // Amazon Linux 2023 has glibc 2.34
    }

    /// The root that it is put into may hold nothing.
    @Test
    void everyLibraryThatTheLayersProgramsNameIsInTheLayer() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/objdump")), "objdump (binutils) is not installed");
        Path home = IMAGES.resolve("extension/opt/lambda-dispatch");
        String headers = run(
                List.of("/bin/sh", "-c",
                        "find " + home + " -type f \\( -name '*.so' -o -name '*.so.[0-9]' -o -path '*/bin/java' \\) -exec objdump -p {} +"),
                Map.of());
        List<String> needed = Pattern.compile("NEEDED +(\\S+)").matcher(headers).results().map(found -> found.group(1))
                .filter(name -> !name.startsWith("ld-linux")).distinct().toList();
        assertThat(needed).contains("libc.so.6", "libjvm.so").allMatch(
                name -> Files.exists(home.resolve("lib").resolve(name)) || Files.exists(home.resolve("lib/server").resolve(name)));
    }

    @Test
    void extensionRegistersUnderTheNameOfItsFile() throws Exception {
        try (ServerSocket lambda = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            ProcessBuilder builder =
                    new ProcessBuilder(IMAGES.resolve("extension/bin/lambda-dispatch-extension").toAbsolutePath().toString())
                    .directory(Path.of("/").toFile()).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
            builder.environment().put("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:" + lambda.getLocalPort());
            Process extension = builder.start();
            try (Socket asked = lambda.accept()) {
                StringBuilder head = new StringBuilder();
                while (!head.toString().contains("\r\n\r\n")) {
                    head.append((char) asked.getInputStream().read());
                }
                assertThat(head.toString()).startsWith("POST /2020-01-01/extension/register HTTP/1.1\r\n")
                        .containsIgnoringCase("lambda-extension-name: lambda-dispatch-extension\r\n");
                extension.destroy(); // SIGTERM reaches the JVM itself: the launcher replaced itself by it
                assertThat(extension.waitFor(20, TimeUnit.SECONDS)).isTrue();
                assertThat(extension.exitValue()).isZero();
            } finally {
                extension.destroyForcibly();
            }
        }
    }

    @Test
    void plainImagesHoldNoJarAndOnlyTheModulesTheyNeed() throws Exception {
        Path extension = IMAGES.resolve("extension/opt/lambda-dispatch").toAbsolutePath();
        for (String plain : List.of("router", "extension")) {
            try (var files = Files.walk(IMAGES.resolve(plain))) {
                assertThat(files.map(Path::toString).filter(name -> name.endsWith(".jar"))).isEmpty();
            }
        }
        assertThat(run(List.of(extension + "/ld.so", extension + "/bin/java", "--list-modules"), Map.of()).lines()
                .map(line -> line.split("@")[0]))
                .containsExactly("java.base", "java.net.http", "lambdadispatch.common", "lambdadispatch.extension");
        assertThat(run(List.of(IMAGES.resolve("router/bin/java").toString(), "--list-modules"), Map.of()).lines()
                .map(line -> line.split("@")[0]))
                .containsExactly("java.base", "jdk.net", "lambdadispatch.aws", "lambdadispatch.common", "lambdadispatch.router");
    }

    @Test
    void healthCheckTellsWhetherARouterIsThere() throws Exception {
        List<String> check =
                List.of(IMAGES.resolve("router/bin/java").toString(), "-m", "lambdadispatch.router/lambdadispatch.router.HealthCheck");
        try (Stack stack = new Stack().commands(COMMANDS).instances(1).start()) {
            assertThat(status(check, Map.of("LAMBDA_DISPATCH_FunctionName", "f", "LAMBDA_DISPATCH_IncomingRequestHTTPPort",
                    Integer.toString(stack.port("incoming"))))).isZero();
        }
        try (ServerSocket nobody = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = nobody.getLocalPort();
            nobody.close();
            assertThat(status(check,
                    Map.of("LAMBDA_DISPATCH_FunctionName", "f", "LAMBDA_DISPATCH_IncomingRequestHTTPPort", Integer.toString(port))))
                    .isEqualTo(1);
        }
    }

    private static int status(List<String> command, Map<String, String> variables) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment().putAll(variables);
        Process process = builder.start();
        assertThat(process.waitFor(Duration.ofSeconds(30))).isTrue();
        return process.exitValue();
    }

    private static String run(List<String> command, Map<String, String> variables) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(variables);
        Process process = builder.start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(out).isZero();
        return out;
    }
}
