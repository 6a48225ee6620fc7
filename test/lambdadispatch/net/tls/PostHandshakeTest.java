// SPDX-License-Identifier: MIT
package lambdadispatch.net.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.FutureTask;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import lambdadispatch.base.Clock;
import lambdadispatch.net.Transport;
import lambdadispatch.support.MemoryTransport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What a peer may make us do after the handshake: KeyUpdate (RFC 8446 §4.6.3) and other records without data, and what it may make us
/// hold.
@Timeout(60)
class PostHandshakeTest {
    private static final KeyMaterial KEY = SelfSigned.create("test", Clock.SYSTEM, Duration.ofDays(1));
    private static final byte[] NOTHING = {};

    private final MemoryTransport[] ends = MemoryTransport.pair(1 << 16);
    private final Largest measured = new Largest(ends[0]);
    private final TlsTransport server = TlsTransport.server(measured, KEY.serverContext(), List.of());
    private final SSLEngine clientEngine = Handshake.client(Pinning.context(KEY.certificateSha256()), "localhost", 443, List.of());
    private final TlsTransport client = new TlsTransport(ends[1], clientEngine);

    @TempDir
    Path folder;

    /// Notes how large the buffer was that the last read was given.
    private static final class Largest implements Transport {
        private final Transport plain;
        private volatile int buffer;

        Largest(Transport plain) {
            this.plain = plain;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            buffer = into.length;
            return plain.read(into, offset, length);
        }

        @Override
        public void write(byte[] from, int offset, int length) throws IOException {
            plain.write(from, offset, length);
        }

        @Override
        public void shutdownOutput() throws IOException {
            plain.shutdownOutput();
        }

        @Override
        public void close() {
            plain.close();
        }

        @Override
        public java.net.InetSocketAddress remoteAddress() {
            return plain.remoteAddress();
        }

        @Override
        public java.net.InetSocketAddress localAddress() {
            return plain.localAddress();
        }
    }

    @BeforeEach
    void shakeHands() throws Exception {
        FutureTask<Void> other = new FutureTask<>(() -> {
            server.handshake();
            return null;
        });
        Thread.ofVirtual().start(other);
        client.handshake();
        other.get();
    }

    @AfterEach
    void close() {
        server.close();
        client.close();
    }

    /// KeyUpdate with update_requested: the other side owes one too.
    private void updateKeys() throws IOException {
        clientEngine.beginHandshake();
        client.write(NOTHING, 0, 0);
    }

    private void send(int octets) throws IOException {
        client.write(new byte[octets], 0, octets);
    }

    private int receive() throws IOException {
        return server.read(new byte[1 << 16], 0, 1 << 16);
    }

    private int answeringThreads() throws IOException {
        Path dump = folder.resolve("threads" + System.nanoTime());
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class).dumpThreads(dump.toString(),
                HotSpotDiagnosticMXBean.ThreadDumpFormat.TEXT_PLAIN);
        return Files.readString(dump).split("tls-answer", -1).length - 1;
    }

    @Test
    void anAnswerThatWaitsForTheWriterIsOneThreadHoweverManyRecordsCome() throws Exception {
        Thread writer = Thread.ofVirtual().start(() -> {
            try {
                server.write(new byte[1 << 20], 0, 1 << 20);
            } catch (IOException e) {
                return; // closed at the end of the test
            }
        });
        while (!ends[0].writerWaits()) {
            Thread.yield();
        }
        updateKeys();
        for (int i = 0; i < 500; i++) {
            send(1);
            assertThat(receive()).isEqualTo(1);
        }
        assertThat(answeringThreads()).isOne();
        server.close();
        writer.join();
    }

    @Test
    void theAnswerArrivesAndBothSidesReadOn() throws Exception {
        for (int i = 0; i < 50; i++) {
            updateKeys();
            send(3);
            assertThat(receive()).isEqualTo(3);
            server.write(new byte[2], 0, 2);
            assertThat(client.read(new byte[10], 0, 10)).isEqualTo(2);
        }
    }

    @Test
    void aFloodOfKeyUpdatesEndsTheConnection() throws Exception {
        FutureTask<Integer> reader = new FutureTask<>(this::receive);
        Thread.ofVirtual().start(reader);
        assertThatThrownBy(() -> {
            for (int i = 0; i < 10_000; i++) {
                updateKeys();
            }
        }).isInstanceOf(IOException.class);
        assertThatThrownBy(reader::get).hasCauseInstanceOf(SSLException.class).hasMessageContaining("too many TLS records");
    }

    @Test
    void aConnectionAtRestHoldsNoMoreThanASmallBuffer() throws Exception {
        for (int octets : new int[] {100, 3_000, 16_000}) {
            send(octets);
            for (int left = octets; left > 0; ) {
                left -= receive();
            }
            FutureTask<Integer> waiting = new FutureTask<>(this::receive);
            Thread.ofVirtual().start(waiting);
            while (!ends[0].readerWaits()) {
                Thread.yield();
            }
            assertThat(measured.buffer).as("after a message of %s", octets).isLessThanOrEqualTo(1024);
            send(1);
            assertThat(waiting.get()).isOne();
        }
    }

    @Test
    void aRecordThatIsOnlyAnnouncedHoldsASmallBufferToo() throws Exception {
        ends[1].write(new byte[] {23, 3, 3, 0x40, 0, 1}, 0, 6);
        FutureTask<Integer> waiting = new FutureTask<>(this::receive);
        Thread.ofVirtual().start(waiting);
        while (ends[0].unread() > 0 || !ends[0].readerWaits()) {
            Thread.yield();
        }
        assertThat(measured.buffer).isLessThanOrEqualTo(1024);
    }

    @Test
    void aBusyPeerThatIsKnownKeepsItsBuffer() throws Exception {
        server.keepBuffers();
        for (int round = 0; round < 3; round++) {
            send(16_000);
            for (int left = 16_000; left > 0; ) {
                left -= receive();
            }
        }
        send(1);
        assertThat(receive()).isOne();
        assertThat(measured.buffer).isGreaterThan(16_000);
    }

    @Test
    void aRecordLongerThanAnyMayBeIsRefused() throws Exception {
        ends[1].write(new byte[] {23, 3, 3, (byte) 0xff, (byte) 0xff, 1}, 0, 6);
        assertThatThrownBy(this::receive).isInstanceOf(SSLException.class);
    }
}
