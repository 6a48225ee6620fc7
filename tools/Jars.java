// SPDX-License-Identifier: MIT

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/// Jars of others, each pinned by its SHA-256: JUnit and AssertJ for the tests, PIT for `mutate`, the AWS SDK for its module.
final class Jars {
    private static final String COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy";

    private Jars() {}

    /// Fetches what a file pins, one `SHA-256  group:artifact:version` a line, and refuses any that differs.
    static void fetch(Path pins, Path folder) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        for (String line : Files.readAllLines(pins)) {
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            String[] pinned = line.strip().split(" +");
            String[] coordinates = pinned[1].split(":");
            Path jar = folder.resolve(coordinates[1] + "-" + coordinates[2] + ".jar");
            if (!Files.isRegularFile(jar)) {
                download(pinned[1], folder);
            }
            if (!sha256(jar).equals(pinned[0])) {
                Files.delete(jar);
                throw new Build.Failure(jar + " is not the file pinned in " + pins + ": its SHA-256 differs. It was removed.");
            }
        }
    }

    private static void download(String coordinates, Path folder) throws IOException, InterruptedException {
        System.err.println("fetching " + coordinates);
        Path log = Compiler.OUT.resolve("maven.log");
        Process maven;
        try {
            maven = new ProcessBuilder("mvn", "-q", "-B", COPY, "-Dartifact=" + coordinates, "-DoutputDirectory=" + folder.toAbsolutePath(), "-Dmdep.useBaseVersion=true")
                    .redirectErrorStream(true).redirectOutput(log.toFile()).start();
        } catch (IOException notFound) {
            throw new Build.Failure("Maven is needed to fetch " + coordinates + ": install the package 'maven'. (" + notFound.getMessage() + ")");
        }
        maven.getOutputStream().close();
        if (maven.waitFor() != 0) {
            List<String> said = Files.readAllLines(log);
            throw new Build.Failure(String.join("\n", said.subList(Math.max(0, said.size() - 20), said.size()))
                    + "\nMaven could not fetch " + coordinates + "; its last words are above.");
        }
    }

    private static String sha256(Path file) throws IOException {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
        } catch (NoSuchAlgorithmException every) {
            throw new IllegalStateException("every JDK has SHA-256", every);
        }
    }
}
