// SPDX-License-Identifier: MIT
package lambdadispatch.net.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import javax.net.ssl.SSLException;
import lambdadispatch.base.Clock;
import lambdadispatch.carrier.Threads;
import lambdadispatch.net.Transport;
import lambdadispatch.support.MemoryTransport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// TLS over pipes in memory that split records anywhere.
@Timeout(60)
class TlsTransportTest {
    private static final KeyMaterial KEY = SelfSigned.create("test", Clock.SYSTEM, Duration.ofDays(1));
    private static final List<String> BOTH = List.of("h2", "http/1.1");

    private final MemoryTransport[] ends = MemoryTransport.pair(1 << 16);
    private TlsTransport server = TlsTransport.server(ends[0], KEY.serverContext(), BOTH);
    private TlsTransport client = client(BOTH);

    private TlsTransport client(List<String> protocols) {
        return TlsTransport.client(ends[1], Pinning.context(KEY.certificateSha256()), "localhost", 443, protocols);
    }

    @AfterEach
    void close() {
        server.close();
        client.close();
    }

    private static <T> FutureTask<T> start(Callable<T> action) {
        FutureTask<T> task = new FutureTask<>(action);
        Threads.virtual("test").start(task);
        return task;
    }

    private void shakeHands() throws Exception {
        FutureTask<Void> other = start(() -> {
            server.handshake();
            return null;
        });
        client.handshake();
        other.get();
    }

    private static byte[] readAll(Transport from) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] buffer = new byte[700]; // shorter than a record
        for (int count = from.read(buffer, 0, buffer.length); count >= 0; count = from.read(buffer, 0, buffer.length)) {
            all.write(buffer, 0, count);
        }
        return all.toByteArray();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 7, 1000, 100_000})
    void whatIsWrittenIsReadHoweverItsRecordsAreSplit(int bytesPerRead) throws Exception {
        ends[0].limitReads(bytesPerRead);
        ends[1].limitReads(bytesPerRead);
        byte[] sent = new byte[50_000]; // four records
        new Random(1).nextBytes(sent);
        FutureTask<byte[]> atServer = start(() -> readAll(server));
        FutureTask<byte[]> atClient = start(() -> readAll(client));
        client.write(sent, 0, sent.length);
        client.shutdownOutput();
        server.write(sent, 10, 40_000);
        server.shutdownOutput();
        assertThat(atServer.get()).isEqualTo(sent);
        assertThat(atClient.get()).isEqualTo(java.util.Arrays.copyOfRange(sent, 10, 40_010));
    }

    @Test
    void bothDirectionsWorkAtTheSameTime() throws Exception {
        byte[] sent = new byte[2_000_000];
        new Random(2).nextBytes(sent);
        FutureTask<byte[]> atServer = start(() -> readAll(server));
        FutureTask<byte[]> atClient = start(() -> readAll(client));
        FutureTask<Void> back = start(() -> {
            server.write(sent, 0, sent.length);
            server.shutdownOutput();
            return null;
        });
        client.write(sent, 0, sent.length);
        client.shutdownOutput();
        back.get();
        assertThat(atServer.get()).isEqualTo(sent);
        assertThat(atClient.get()).isEqualTo(sent);
    }

    @Test
    void theServersPreferenceDecidesAmongTheProtocolsBothKnow() throws Exception {
        client = client(List.of("http/1.1", "h2")); // RFC 7301 §3.2
        shakeHands();
        assertThat(server.applicationProtocol()).isEqualTo("h2");
        assertThat(client.applicationProtocol()).isEqualTo("h2");
        assertThat(server.secure()).isTrue();
    }

    @Test
    void aClientThatOffersNoProtocolGetsNone() throws Exception {
        client = client(List.of());
        shakeHands();
        assertThat(server.applicationProtocol()).isEmpty();
    }

    @Test
    void aClientThatOffersOtherProtocolsOnlyIsToldSo() throws Exception {
        client = client(List.of("spdy/3"));
        FutureTask<Void> other = start(() -> {
            server.handshake();
            return null;
        });
        // RFC 7301 §3.2
        assertThatThrownBy(() -> client.handshake()).isInstanceOf(SSLException.class).hasMessageContaining("no_application_protocol");
        assertThatThrownBy(other::get).hasCauseInstanceOf(SSLException.class);
    }

    @Test
    void theEndWithoutCloseNotifyIsNoEndOfStream() throws Exception {
        shakeHands();
        client.write(new byte[] {1, 2, 3}, 0, 3);
        ends[1].shutdownOutput(); // the TCP stream ends, TLS does not (RFC 8446 §6.1)
        byte[] buffer = new byte[10];
        assertThat(server.read(buffer, 0, 10)).isEqualTo(3);
        assertThatThrownBy(() -> server.read(buffer, 0, 10)).isInstanceOf(EOFException.class);
    }

    @Test
    void theEndInsideARecordIsNoEndOfStream() throws Exception {
        shakeHands();
        ends[1].write(new byte[] {23, 3, 3, 0, 100, 1, 2}, 0, 7);
        ends[1].shutdownOutput();
        assertThatThrownBy(() -> server.read(new byte[10], 0, 10)).isInstanceOf(EOFException.class);
    }

    @Test
    void aForgedRecordIsRefused() throws Exception {
        shakeHands();
        byte[] forged = new byte[5 + 40];
        System.arraycopy(new byte[] {23, 3, 3, 0, 40}, 0, forged, 0, 5);
        ends[1].write(forged, 0, forged.length);
        assertThatThrownBy(() -> server.read(new byte[10], 0, 10)).isInstanceOf(SSLException.class);
    }

    @Test
    void afterItsOwnEndAServerStillReadsWhatTheClientHadToSay() throws Exception {
        shakeHands();
        server.shutdownOutput();
        client.write(new byte[] {7}, 0, 1);
        byte[] buffer = new byte[10];
        assertThat(client.read(buffer, 0, 10)).isEqualTo(-1);
        client.shutdownOutput();
        // TLS 1.3 lets each direction end by itself (RFC 8446 §6.1); what matters is that nothing is left unread, or the socket would be
        // reset
        int count = server.read(buffer, 0, 10);
        while (count >= 0) {
            count = server.read(buffer, 0, 10);
        }
        assertThat(ends[0].unread()).isZero();
    }

    @Test
    void whatComesBehindItsOwnEndIsTakenOffEvenIfItIsForged() throws Exception {
        shakeHands();
        server.shutdownOutput();
        byte[] forged = new byte[50_000];
        System.arraycopy(new byte[] {23, 3, 3, 1, 0}, 0, forged, 0, 5);
        ends[1].write(forged, 0, forged.length);
        ends[1].shutdownOutput();
        byte[] buffer = new byte[10];
        assertThat(server.read(buffer, 0, 10)).isEqualTo(-1);
        assertThat(ends[0].unread()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET / HTTP/1.1\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\u0080\u002e\u0001", "\u0000\u0000"})
    void whatIsNoTlsIsToldApartAtItsFirstOctet(String start) throws IOException {
        byte[] octets = start.getBytes(StandardCharsets.ISO_8859_1);
        ends[1].write(octets, 0, 1);
        assertThatThrownBy(() -> server.handshake()).isInstanceOf(NotTls.class);
    }

    @Test
    void aPeerThatLeavesDuringTheHandshakeIsNoSilentEnd() {
        ends[1].close();
        assertThatThrownBy(() -> server.handshake()).isInstanceOf(EOFException.class);
    }

    @Test
    void closingWakesAReaderInTheMiddleOfAHandshake() throws Exception {
        FutureTask<Void> waiting = start(() -> {
            server.handshake();
            return null;
        });
        while (!ends[0].readerWaits()) {
            Thread.yield();
        }
        server.close();
        assertThatThrownBy(waiting::get).hasCauseInstanceOf(IOException.class);
    }

    @Test
    void nothingCanBeWrittenAfterOurOwnCloseNotify() throws Exception {
        shakeHands();
        client.shutdownOutput();
        assertThatThrownBy(() -> client.write(new byte[] {1}, 0, 1)).isInstanceOf(IOException.class).hasMessageContaining("closed");
    }
}
