// SPDX-License-Identifier: MIT
package lambdadispatch.router;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import lambdadispatch.base.Clock;
import lambdadispatch.net.tls.KeyFiles;
import lambdadispatch.net.tls.KeyMaterial;
import lambdadispatch.net.tls.SelfSigned;
import lambdadispatch.support.FakeClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificateTest {
    private final FakeClock clock = new FakeClock(java.time.Instant.EPOCH);

    private static void write(Path folder, KeyMaterial material) throws Exception {
        write(folder.resolve("crt"), "CERTIFICATE", material.chain().getFirst().getEncoded());
        write(folder.resolve("key"), "PRIVATE KEY", material.key().getEncoded());
    }

    private static void write(Path file, String label, byte[] der) throws Exception {
        Files.writeString(file,
                "-----BEGIN " + label + "-----\n" + Base64.getMimeEncoder().encodeToString(der) + "\n-----END " + label + "-----\n",
                StandardCharsets.US_ASCII);
    }

    @Test
    void filesAreLookedAtEveryTenSecondsWhateverIsInThem(@TempDir Path folder) throws Exception {
        KeyMaterial renewed = SelfSigned.create("new", Clock.SYSTEM, Duration.ofDays(1));
        write(folder, SelfSigned.create("old", Clock.SYSTEM, Duration.ofDays(1)));
        KeyFiles files = new KeyFiles(folder.resolve("crt"), folder.resolve("key"));
        Certificate certificate = new Certificate(files, clock);
        Files.writeString(folder.resolve("crt"), "rubbish");
        clock.advance(Duration.ofSeconds(10));
        assertThat(certificate.tick()).isEqualTo(Duration.ofSeconds(10).toNanos());
        write(folder, renewed);
        clock.advance(Duration.ofSeconds(9));
        assertThat(certificate.tick()).isEqualTo(Duration.ofSeconds(1).toNanos());
        assertThat(files.current().chain()).isNotEqualTo(renewed.chain());
        clock.advance(Duration.ofSeconds(1));
        certificate.tick();
        assertThat(files.current().chain()).isEqualTo(renewed.chain());
    }
}
