// SPDX-License-Identifier: MIT
package lambdadispatch.net.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.X509ExtendedKeyManager;
import lambdadispatch.base.Clock;
import lambdadispatch.carrier.Threads;
import lambdadispatch.support.MemoryTransport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Certificates that are renewed while a server runs.
@Timeout(60)
class KeyFilesTest {
    private static final KeyMaterial OLD = SelfSigned.create("old", Clock.SYSTEM, Duration.ofDays(1));
    private static final KeyMaterial NEW = SelfSigned.create("new", Clock.SYSTEM, Duration.ofDays(1));

    @TempDir
    Path folder;

    private Path chain;
    private Path key;
    private KeyFiles files;

    @BeforeEach
    void theOldOnesAreThere() throws Exception {
        chain = folder.resolve("tls.crt");
        key = folder.resolve("tls.key");
        write(chain, "CERTIFICATE", OLD.chain().getFirst().getEncoded());
        write(key, "PRIVATE KEY", OLD.key().getEncoded());
        files = new KeyFiles(chain, key);
    }

    private static void write(Path file, String label, byte[] der) throws IOException {
        Files.writeString(file,
                "-----BEGIN " + label + "-----\n" + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der) + "\n-----END " + label
                        + "-----\n",
                StandardCharsets.US_ASCII);
    }

    private void renew() throws Exception {
        write(chain, "CERTIFICATE", NEW.chain().getFirst().getEncoded());
        write(key, "PRIVATE KEY", NEW.key().getEncoded());
    }

    /// Both ends of a connection whose client trusts nothing but that certificate.
    private record Shaken(TlsTransport server, TlsTransport client) implements AutoCloseable {
        static Shaken with(KeyFiles files, KeyMaterial expected) throws Exception {
            MemoryTransport[] ends = MemoryTransport.pair(1 << 16);
            TlsTransport server = TlsTransport.server(ends[0], files.serverContext(), List.of());
            TlsTransport client = TlsTransport.client(ends[1], Pinning.context(expected.certificateSha256()), "localhost", 443, List.of());
            Thread thread = Threads.virtual("server").start(() -> {
                try {
                    server.handshake();
                } catch (IOException e) {
                    server.close(); // the client has refused it, and says so
                }
            });
            client.handshake();
            thread.join();
            return new Shaken(server, client);
        }

        void carries(String text) throws IOException {
            byte[] octets = text.getBytes(StandardCharsets.US_ASCII);
            server.write(octets, 0, octets.length);
            byte[] got = new byte[octets.length];
            assertThat(client.read(got, 0, got.length)).isEqualTo(octets.length);
            assertThat(got).isEqualTo(octets);
        }

        @Override
        public void close() {
            server.close();
            client.close();
        }
    }

    @Test
    void newHandshakesShowTheNewCertificateAndConnectionsGoOn() throws Exception {
        try (Shaken before = Shaken.with(files, OLD)) {
            before.carries("before");
            renew();
            assertThat(files.look()).isTrue();
            try (Shaken after = Shaken.with(files, NEW)) {
                after.carries("after");
            }
            before.carries("still");
        }
        assertThat(files.current().chain()).isEqualTo(NEW.chain());
    }

    @Test
    void filesThatDidNotChangeAreNotTakenAgain() throws Exception {
        assertThat(files.look()).isFalse();
        Files.setLastModifiedTime(chain, java.nio.file.attribute.FileTime.fromMillis(0));
        assertThat(files.look()).isFalse();
    }

    @Test
    void brokenFileKeepsTheOldOneAndIsToldOnce() throws Exception {
        Files.writeString(chain, "rubbish");
        assertThatThrownBy(files::look).isInstanceOf(IOException.class).hasMessageContaining("tls.crt");
        assertThat(files.look()).isFalse();
        Shaken.with(files, OLD).close();
    }

    /// Whoever writes two files writes one of them first.
    @Test
    void certificateWithoutItsKeyIsNotUsedUntilThatIsThereToo() throws Exception {
        write(chain, "CERTIFICATE", NEW.chain().getFirst().getEncoded());
        assertThatThrownBy(files::look).hasMessageContaining("not the key of the certificate");
        Shaken.with(files, OLD).close();
        write(key, "PRIVATE KEY", NEW.key().getEncoded());
        assertThat(files.look()).isTrue();
        Shaken.with(files, NEW).close();
    }

    @Test
    void fileThatIsGoneKeepsTheOldOne() throws Exception {
        Files.delete(key);
        assertThatThrownBy(files::look).isInstanceOf(IOException.class);
        Shaken.with(files, OLD).close();
    }

    @Test
    void handshakeThatIsUnderWayHasTheChainAndTheKeyOfOnePair() {
        ServerKey server = new ServerKey(OLD);
        String alias = ((X509ExtendedKeyManager) server).chooseEngineServerAlias("EC", null, null);
        server.renew(NEW);
        assertThat(server.getCertificateChain(alias)).containsExactly(OLD.chain().toArray(X509Certificate[]::new));
        assertThat(server.getPrivateKey(alias)).isEqualTo(OLD.key());
        assertThat(server.getPrivateKey(server.chooseEngineServerAlias("EC", null, null))).isEqualTo(NEW.key());
    }
}
