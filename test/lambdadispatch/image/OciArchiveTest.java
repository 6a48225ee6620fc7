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
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import lambdadispatch.base.json.Json;
import lambdadispatch.emulator.BuildCommands;
import lambdadispatch.support.Stack;
import lambdadispatch.support.Tool;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The archives of `./build.sh oci`, unpacked and started as a container engine would: with the root, user, variables and entry point that
/// they hold and nothing of the machine's but its network and `/proc`.
@Timeout(120)
class OciArchiveTest {
    private static final Path IMAGES = Path.of("build", "image");

    @TempDir
    Path folder;

    private Path layout;

    private Json.JsonObject unpack(String name) throws Exception {
        Path archive = Path.of("build/oci", name + ".tar");
        Path stamp = Path.of("build/stamps/image");
        boolean current = Files.exists(archive) && Files.exists(stamp)
                && Files.getLastModifiedTime(archive).compareTo(Files.getLastModifiedTime(stamp)) > 0;
        assumeTrue(current, "./build.sh oci --with-sdk has not been run since the images were made");
        layout = Files.createDirectories(folder.resolve("layout"));
        Tool.need("tar").run("-xf", archive.toString(), "-C", layout.toString()).success();
        Json.JsonObject index = Json.parseObject(Files.readAllBytes(layout.resolve("index.json")));
        return Json.parseObject(Files.readAllBytes(blob((Json.JsonObject) index.items("manifests").getFirst())));
    }

    /// What a descriptor stands for, which must have its size and digest.
    private Path blob(Json.JsonObject descriptor) throws Exception {
        String digest = descriptor.text("digest").orElseThrow().substring("sha256:".length());
        Path blob = layout.resolve("blobs/sha256").resolve(digest);
        byte[] content = Files.readAllBytes(blob);
        assertThat(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content))).isEqualTo(digest);
        assertThat(descriptor.number("size")).hasValue(content.length);
        return blob;
    }

    private Path root(Json.JsonObject manifest) throws Exception {
        Path root = Files.createDirectories(folder.resolve("root"));
        Path layer = blob((Json.JsonObject) manifest.items("layers").getFirst());
        Tool.need("tar").run("-xpzf", layer.toString(), "-C", root.toString()).success();
        return root;
    }

    private static List<String> texts(Json.JsonObject object, String key) {
        return object.items(key).stream().map(item -> ((Json.JsonString) item).value()).toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"router", "router-sdk"})
    void routerServesFromTheRootOfItsImage(String name) throws Exception {
        EnteredRoot.need();
        Json.JsonObject manifest = unpack(name);
        Path root = root(manifest);
        assertThat(root.toFile().list()).isSubsetOf("opt", "etc", "tmp", "lib", "lib64", "usr");
        assertThat(root.resolve("usr/bin")).doesNotExist();
        Files.createDirectories(root.resolve("proc")); // an engine makes it, too
        Json.JsonObject config =
                Json.parseObject(Files.readAllBytes(blob(manifest.object("config").orElseThrow()))).object("config").orElseThrow();
        Map<String, String> variables = texts(config, "Env").stream().map(each -> each.split("=", 2))
                .collect(Collectors.toMap(each -> each[0], each -> each[1]));
        Path script = new EnteredRoot(root).script(folder.resolve("router"), Map.of(), config.text("User").orElseThrow(), variables,
                texts(config, "Entrypoint"));

        BuildCommands modules = BuildCommands.ofModules();
        Stack stack = new Stack().commands(new BuildCommands(List.of(script.toString()), modules.extension(), modules.demo())).instances(1)
                .router("AWS_EC2_METADATA_DISABLED", "true");
        try (Stack running = stack.start(); HttpClient client = HttpClient.newHttpClient()) {
            byte[] sent = new byte[1 << 20];
            new Random(5).nextBytes(sent);
            HttpRequest echo = HttpRequest.newBuilder(running.url("/echo")).POST(HttpRequest.BodyPublishers.ofByteArray(sent)).build();
            assertThat(client.send(echo, HttpResponse.BodyHandlers.ofByteArray()).body()).isEqualTo(sent);
            boolean bySdk = openJars(running.routerPid()).anyMatch(jar -> jar.matches(".*/lambda-\\d.*"));
            assertThat(bySdk).as("invoked by the AWS SDK").isEqualTo(name.equals("router-sdk"));
        }
        assertThat(stack.output()).doesNotContain("[warning]", "[error]");
    }

    private static Stream<String> openJars(long pid) throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc", Long.toString(pid), "fd"))) {
            return open.map(OciArchiveTest::target).filter(file -> file.endsWith(".jar")).toList().stream();
        }
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (java.nio.file.NoSuchFileException closedMeanwhile) {
            return "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Nothing starts in it: its `/opt` is copied into a function's image.
    @ParameterizedTest
    @ValueSource(strings = "extension")
    void extensionsImageHoldsWhatTheLayerHolds(String name) throws Exception {
        Path root = root(unpack(name));
        assertThat(root.toFile().list()).containsExactly("opt");
        assertThat(files(root.resolve("opt"))).isEqualTo(files(IMAGES.resolve("extension/opt")));
        String started = "extensions/lambda-dispatch";
        assertThat(root.resolve("opt").resolve(started)).isExecutable()
                .hasSameBinaryContentAs(IMAGES.resolve("extension/opt").resolve(started));
    }

    private static TreeSet<String> files(Path folder) throws IOException {
        try (Stream<Path> walk = Files.walk(folder)) {
            return walk.map(path -> folder.relativize(path).toString()).collect(Collectors.toCollection(TreeSet::new));
        }
    }
}
