// SPDX-License-Identifier: MIT
package lambdadispatch.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.stream.Stream;
import lambdadispatch.emulator.BuildCommands;
import lambdadispatch.support.Stack;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What is released is the same, to the octet, whenever it is made of the same source: here the two files in which that does not come by
/// itself. `./build.sh image --again` holds all of them to it.
@Timeout(120)
class ReproducibleImageTest {
    private static final Path IMAGES = Path.of("build", "image");
    private static final String JAVA_HOME = System.getProperty("java.home");

    @BeforeAll
    static void imagesAreThere() throws IOException {
        assumeTrue(Files.isDirectory(IMAGES), "./build.sh image has not been run");
        Path made = Path.of("build", "stamps", "image");
        for (Path source : new Path[] {Path.of("docker/image.sh"), Path.of("docker/AotList.java"),
                Path.of("docker/launch/extension.classes")}) {
            assumeTrue(Files.getLastModifiedTime(made).compareTo(Files.getLastModifiedTime(source)) > 0,
                    "./build.sh image has not been run since " + source + " changed");
        }
    }

    @Test
    void anAotCacheThatIsMadeLaterIsTheSameFile(@TempDir Path folder) throws Exception {
        Path home = IMAGES.resolve("extension/opt/lambda-dispatch");
        Path again = folder.resolve("again.aot");
        // As on a machine that is so slow that soft references are given up, which ours must outdo.
        run("env", "LAMBDA_DISPATCH_JAVA_OPTIONS=-XX:SoftRefLRUPolicyMSPerMB=0", "bash", "docker/image.sh", "--cache", home.toString(),
                again.toString());
        assertThat(Files.mismatch(home.resolve("lib/lambda-dispatch.aot"), again)).isEqualTo(-1);
        run(home.resolve("ld.so").toString(), home.resolve("bin/java").toString(), "-XX:+UnlockDiagnosticVMOptions",
                "-XX:+VerifySharedSpaces", "-XX:AOTMode=on", "-XX:AOTCache=" + again,
                "-m", "lambdadispatch.extension/lambdadispatch.extension.Main", "--version"); // its checksums fit
    }

    @Test
    void aLayerOfTheSameFilesWithOtherDatesIsTheSameFile(@TempDir Path folder) throws Exception {
        Path copy = folder.resolve("opt");
        run("cp", "-R", IMAGES.resolve("extension/opt").toString(), copy.toString());
        try (Stream<Path> files = Files.walk(copy)) {
            for (Path file : files.toList()) {
                Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000_000_000L + file.toString().hashCode()));
            }
        }
        Path again = folder.resolve("again.zip");
        run(JAVA_HOME + "/bin/java", "docker/LayerZip.java", copy.toString(), again.toString());
        assertThat(Files.mismatch(Path.of("build/lambda-dispatch-layer.zip"), again)).isEqualTo(-1);
    }

    /// The JDK's part of what the caches hold is a file of this repository: should this fail, `./build.sh image --rehearse` writes it anew.
    @Test
    void nearlyAllThatTheProgramsLoadIsInTheirCaches(@TempDir Path folder) throws Exception {
        Path router = folder.resolve("router");
        Path extension = folder.resolve("extension");
        String option = "-Xlog:class+load:file=";
        try (Stack stack = new Stack().commands(BuildCommands.ofImages(IMAGES)).instances(1)
                .router("LAMBDA_DISPATCH_JAVA_OPTIONS", option + router)
                .environment("LAMBDA_DISPATCH_JAVA_OPTIONS", option + extension).start(); HttpClient client = HttpClient.newHttpClient()) {
            client.send(HttpRequest.newBuilder(stack.url("/ping")).build(), HttpResponse.BodyHandlers.discarding());
        }
        for (Path log : List.of(router, extension)) {
            assertThat(lines(log, "source: shared objects file")).as(log.getFileName() + ": from the cache").hasSizeGreaterThan(1_500);
            assertThat(lines(log, "source: jrt:/")).as(log.getFileName() + ": from the modules").hasSizeLessThan(150);
        }
    }

    private static List<String> lines(Path log, String with) {
        try (Stream<String> lines = Files.lines(log)) {
            return lines.filter(line -> line.contains(with)).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void run(String... command) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", JAVA_HOME);
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).as(said).isZero();
    }
}
