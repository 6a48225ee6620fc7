// SPDX-License-Identifier: MIT
package lambdadispatch.net.tls;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import lambdadispatch.base.Clock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What fuzzing has found in PEM files.
class PemFindingsTest {
    private static final KeyMaterial GOOD = SelfSigned.create("found", Clock.SYSTEM, Duration.ofDays(1));

    private static Pem.Text text(String name, String label, byte[] der) {
        return new Pem.Text(Path.of(name),
                "-----BEGIN " + label + "-----\n" + Base64.getMimeEncoder().encodeToString(der) + "\n-----END " + label + "-----\n");
    }

    private static Pem.Text certificate() throws Exception {
        return text("cert.pem", "CERTIFICATE", GOOD.chain().getFirst().getEncoded());
    }

    /// The length of the curve's identifier was taken as signed.
    @ParameterizedTest
    @ValueSource(strings = {"a0fd06fb0608", "30a0fd06fb2a5c8648ce3d02", "06082aa0fd06fb8648ce3d03082aa0fd06fb", "a0020600", "a00906078148"})
    void aCurveWhoseLengthCannotBeIsRefused(String der) throws Exception {
        Pem.Text chain = certificate();
        assertThatThrownBy(() -> Pem.parse(chain, text("key.pem", "EC PRIVATE KEY", HexFormat.of().parseHex(der))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("key.pem");
    }

    /// The message named the file by an object that held its text, too.
    @Test
    void aKeyOfAnotherCertificateIsNotShown() throws Exception {
        Pem.Text chain = certificate();
        KeyMaterial other = SelfSigned.create("other", Clock.SYSTEM, Duration.ofDays(1));
        assertThatThrownBy(() -> Pem.parse(chain, text("key.pem", "PRIVATE KEY", other.key().getEncoded()))).isInstanceOf(IOException.class)
                .hasMessage("key.pem: not the key of the certificate in cert.pem");
    }
}
