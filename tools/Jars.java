// SPDX-License-Identifier: MIT

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;

/// Jars of others, each pinned by its SHA-256: JUnit and AssertJ for the tests, PIT for `mutate`, the AWS SDK for its module.
///
/// Maven fetches them, from where its own settings say; one run fetches all that are missing.
/// Whether they are the right ones is checked here.
final class Jars {
    private static final String PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1";

    private Jars() {}

    /// One line of a list: `SHA-256  group:artifact:version`.
    private record Pin(String sha256, String group, String artifact, String version) {
        static Pin of(String line) {
            String[] words = line.strip().split("[ :]+");
            return new Pin(words[0], words[1], words[2], words[3]);
        }

        Path in(Path folder) {
            return folder.resolve(artifact + "-" + version + ".jar");
        }

        /// For a project file: one line.
        String item() {
            return "<artifactItem><groupId>%s</groupId><artifactId>%s</artifactId><version>%s</version></artifactItem>"
                    .formatted(group, artifact, version);
        }

        @Override
        public String toString() {
            return group + ":" + artifact + ":" + version;
        }
    }

    /// Fetches what a file pins, and refuses any that differs.
    static void fetch(Path pins, Path folder) throws IOException, InterruptedException {
        List<String> lines = Files.readAllLines(pins);
        List<Pin> all = lines.stream().filter(line -> !line.isBlank() && !line.startsWith("#")).map(Pin::of).toList();
        Files.createDirectories(folder);
        List<Pin> missing = missing(all, folder);
        if (!missing.isEmpty()) {
            download(missing, folder);
        }
        for (Pin pin : all) {
            Path jar = pin.in(folder);
            if (!sha256(jar).equals(pin.sha256())) {
                Files.delete(jar);
                throw new Build.Failure(jar + " is not the file pinned in " + pins + ": its SHA-256 differs. It was removed.");
            }
        }
    }

    private static List<Pin> missing(List<Pin> pins, Path folder) {
        return pins.stream().filter(pin -> !Files.isRegularFile(pin.in(folder))).toList();
    }

    private static void download(List<Pin> pins, Path folder) throws IOException, InterruptedException {
        System.err.println(
                "fetching " + (pins.size() == 1 ? pins.getFirst() : pins.size() + " jars: " + pins.getFirst() + " to " + pins.getLast()));
        Path project = Files.createDirectories(Compiler.OUT.resolve("maven")).resolve("pom.xml");
        Files.writeString(project, project(pins, folder));
        Path log = Compiler.OUT.resolve("maven.log");
        Process maven;
        try {
            maven = new ProcessBuilder("mvn", "-q", "-B", "-f", project.toString(), PLUGIN + ":copy")
                    .redirectErrorStream(true).redirectOutput(log.toFile()).start();
        } catch (IOException notFound) {
            throw new Build.Failure(
                    "Maven is needed to fetch " + names(pins) + ": install the package 'maven'. (" + notFound.getMessage() + ")");
        }
        maven.getOutputStream().close();
        int status = maven.waitFor();
        List<Pin> missing = missing(pins, folder);
        if (status != 0 || !missing.isEmpty()) {
            List<String> said = Files.readAllLines(log);
            throw new Build.Failure(String.join("\n", said.subList(Math.max(0, said.size() - 20), said.size()))
                    + "\nMaven could not fetch " + names(blamed(missing, said)) + "; its last words are above.");
        }
    }

    /// Maven stops at the first that it can not have, and names it; where it does not come so far, all are missing.
    private static List<Pin> blamed(List<Pin> missing, List<String> said) {
        List<Pin> named = new ArrayList<>(missing);
        named.removeIf(pin -> said.stream().noneMatch(line -> line.contains(pin.group() + ":" + pin.artifact() + ":jar:" + pin.version())));
        return named.isEmpty() ? missing : named;
    }

    private static String names(List<Pin> pins) {
        return pins.stream().map(Pin::toString).collect(Collectors.joining(", "));
    }

    private static String project(List<Pin> pins, Path folder) {
        String[] plugin = PLUGIN.split(":");
        return """
                <project xmlns="http://maven.apache.org/POM/4.0.0">
                <modelVersion>4.0.0</modelVersion>
                <groupId>lambdadispatch</groupId><artifactId>jars</artifactId><version>1</version><packaging>pom</packaging>
                <build><plugins><plugin><groupId>%s</groupId><artifactId>%s</artifactId><version>%s</version><configuration>
                <outputDirectory>%s</outputDirectory><useBaseVersion>true</useBaseVersion><artifactItems>
                %s
                </artifactItems></configuration></plugin></plugins></build>
                </project>
                """.formatted(plugin[0], plugin[1], plugin[2], escaped(folder.toAbsolutePath().toString()),
                pins.stream().map(Pin::item).collect(Collectors.joining("\n")));
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;");
    }

    private static String sha256(Path file) throws IOException {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
        } catch (NoSuchAlgorithmException every) {
            throw new IllegalStateException("every JDK has SHA-256", every);
        }
    }
}
