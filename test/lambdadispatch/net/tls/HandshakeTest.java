// SPDX-License-Identifier: MIT
package lambdadispatch.net.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.Test;

/// What engines are told before they shake hands.
class HandshakeTest {
    private static Stream<SSLEngine> engines() throws Exception {
        SSLContext context = SSLContext.getDefault();
        return Stream.of(Handshake.server(context, List.of("h2", "http/1.1")),
                Handshake.client(context, "a.example", 443, List.of("h2", "http/1.1")));
    }

    @Test
    void onlyTheTwoVersionsAndSuitesWithEphemeralKeysAreOffered() throws Exception {
        assertThat(engines()).allSatisfy(engine -> {
            SSLParameters parameters = engine.getSSLParameters();
            assertThat(parameters.getProtocols()).containsExactly("TLSv1.3", "TLSv1.2");
            assertThat(parameters.getApplicationProtocols()).containsExactly("h2", "http/1.1");
            assertThat(parameters.getCipherSuites()).contains("TLS_AES_128_GCM_SHA256", "TLS_CHACHA20_POLY1305_SHA256",
                    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
                    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256");
            List<String> refused = Stream.of(engine.getSupportedCipherSuites())
                    .filter(suite -> !List.of(parameters.getCipherSuites()).contains(suite)).toList();
            // RFC 9113 appendix A: these two stand for the kinds, no AEAD and no ECDHE
            assertThat(refused).contains("TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256", "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256");
            assertThat(parameters.getCipherSuites())
                    .noneMatch(suite -> suite.contains("_CBC_") || suite.startsWith("TLS_DHE") || suite.startsWith("TLS_RSA"));
        });
    }

    @Test
    void theServerChoosesTheSuiteAndTheClientLooksForTheName() throws Exception {
        List<SSLEngine> both = engines().toList();
        assertThat(both.getFirst().getUseClientMode()).isFalse();
        assertThat(both.getFirst().getSSLParameters().getUseCipherSuitesOrder()).isTrue();
        assertThat(both.getLast().getUseClientMode()).isTrue();
        assertThat(both.getLast().getSSLParameters().getEndpointIdentificationAlgorithm()).isEqualTo("HTTPS");
        assertThat(both.getLast().getPeerHost()).isEqualTo("a.example");
    }

    @Test
    void lengthsOfDerAreInTheirShortestForm() {
        for (int length : new int[] {0, 1, 0x7f, 0x80, 0xff, 0x100, 0x1234}) {
            byte[] whole = Der.octetString(new byte[length]);
            int head = length < 0x80 ? 2 : length < 0x100 ? 3 : 4;
            assertThat(whole).as("%d octets", length).hasSize(head + length).startsWith(4);
            int said = switch (head) {
                case 2 -> whole[1];
                case 3 -> whole[2] & 0xff;
                default -> (whole[2] & 0xff) << 8 | whole[3] & 0xff;
            };
            assertThat(said).isEqualTo(length);
            assertThat(whole[1] & 0xff).isEqualTo(head == 2 ? length : 0x80 + head - 2);
        }
    }
}
