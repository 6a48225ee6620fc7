// SPDX-License-Identifier: MIT
package lambdadispatch.http.h2;

import static lambdadispatch.support.WireFrame.END_STREAM;
import static lambdadispatch.support.WireFrame.get;
import static lambdadispatch.support.WireFrame.headers;
import static lambdadispatch.support.WireFrame.post;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.concurrent.locks.LockSupport;
import lambdadispatch.carrier.Threads;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.message.Request;
import lambdadispatch.http.server.Limits;
import lambdadispatch.net.Input;
import lambdadispatch.net.TimedSource;
import lambdadispatch.net.Transport;
import lambdadispatch.support.Bounds;
import lambdadispatch.support.ConnectionLog;
import lambdadispatch.support.Http2Peer;
import lambdadispatch.support.MemoryTransport;
import lambdadispatch.support.TransportAround;
import lambdadispatch.support.WireFrame;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Limits of time and number that hold for a connection as a whole, and how it ends where nothing else would end it.
@Timeout(60)
class ConnectionLimitsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @RegisterExtension
    final ConnectionLog log = new ConnectionLog();

    private final MemoryTransport[] ends = MemoryTransport.pair(1 << 16);

    private Http2Connection connection(Transport transport, Limits limits, Duration linger) {
        TimedSource source = new TimedSource(transport);
        return new Http2Connection(transport, source, new Input(source, 2048, Http2Connection.MAX_FRAME_BUFFER), limits, Http2Served.ECHO,
                linger);
    }

    private Thread run(Http2Connection connection) {
        return Threads.virtual("served").start(connection::run);
    }

    // ---- time

    @Test
    void aClientThatSaysNothingIsNotWaitedForLongerThanAHeadMayTake() throws Exception {
        Thread reader = run(connection(ends[0], new Bounds().headTimeoutMillis(50).limits(), Duration.ofMillis(50)));
        assertThat(reader.join(PATIENCE)).isTrue();
        ends[1].close();
    }

    @Test
    void aConnectionThatRestsForLongerThanAHeadMayTakeServesOn() throws IOException {
        Http2Served served = Http2Served.start(log, new Bounds().headTimeoutMillis(50).limits(), Http2Served.ECHO);
        served.peer.begin();
        served.peer.send(get(1, "/"));
        assertThat(served.peer.answer(1).status()).isEqualTo(200);
        LockSupport.parkNanos(250_000_000);
        served.peer.send(get(3, "/"));
        assertThat(served.peer.answer(3).status()).isEqualTo(200);
    }

    @Test
    void aClientThatStaysAfterAnErrorIsHungUpOn() throws Exception {
        Thread reader = run(connection(ends[0], Limits.DEFAULT, Duration.ofMillis(100)));
        Http2Peer peer = log.add(new Http2Peer(ends[1]));
        peer.begin();
        peer.send(WireFrame.windowUpdate(0, 0));
        assertThat(peer.awaitGoAway()).isEqualTo("PROTOCOL_ERROR");
        assertThat(reader.join(PATIENCE)).as("although it neither hangs up nor sends anything").isTrue();
    }

    // ---- number

    @Test
    void aClientThatMakesUsResetStreamAfterStreamIsCutOff() throws IOException {
        Http2Served served = Http2Served.start(log, Limits.DEFAULT, exchange -> exchange.read(new byte[1], 0, 1));
        served.peer.begin();
        try {
            for (int stream = 1; stream < 1400; stream += 2) { // fewer than the frames without use that it may send
                served.peer.send(post(stream, "/"), WireFrame.windowUpdate(stream, 0)); // MadeYouReset (CVE-2025-8671)
            }
        } catch (IOException cutOff) {
            assertThat(served.peer.awaitEnd()).isNotNull();
        }
        assertThat(served.peer.awaitGoAway()).isEqualTo("ENHANCE_YOUR_CALM");
    }

    // ---- what is refused without a handler

    /// Short on the wire, and each field counts for 32 octets more (RFC 7541 §4.1).
    private static WireFrame tooLarge(int stream, int flags) {
        String[] fields = new String[84];
        Arrays.fill(fields, "a: b");
        System.arraycopy(new String[] {":method: POST", ":scheme: http", ":authority: a", ":path: /"}, 0, fields, 0, 4);
        return headers(stream, flags, fields);
    }

    @Test
    void theRestOfARequestWhoseHeadIsTooLargeIsNotWanted() throws IOException {
        Http2Served served = Http2Served.start(log, new Bounds().headBytes(2000).limits(), Http2Served.ECHO);
        served.peer.begin();
        served.peer.send(tooLarge(1, 0));
        assertThat(served.peer.awaitReset(1)).as("RFC 9113 §8.1").isEqualTo("NO_ERROR");
        assertThat(served.peer.soFar(1).status()).isEqualTo(431);
        served.peer.send(WireFrame.data(1, END_STREAM, new byte[10])); // it was under way
        served.peer.roundTrip("goes on.");
    }

    @Test
    void aRequestThatWasWholeAndTooLargeIsClosed() throws IOException {
        Http2Served served = Http2Served.start(log, new Bounds().headBytes(2000).limits(), Http2Served.ECHO);
        served.peer.begin();
        served.peer.send(tooLarge(1, END_STREAM));
        assertThat(served.peer.answer(1).status()).isEqualTo(431);
        assertThat(served.peer.answer(1).reset()).isEmpty();
        served.peer.send(get(1, "/"));
        assertThat(served.peer.awaitGoAway()).as("RFC 9113 §5.1").isEqualTo("STREAM_CLOSED");
    }

    // ---- upgraded

    private Http2Peer upgraded(String settings) {
        Http2Connection connection = connection(ends[0], Limits.DEFAULT, Duration.ofSeconds(1));
        Request request = new Request("GET", "/", "http", "a", new Headers(), 0, 20);
        Threads.virtual("served").start(() -> connection.runUpgraded(request, settings));
        return log.add(new Http2Peer(ends[1]));
    }

    private static String encoded(WireFrame settings) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(settings.payload());
    }

    @Test
    void anUpgradedConnectionAnswersItsRequestOnStreamOneWithinTheWindowThatItsSettingsGave() throws IOException {
        Http2Peer peer = upgraded(encoded(WireFrame.settings(WireFrame.INITIAL_WINDOW_SIZE, 2))).silent();
        peer.begin(WireFrame.INITIAL_WINDOW_SIZE, 2);
        peer.until("two octets", () -> peer.soFar(1).text().equals("he"));
        assertThat(peer.soFar(1).status()).isEqualTo(200);
        peer.roundTrip("no more.");
        assertThat(peer.soFar(1).text()).isEqualTo("he");
        peer.send(WireFrame.windowUpdate(1, 100));
        assertThat(peer.answer(1).text()).isEqualTo("hello\n");
        peer.send(get(3, "/"));
        peer.until("a second", () -> peer.soFar(3).status() == 200);
    }

    @Test
    void settingsThatCanNotBeReadEndTheConnection() throws IOException {
        assertThat(upgraded("!!").begin().awaitGoAway()).isEqualTo("PROTOCOL_ERROR");
    }

    // ---- the other side is gone

    /// Nothing can be written to it, and nothing comes.
    private record Broken(MemoryTransport inner) implements TransportAround {
        @Override
        public void write(byte[] from, int offset, int length) throws IOException {
            throw new IOException("broken pipe");
        }
    }

    @Test
    void aConnectionThatNothingCanBeWrittenToIsOver() throws Exception {
        byte[] preface = WireFrame.preface();
        ends[1].write(preface, 0, preface.length);
        Thread reader = run(connection(new Broken(ends[0]), Limits.DEFAULT, Duration.ofSeconds(1)));
        assertThat(reader.join(Duration.ofSeconds(5))).as("before the time that SETTINGS may take").isTrue();
        ends[1].close();
    }
}
