// SPDX-License-Identifier: MIT
package lambdadispatch.net.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.FutureTask;
import javax.net.ssl.SSLException;
import lambdadispatch.base.Clock;
import lambdadispatch.carrier.Threads;
import lambdadispatch.support.FakeClock;
import lambdadispatch.support.MemoryTransport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The control channel's trust: one certificate, by its SHA-256.
@Timeout(60)
class PinningTest {
    private static final KeyMaterial KEY = SelfSigned.create("router", Clock.SYSTEM, Duration.ofDays(1));

    private static void connect(KeyMaterial served, byte[] pinned) throws Exception {
        MemoryTransport[] ends = MemoryTransport.pair(1 << 16);
        try (TlsTransport server = TlsTransport.server(ends[0], served.serverContext(), List.of("h2"));
                TlsTransport client = TlsTransport.client(ends[1], Pinning.context(pinned), "10.1.2.3", 5004, List.of("h2"))) {
            FutureTask<Void> shaking = new FutureTask<>(() -> {
                server.handshake();
                return null;
            });
            Threads.virtual("test").start(shaking);
            client.handshake();
            client.write(new byte[] {42}, 0, 1);
            byte[] received = new byte[1];
            assertThat(server.read(received, 0, 1)).isEqualTo(1);
            shaking.get();
        }
    }

    @Test
    void thePinnedCertificateIsAcceptedWhateverTheHostIsCalled() throws Exception {
        connect(KEY, KEY.certificateSha256());
    }

    @Test
    void anotherCertificateOfTheSameNameIsRefused() {
        KeyMaterial other = SelfSigned.create("router", Clock.SYSTEM, Duration.ofDays(1));
        assertThatThrownBy(() -> connect(other, KEY.certificateSha256())).isInstanceOf(SSLException.class)
                .hasMessageContaining("not the pinned certificate");
    }

    @Test
    void anotherCertificateWithTheSameKeyIsRefused() {
        // what is pinned is the certificate: an impostor would need its key anyway, but nobody should rely on that
        KeyMaterial impostor = new KeyMaterial(KEY.key(), SelfSigned.create("router", Clock.SYSTEM, Duration.ofDays(1)).chain());
        assertThatThrownBy(() -> connect(impostor, KEY.certificateSha256())).isInstanceOf(SSLException.class);
    }

    @Test
    void thePinnedCertificateWithAKeyThatIsNotItsOwnIsRefused() {
        KeyMaterial thief = new KeyMaterial(SelfSigned.create("router", Clock.SYSTEM, Duration.ofDays(1)).key(), KEY.chain());
        assertThatThrownBy(() -> connect(thief, KEY.certificateSha256())).isInstanceOf(SSLException.class);
    }

    @Test
    void thePinnedCertificateBehindAnotherInTheChainIsRefused() {
        KeyMaterial other = SelfSigned.create("router", Clock.SYSTEM, Duration.ofDays(1));
        KeyMaterial chain = new KeyMaterial(other.key(), List.of(other.chain().getFirst(), KEY.chain().getFirst()));
        assertThatThrownBy(() -> connect(chain, KEY.certificateSha256())).isInstanceOf(SSLException.class);
    }

    @Test
    void anExpiredCertificateIsAcceptedIfItIsThePinnedOne() throws Exception {
        KeyMaterial expired = SelfSigned.create("router", new FakeClock(Instant.parse("2020-01-01T00:00:00Z")), Duration.ofDays(1));
        connect(expired, expired.certificateSha256()); // an environment's clock may be anywhere after a thaw
    }
}
