// SPDX-License-Identifier: MIT
package lambdadispatch.build;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import lambdadispatch.support.Tool;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The verb `jars`, with a Maven that is played: it writes an artifact's name into the file, has no `absent`, and notes each of its runs.
class JarsTest {
    private static final String MAVEN = """
            #!/bin/sh
            echo run >>"$0.runs"
            while [ "$1" != -f ]; do shift; done
            folder=$(sed -n 's:.*<outputDirectory>\\(.*\\)</outputDirectory>.*:\\1:p' "$2" | sed 's:&lt;:<:g; s:&amp;:\\&:g')
            item='<groupId>\\(.*\\)</groupId><artifactId>\\(.*\\)</artifactId><version>\\(.*\\)</version></artifactItem>'
            sed -n "s:.*$item.*:\\1 \\2 \\3:p" "$2" | while read -r group artifact version; do
                if [ "$artifact" = absent ]; then
                    echo "[ERROR] Unable to find artifact: Could not find artifact $group:$artifact:jar:$version"
                    exit 1
                fi
                printf %s "$group:$artifact" >"$folder/$artifact-$version.jar"
            done
            """;

    @TempDir
    static Path classes;

    @TempDir
    Path checkout;

    private Path pins;
    private Path jars;

    /// Once, since `build.sh` does it for each call.
    @BeforeAll
    static void compile() throws IOException {
        try (Stream<Path> tools = Files.list(Path.of("tools"))) {
            Stream<String> arguments = Stream.concat(Stream.of("-d", classes.toString()), tools.map(Path::toString));
            assertThat(ToolProvider.findFirst("javac").orElseThrow().run(System.out, System.err, arguments.toArray(String[]::new)))
                    .isZero();
        }
    }

    @BeforeEach
    void installMaven() throws Exception {
        Path maven = Files.writeString(Files.createDirectories(checkout.resolve("bin")).resolve("mvn"), MAVEN);
        Files.setPosixFilePermissions(maven, PosixFilePermissions.fromString("rwxr-xr-x"));
        pins = checkout.resolve("pins");
        jars = checkout.resolve("jars & <others>");
    }

    private Tool.Result fetch(String... lines) throws Exception {
        Files.write(pins, Stream.concat(Stream.of("# SHA-256, then coordinates"), Stream.of(lines)).toList());
        return build(checkout.resolve("bin") + ":" + System.getenv("PATH"));
    }

    private Tool.Result build(String path) throws Exception {
        return Tool.need("env").run("-C", checkout.toString(), "PATH=" + path,
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1", "-cp", classes.toString(), "Build", "jars", pins.toString(), jars.toString());
    }

    private static String pin(String group, String artifact, String version) throws Exception {
        byte[] digest = MessageDigest.getInstance("SHA-256").digest((group + ":" + artifact).getBytes(StandardCharsets.US_ASCII));
        return HexFormat.of().formatHex(digest) + "  " + group + ":" + artifact + ":" + version;
    }

    private int runs() throws IOException {
        Path runs = checkout.resolve("bin/mvn.runs");
        return Files.exists(runs) ? Files.readAllLines(runs).size() : 0;
    }

    @Test
    void allThatAreMissingComeByOneRunOfMaven() throws Exception {
        fetch(pin("a.b", "one", "1.0"), pin("a.b", "two", "2"), pin("c", "three", "3.1.Final")).success();
        assertThat(jars.toFile().list()).containsExactlyInAnyOrder("one-1.0.jar", "two-2.jar", "three-3.1.Final.jar");
        assertThat(runs()).isEqualTo(1);
    }

    @Test
    void whatIsThereIsNotFetchedAgain() throws Exception {
        List<String> lines = List.of(pin("a", "one", "1"), pin("a", "two", "2"));
        fetch(lines.toArray(String[]::new)).success();
        Files.delete(jars.resolve("two-2.jar"));
        assertThat(fetch(lines.toArray(String[]::new)).success()).isEqualTo("fetching a:two:2\n");
        assertThat(fetch(lines.toArray(String[]::new)).success()).isEmpty();
        assertThat(runs()).isEqualTo(2);
    }

    @Test
    void oneThatMavenCanNotHaveIsNamedAndNoOther() throws Exception {
        Tool.Result result = fetch(pin("a", "one", "1"), pin("a", "absent", "7"), pin("a", "two", "2"));
        assertThat(result.status()).isEqualTo(1);
        assertThat(result.output()).contains("Could not find artifact a:absent:jar:7")
                .endsWith("\nMaven could not fetch a:absent:7; its last words are above.\n");
    }

    @Test
    void withoutMavenItIsSaidWhatItIsNeededFor() throws Exception {
        Files.delete(checkout.resolve("bin/mvn"));
        Files.writeString(pins, pin("a", "one", "1") + "\n");
        Tool.Result result = build(checkout.resolve("bin").toString());
        assertThat(result.status()).isEqualTo(1);
        assertThat(result.output()).contains("Maven is needed to fetch a:one:1: install the package 'maven'.");
    }

    @Test
    void jarThatIsNotThePinnedOneIsRemovedAndNamed() throws Exception {
        String other = pin("a", "one", "1").replace("a:one", "a:two");
        Tool.Result result = fetch(pin("a", "one", "1"), other);
        assertThat(result.status()).isEqualTo(1);
        assertThat(result.output()).contains("two-1.jar is not the file pinned in ", "its SHA-256 differs. It was removed.");
        assertThat(jars.toFile().list()).containsExactly("one-1.jar");
    }
}
