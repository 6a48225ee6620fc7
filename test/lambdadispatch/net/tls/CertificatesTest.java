// SPDX-License-Identifier: MIT
package lambdadispatch.net.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import lambdadispatch.support.FakeClock;
import lambdadispatch.support.Tool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Certificates of our own making, and those that others bring as PEM files; openssl is the other implementation.
@Timeout(120)
class CertificatesTest {
    @TempDir
    Path folder;

    private static byte[] pem(KeyMaterial material) throws Exception {
        Base64.Encoder base64 = Base64.getMimeEncoder(64, new byte[] {'\n'});
        return ("-----BEGIN CERTIFICATE-----\n" + base64.encodeToString(material.chain().getFirst().getEncoded())
                + "\n-----END CERTIFICATE-----\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    private String openssl(String... arguments) throws Exception {
        return Tool.need("openssl").run(arguments).success();
    }

    private Path file(String name) {
        return folder.resolve(name);
    }

    // ---- our own

    @ParameterizedTest
    @CsvSource({"2026-01-01T00:00:00Z, 825, Apr  5 00:00:00 2028 GMT", "2049-12-31T00:00:00Z, 400, Feb  4 00:00:00 2051 GMT"})
    void opensslReadsASelfMadeCertificateAndFindsItsSignatureGood(String now, int days, String end) throws Exception {
        KeyMaterial made = SelfSigned.create("lambda-dispatch", new FakeClock(Instant.parse(now)), Duration.ofDays(days));
        Files.write(file("c.pem"), pem(made));
        String text = openssl("x509", "-in", file("c.pem").toString(), "-noout", "-text", "-fingerprint", "-sha256");
        assertThat(text).contains("Version: 3 (0x2)").contains("ecdsa-with-SHA256").contains("NIST CURVE: P-256")
                .contains("Subject: CN = lambda-dispatch")
                .contains("Issuer: CN = lambda-dispatch").contains("X509v3 Basic Constraints: critical").contains("CA:FALSE")
                .contains("Not After : " + end);
        assertThat(text.replace(":", "").toLowerCase(java.util.Locale.ROOT)).contains(HexFormat.of().formatHex(made.certificateSha256()));
        assertThat(openssl("verify", "-no_check_time", "-check_ss_sig", "-partial_chain", "-trusted", file("c.pem").toString(),
                file("c.pem").toString())).contains("OK");
    }

    @Test
    void eachSelfMadeCertificateHasItsOwnKeyAndSerialNumber() {
        KeyMaterial a = SelfSigned.create("x", new FakeClock(Instant.EPOCH), Duration.ofDays(1));
        KeyMaterial b = SelfSigned.create("x", new FakeClock(Instant.EPOCH), Duration.ofDays(1));
        assertThat(a.chain().getFirst().getSerialNumber()).isPositive().isNotEqualTo(b.chain().getFirst().getSerialNumber());
        assertThat(a.key()).isNotEqualTo(b.key());
        assertThat(a.toString()).contains("CN=x").doesNotContain(HexFormat.of().formatHex(a.key().getEncoded()));
    }

    // ---- brought along

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "EC key as PKCS#8, ecparam -name prime256v1 -genkey -noout, pkcs8 -topk8 -nocrypt",
        "EC key as SEC 1, ecparam -name prime256v1 -genkey -noout, ec",
        "EC key as SEC 1 behind its parameters, ecparam -name secp384r1 -genkey, ''",
        "RSA key as PKCS#8, genrsa 2048, pkcs8 -topk8 -nocrypt",
        "RSA key as PKCS#1, genrsa 2048, rsa -traditional"})
    void theUsualFormsOfKeysAreRead(String what, String make, String convert) throws Exception {
        openssl((make + " -out " + file("raw.pem"))
                .replace("genrsa 2048 -out " + file("raw.pem"), "genrsa -out " + file("raw.pem") + " 2048").split(" "));
        Path key = file("raw.pem");
        if (!convert.isEmpty()) {
            key = file("key.pem");
            openssl((convert + " -in " + file("raw.pem") + " -out " + key).split(" "));
        }
        openssl("req", "-x509", "-key", file("raw.pem").toString(), "-subj", "/CN=" + "example", "-days", "3", "-out",
                file("cert.pem").toString());
        KeyMaterial material = Pem.load(file("cert.pem"), key);
        assertThat(material.chain()).hasSize(1);
        assertThat(material.serverContext()).isNotNull();
    }

    @Test
    void aChainIsKeptInItsOrderAndTextAroundTheBlocksIsIgnored() throws Exception {
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", file("key.pem").toString(), "-subj", "/CN=leaf", "-out",
                file("leaf.pem").toString());
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", file("other.pem").toString(), "-subj", "/CN=issuer", "-out",
                file("issuer.pem").toString());
        Files.writeString(file("chain.pem"), "subject=leaf\n" + Files.readString(file("leaf.pem")).replace("\n", "\r\n") + "\n# issuer\n"
                + Files.readString(file("issuer.pem")));
        KeyMaterial material = Pem.load(file("chain.pem"), file("key.pem"));
        assertThat(material.chain().stream().map(c -> c.getSubjectX500Principal().getName())).containsExactly("CN=leaf", "CN=issuer");
    }

    @Test
    void aKeyOfAnotherCertificateIsRefusedByName() throws Exception {
        for (String name : new String[] {"a", "b"}) {
            openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", file(name + "-key.pem").toString(), "-subj", "/CN=" + name,
                    "-out", file(name + ".pem").toString());
        }
        openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", file("ec-key.pem").toString());
        assertThatThrownBy(() -> Pem.load(file("a.pem"), file("b-key.pem"))).isInstanceOf(IOException.class)
                .hasMessageContaining("b-key.pem: not the key of")
                .hasMessageNotContaining("PRIVATE");
        assertThatThrownBy(() -> Pem.load(file("a.pem"), file("ec-key.pem"))).isInstanceOf(IOException.class)
                .hasMessageContaining("not the key of");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-aes256", "-traditional -aes256"})
    void anEncryptedKeyIsRefusedWithAdvice(String options) throws Exception {
        Files.write(file("cert.pem"), pem(SelfSigned.create("x", new FakeClock(Instant.now()), Duration.ofDays(1))));
        openssl(("genrsa " + options + " -passout pass:secret -out " + file("key.pem") + " 2048").split(" "));
        assertThatThrownBy(() -> Pem.load(file("cert.pem"), file("key.pem"))).isInstanceOf(IOException.class)
                .hasMessageContaining("encrypted")
                .hasMessageContaining("openssl pkey").hasMessageNotContaining("secret");
    }

    @Test
    void whatCanNotBeUsedIsRefusedWithTheFilesName() throws Exception {
        Path good = file("good.pem");
        Files.write(good, pem(SelfSigned.create("x", new FakeClock(Instant.now()), Duration.ofDays(1))));
        openssl("genpkey", "-algorithm", "ed25519", "-out", file("ed.pem").toString());
        Files.writeString(file("empty.pem"), "");
        Files.writeString(file("garbage.pem"),
                "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
        assertThatThrownBy(() -> Pem.load(file("missing.pem"), good)).isInstanceOf(IOException.class).hasMessageContaining("missing.pem");
        assertThatThrownBy(() -> Pem.load(file("empty.pem"), good)).hasMessageContaining("empty.pem: no certificate");
        assertThatThrownBy(() -> Pem.load(good, good)).hasMessageContaining("good.pem: no private key");
        assertThatThrownBy(() -> Pem.load(file("garbage.pem"), good)).hasMessageContaining("garbage.pem: not a certificate");
        assertThatThrownBy(() -> Pem.load(good, file("garbage.pem"))).hasMessageContaining("garbage.pem: neither an EC nor an RSA key");
        assertThatThrownBy(() -> Pem.load(good, file("ed.pem"))).hasMessageContaining("ed.pem: neither an EC nor an RSA key");
    }
}
