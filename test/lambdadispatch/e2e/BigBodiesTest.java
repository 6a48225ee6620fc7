// SPDX-License-Identifier: MIT
package lambdadispatch.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Random;
import lambdadispatch.e2e.Wire.Body;
import lambdadispatch.e2e.Wire.Version;
import lambdadispatch.emulator.environment.Environment;
import lambdadispatch.support.Stack;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Bodies far larger than what router and extension may keep: both have a heap of 64 MiB.
@Timeout(120)
class BigBodiesTest {
    private static final int SIZE = 160 << 20;
    /// A heap of 64 MiB that was full, and what a JVM has beside it.
    private static final long MOST_RESIDENT = 200L << 20;

    @RegisterExtension
    static final Stack STACK = new Stack().instances(1).router("JAVA_TOOL_OPTIONS", "-Xmx64m").environment("JAVA_TOOL_OPTIONS", "-Xmx64m");

    private static long residentMost(long pid) throws Exception {
        String line = Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream().filter(each -> each.startsWith("VmHWM:")).findFirst()
                .orElseThrow();
        return Long.parseLong(line.replaceAll("\\D", "")) << 10;
    }

    private static void nobodyKeptIt() throws Exception {
        assertThat(residentMost(STACK.routerPid())).isLessThan(MOST_RESIDENT);
        assertThat(residentMost(STACK.environments().getFirst().pid(Environment.Part.EXTENSION))).isLessThan(MOST_RESIDENT);
    }

    @ParameterizedTest
    @EnumSource(Version.class)
    void downloadArrivesWhole(Version version) throws Exception {
        Answer answer = Wire.get(version, STACK, "/bytes?n=" + SIZE);
        assertThat(answer.length()).isEqualTo(SIZE);
        assertThat(answer.hash()).isEqualTo(Wire.get(version, STACK, "/sha256?n=" + SIZE).text().strip());
        nobodyKeptIt();
    }

    @ParameterizedTest
    @EnumSource(Version.class)
    void uploadArrivesWhole(Version version) throws Exception {
        byte[] piece = new byte[1 << 20];
        new Random(3).nextBytes(piece);
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        try (Wire wire = Wire.open(version, STACK)) {
            wire.request("PUT", "/upload", Body.FOLLOWS, "content-length", Integer.toString(SIZE));
            for (int sent = 0; sent < SIZE; sent += piece.length) {
                digest.update(piece);
                wire.body(piece, piece.length);
            }
            wire.endBody();
            assertThat(wire.answer.awaitEnd().text()).contains("\"bytes\":" + SIZE, HexFormat.of().formatHex(digest.digest()));
        }
        nobodyKeptIt();
    }

    @ParameterizedTest
    @EnumSource(Version.class)
    void uploadAndDownloadOfOneRequestOverlap(Version version) throws Exception {
        byte[] piece = new byte[100_000];
        try (Wire wire = Wire.open(version, STACK)) {
            wire.request("POST", "/echo", Body.FOLLOWS);
            wire.answer.await(answer -> answer.status() == 200); // before a byte of the body was sent
            for (int round = 1; round <= 20; round++) {
                long soFar = (long) round * piece.length;
                wire.body(piece, piece.length);
                wire.answer.await(answer -> answer.length() == soFar);
            }
            wire.endBody();
            assertThat(wire.answer.awaitEnd().end()).isEqualTo(Answer.End.WHOLE);
        }
    }
}
