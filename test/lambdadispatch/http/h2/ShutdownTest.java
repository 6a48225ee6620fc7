// SPDX-License-Identifier: MIT
package lambdadispatch.http.h2;

import static lambdadispatch.support.WireFrame.CONTINUATION;
import static lambdadispatch.support.WireFrame.GOAWAY;
import static lambdadispatch.support.WireFrame.HEADERS;
import static lambdadispatch.support.WireFrame.PING;
import static lambdadispatch.support.WireFrame.get;
import static lambdadispatch.support.WireFrame.post;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import lambdadispatch.http.server.Limits;
import lambdadispatch.net.Input;
import lambdadispatch.net.TimedSource;
import lambdadispatch.support.Bounds;
import lambdadispatch.support.ConnectionLog;
import lambdadispatch.support.Http2Peer;
import lambdadispatch.support.MemoryTransport;
import lambdadispatch.support.WireFrame;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/// How a connection begins (RFC 9113 §3.4), and how it ends in good order (§6.8) or because its peer does not go on.
@Timeout(120)
class ShutdownTest {
    @RegisterExtension
    final ConnectionLog log = new ConnectionLog();

    private final CountDownLatch started = new CountDownLatch(1);
    private final CountDownLatch go = new CountDownLatch(1);

    private Http2Served waiting() {
        return Http2Served.start(log, exchange -> {
            started.countDown();
            try {
                go.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            Http2Served.ECHO.handle(exchange);
        });
    }

    private static List<String> goAways(Http2Peer peer) {
        return peer.frames().stream().filter(f -> f.is(GOAWAY)).map(f -> f.integer(0) + " " + WireFrame.code(f.integer(4))).toList();
    }

    @Test
    void stoppingSaysSoFirstThenNamesTheLastStreamThenAnswersWhatIsUnderWay() throws Exception {
        Http2Served served = waiting();
        Http2Peer peer = served.peer.silent().begin().send(get(1, "/"));
        started.await();
        served.connection.stop();
        peer.await(f -> f.is(GOAWAY));
        assertThat(goAways(peer)).containsExactly(Integer.MAX_VALUE + " NO_ERROR");
        peer.send(get(3, "/")); // sent before the client has seen the GOAWAY: taken
        WireFrame ping = peer.await(f -> f.is(PING));
        peer.send(new WireFrame(PING, WireFrame.ACK, 0, ping.payload()));
        peer.await(f -> f.is(GOAWAY) && f.integer(0) != Integer.MAX_VALUE);
        peer.send(get(5, "/")); // a round trip later: refused
        assertThat(peer.awaitReset(5)).isEqualTo("REFUSED_STREAM");
        go.countDown();
        assertThat(List.of(peer.answer(1).status(), peer.answer(3).status())).containsOnly(200);
        peer.awaitEnd();
        // §6.8: what the last one names must not be more than what an earlier one named
        assertThat(goAways(peer)).containsExactly(Integer.MAX_VALUE + " NO_ERROR", "3 NO_ERROR", "3 NO_ERROR");
    }

    @Test
    void aPeerThatDoesNotAnswerThePingIsStoppedAllTheSame() throws Exception {
        Http2Served served = waiting();
        Http2Peer peer = served.peer.silent().begin().send(get(1, "/"));
        started.await();
        served.connection.stop();
        peer.await(f -> f.is(GOAWAY) && f.integer(0) == 1);
        go.countDown();
        assertThat(peer.answer(1).status()).isEqualTo(200);
        peer.awaitEnd();
    }

    @Test
    void aConnectionWithoutStreamsIsStoppedAtOnce() throws Exception {
        Http2Served served = waiting();
        Http2Peer peer = served.peer.begin();
        peer.roundTrip("settled.");
        served.connection.stop();
        peer.awaitEnd();
        assertThat(goAways(peer)).endsWith("0 NO_ERROR");
    }

    @Test
    void aConnectionThatIsStoppedBeforeItBeganSaysItsSettingsFirst() throws Exception {
        MemoryTransport[] ends = MemoryTransport.pair(1 << 16);
        TimedSource source = new TimedSource(ends[0]);
        Http2Connection connection = new Http2Connection(ends[0], source, new Input(source, 2048, Http2Connection.MAX_FRAME_BUFFER),
                Limits.DEFAULT, Http2Served.ECHO);
        connection.stop();
        Thread serving = Thread.ofVirtual().start(connection::run);
        byte[] all = new byte[1000];
        int length = 0;
        for (int count = 0; count >= 0; count = ends[1].read(all, length, all.length - length)) {
            length += count; // to the end: a peer that said nothing is waited for no longer
        }
        assertThat(all[3]).as("type of the first frame").isEqualTo((byte) WireFrame.SETTINGS); // §3.4
        assertThat(length).isGreaterThan(9 + 24 + 9);
        ends[1].close();
        serving.join();
    }

    @Test
    void noStreamIsTakenOnceTheConnectionIsIdleForTooLong() throws IOException {
        Http2Served served = Http2Served.start(log, Http2Served.ECHO);
        served.peer.begin().send(get(1, "/"));
        assertThat(served.peer.answer(1).status()).isEqualTo(200);
        served.peer.until("stream 1 is open", () -> served.connection.streams().size() == 0);
        assertThat(served.connection.streams().refuseIfIdle()).isTrue(); // as the idle limit does, on another thread than the reader's
        served.peer.send(get(3, "/"));
        assertThat(served.peer.awaitReset(3)).isEqualTo("REFUSED_STREAM");
        assertThat(served.connection.streams().lastTaken()).isOne(); // what GOAWAY names: 3 may be tried elsewhere (§6.8)
    }

    @Test
    void aConnectionWithAStreamOpenIsNeverTooIdle() throws Exception {
        Http2Served served = waiting();
        served.peer.begin().send(get(1, "/"));
        started.await();
        assertThat(served.connection.streams().refuseIfIdle()).isFalse();
        go.countDown();
        assertThat(served.peer.send(get(3, "/")).answer(3).status()).isEqualTo(200);
    }

    @Test
    void anIdleConnectionIsEndedWithGoAway() throws IOException {
        Http2Peer peer = Http2Served.start(log, new Bounds().idleMillis(60).limits(), Http2Served.ECHO).peer;
        assertThat(peer.beginWith(get(1, "/")).answer(1).status()).isEqualTo(200);
        assertThat(peer.awaitGoAway()).isEqualTo("NO_ERROR");
        peer.awaitEnd();
        assertThat(goAways(peer)).containsExactly("1 NO_ERROR");
    }

    @Test
    void aConnectionWithARequestUnderWayIsNotIdle() throws Exception {
        CountDownLatch first = new CountDownLatch(1);
        Http2Peer busy = Http2Served.start(log, new Bounds().idleMillis(50).limits(), exchange -> {
            try {
                first.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            Http2Served.ECHO.handle(exchange);
        }).peer.beginWith(get(1, "/"));
        Http2Peer idle = Http2Served.start(log, new Bounds().idleMillis(200).limits(), Http2Served.ECHO).peer.begin();
        idle.awaitEnd(); // four times as long as the other may be idle
        first.countDown();
        assertThat(busy.answer(1).status()).isEqualTo(200);
    }

    @Test
    void anythingButThePrefaceIsAnError() throws IOException {
        Http2Peer peer = Http2Served.start(log, Http2Served.ECHO).peer;
        peer.sendRaw("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\r".getBytes(StandardCharsets.US_ASCII));
        assertThat(peer.awaitGoAway()).isEqualTo("PROTOCOL_ERROR"); // §3.4
        peer.awaitEnd();
    }

    @Test
    void theFirstFrameMustBeSettingsAndNotTheirAcknowledgement() throws IOException {
        for (WireFrame first : List.of(WireFrame.ping("12345678"), get(1, "/"),
                new WireFrame(WireFrame.SETTINGS, WireFrame.ACK, 0, new byte[0]))) {
            Http2Peer peer = Http2Served.start(log, Http2Served.ECHO).peer.silent();
            peer.sendRaw(WireFrame.preface());
            peer.send(first);
            assertThat(peer.awaitGoAway()).isEqualTo("PROTOCOL_ERROR"); // §3.4
        }
    }

    @Test
    void ourSettingsComeFirstAndThePeersAreAcknowledgedEachOnce() throws IOException {
        Http2Peer peer = Http2Served.start(log, Http2Served.ECHO).peer.begin().send(WireFrame.settings(), WireFrame.settings(3, 5));
        peer.roundTrip("settled.");
        assertThat(peer.frames().getFirst().is(WireFrame.SETTINGS)).isTrue();
        assertThat(peer.frames().stream().filter(f -> f.is(WireFrame.SETTINGS) && f.has(WireFrame.ACK))).hasSize(3); // §6.5.3
    }

    @Test
    void aFieldSectionThatDoesNotGoOnEndsTheConnectionWithItsDeadline() throws IOException {
        Http2Peer peer = Http2Served.start(log, new Bounds().headTimeoutMillis(60).limits(), Http2Served.ECHO).peer.silent().begin();
        peer.send(post(1, "/")); // a stream that is open, so that the connection is not idle
        peer.send(new WireFrame(HEADERS, 0, 3, WireFrame.block(":method: GET")),
                new WireFrame(CONTINUATION, 0, 3, WireFrame.block(":path: /")));
        assertThat(peer.awaitGoAway()).isEqualTo("ENHANCE_YOUR_CALM");
        peer.awaitEnd();
    }

    @Test
    void theDeadlineOfAFieldSectionEndsWithIt() throws IOException {
        Http2Peer peer = Http2Served.start(log, new Bounds().headTimeoutMillis(50).limits(), Http2Served.ECHO).peer.begin();
        byte[] block = get(1, "/").payload();
        peer.send(new WireFrame(HEADERS, WireFrame.END_STREAM, 1, block),
                new WireFrame(CONTINUATION, WireFrame.END_HEADERS, 1, new byte[0]));
        assertThat(peer.answer(1).status()).isEqualTo(200);
        Http2Peer idle = Http2Served.start(log, new Bounds().idleMillis(200).limits(), Http2Served.ECHO).peer.begin();
        idle.awaitEnd();
        assertThat(peer.send(get(3, "/")).answer(3).status()).isEqualTo(200);
    }
}
