// SPDX-License-Identifier: MIT
package lambdadispatch.http.h2;

import static lambdadispatch.support.WireFrame.GOAWAY;
import static lambdadispatch.support.WireFrame.HEADERS;
import static lambdadispatch.support.WireFrame.SETTINGS;
import static lambdadispatch.support.WireFrame.get;
import static lambdadispatch.support.WireFrame.post;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import lambdadispatch.carrier.Threads;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.message.Request;
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

/// What the last GOAWAY of a connection says, for each way in which the peer's side of it ends; and the first frames of one that was
/// upgraded.
@Timeout(60)
class GoodbyeTest {
    @RegisterExtension
    final ConnectionLog log = new ConnectionLog();

    private static List<String> goAways(Http2Peer peer) {
        return peer.frames().stream().filter(f -> f.is(GOAWAY)).map(f -> f.integer(0) + " " + WireFrame.code(f.integer(4)) + " "
                + new String(f.payload(), 8, f.payload().length - 8)).toList();
    }

    private static List<String> afterItsEnd(Http2Peer peer) throws IOException {
        peer.transport().shutdownOutput();
        peer.awaitEnd();
        return goAways(peer);
    }

    @Test
    void aPeerThatHangsUpBetweenFramesIsToldNothing() throws IOException {
        Http2Peer peer = Http2Served.start(log, Http2Served.ECHO).peer.begin();
        peer.send(get(1, "/")).answer(1);
        peer.roundTrip("settled.");
        assertThat(afterItsEnd(peer)).isEmpty();
    }

    @Test
    void aPeerThatHangsUpInsideAFrameOrItsPrefaceIsToldSo() throws IOException {
        Http2Peer peer = Http2Served.start(log, Http2Served.ECHO).peer.begin();
        peer.send(get(1, "/")).answer(1);
        peer.sendRaw(new byte[] {0, 0, 8, WireFrame.PING, 0, 0, 0, 0, 0, 1});
        assertThat(afterItsEnd(peer)).containsExactly("1 PROTOCOL_ERROR ");
        Http2Peer early = Http2Served.start(log, Http2Served.ECHO).peer.silent();
        early.sendRaw(Arrays.copyOf(WireFrame.preface(), 23));
        assertThat(afterItsEnd(early)).containsExactly("0 PROTOCOL_ERROR ");
    }

    @Test
    void aPeerThatHangsUpInsideAFrameWhileWeStopIsAtNoFault() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        CountDownLatch begun = new CountDownLatch(1);
        Http2Served served = Http2Served.start(log, exchange -> {
            begun.countDown();
            try {
                over.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        });
        Http2Peer peer = served.peer.silent().begin().send(post(1, "/"));
        begun.await();
        served.connection.stop();
        peer.sendRaw(new byte[] {0, 0, 8, WireFrame.PING, 0, 0, 0, 0, 0, 1});
        assertThat(afterItsEnd(peer)).endsWith("1 NO_ERROR ");
        over.countDown();
    }

    @Test
    void aPeerWhoseSettingsDoNotComeIsToldThatTheyWereLate() throws IOException {
        Limits limits = new Bounds().headTimeoutMillis(50).limits();
        Http2Peer silent = Http2Served.start(log, limits, Http2Served.ECHO).peer.silent();
        silent.sendRaw(Arrays.copyOf(WireFrame.preface(), 23));
        assertThat(silent.awaitGoAway()).isEqualTo("SETTINGS_TIMEOUT");
        Http2Peer half = Http2Served.start(log, limits, Http2Served.ECHO).peer.silent();
        half.sendRaw(WireFrame.preface());
        assertThat(half.awaitGoAway()).isEqualTo("SETTINGS_TIMEOUT");
        assertThat(goAways(half)).containsExactly("0 SETTINGS_TIMEOUT SETTINGS_TIMEOUT: nothing received in time");
    }

    @Test
    void anErrorIsSaidWithItsReasonAndTheLastStreamTaken() throws IOException {
        Http2Peer peer = Http2Served.start(log, Http2Served.ECHO).peer.begin();
        peer.send(get(1, "/")).answer(1);
        peer.send(get(7, "/")).answer(7);
        peer.send(new WireFrame(SETTINGS, 0, 3, new byte[0]));
        assertThat(peer.awaitGoAway()).isEqualTo("PROTOCOL_ERROR");
        assertThat(goAways(peer)).containsExactly("7 PROTOCOL_ERROR PROTOCOL_ERROR: SETTINGS on a stream");
    }

    @Test
    void aStopBeforeTheFirstFrameIsAnnouncedToAPeerThatHasSpoken() throws Exception {
        MemoryTransport[] ends = MemoryTransport.pair(1 << 16);
        TimedSource source = new TimedSource(ends[0]);
        Input in = new Input(source, 2048, Http2Connection.MAX_FRAME_BUFFER);
        Http2Connection connection = new Http2Connection(ends[0], source, in, Limits.DEFAULT, Http2Served.ECHO, Duration.ofMinutes(10));
        connection.stop();
        Http2Peer peer = log.add(new Http2Peer(ends[1])).silent().begin();
        in.fill(); // as whoever looked for the protocol has
        Threads.virtual("served").start(connection::run);
        peer.await(f -> f.is(WireFrame.PING));
        assertThat(goAways(peer)).containsExactly(Integer.MAX_VALUE + " NO_ERROR ");
        assertThat(peer.send(get(1, "/")).answer(1).status()).as("it may not have seen that").isEqualTo(200);
    }

    // ---- upgraded

    @Test
    void aStopBeforeTheFirstFrameOfAnUpgradeIsAnnounced() throws IOException {
        MemoryTransport[] ends = MemoryTransport.pair(1 << 16);
        TimedSource source = new TimedSource(ends[0]);
        Http2Connection connection = new Http2Connection(ends[0], source, new Input(source, 2048, Http2Connection.MAX_FRAME_BUFFER),
                Limits.DEFAULT, Http2Served.ECHO, Duration.ofMinutes(10));
        connection.stop();
        Threads.virtual("served").start(() -> connection.runUpgraded(new Request("GET", "/", "http", "a", new Headers(), 0, 20), ""));
        Http2Peer peer = log.add(new Http2Peer(ends[1])).silent().begin();
        assertThat(peer.answer(1).text()).isEqualTo("hello\n");
        assertThat(goAways(peer)).containsExactly(Integer.MAX_VALUE + " NO_ERROR ");
    }

    private Http2Peer upgraded(Limits limits, String settings, CountDownLatch begun) {
        MemoryTransport[] ends = MemoryTransport.pair(1 << 16);
        TimedSource source = new TimedSource(ends[0]);
        Http2Connection connection = new Http2Connection(ends[0], source, new Input(source, 2048, Http2Connection.MAX_FRAME_BUFFER), limits,
                exchange -> {
                    begun.countDown();
                    Http2Served.ECHO.handle(exchange);
                }, Duration.ofSeconds(1));
        Request request = new Request("GET", "/", "http", "a", new Headers(), 0, 20);
        Threads.virtual("served").start(() -> connection.runUpgraded(request, settings));
        return log.add(new Http2Peer(ends[1]));
    }

    private static String encoded(WireFrame settings) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(settings.payload());
    }

    @Test
    void anUpgradedConnectionAcknowledgesTheSettingsOfItsPrefaceOnlyAndAnswersBehindIt() throws IOException {
        CountDownLatch begun = new CountDownLatch(1);
        Http2Peer peer = upgraded(Limits.DEFAULT, encoded(WireFrame.settings(4, 100)), begun).silent();
        peer.sendRaw(Arrays.copyOf(WireFrame.preface(), 23));
        peer.await(f -> f.is(SETTINGS));
        assertThat(begun.getCount()).as("curl has no room for an answer before its preface").isOne();
        byte[] rest = Arrays.copyOfRange(WireFrame.preface(), 23, 24);
        peer.sendRaw(rest);
        assertThat(peer.answer(1).text()).isEqualTo("hello\n");
        peer.send(WireFrame.settings());
        peer.roundTrip("settled.");
        assertThat(peer.frames().stream().filter(f -> f.is(SETTINGS))).extracting(f -> f.has(WireFrame.ACK)).containsExactly(false, true);
        assertThat(peer.frames().getFirst().is(SETTINGS)).isTrue();
    }

    @Test
    void itsFirstStreamIsUsedUp() throws IOException {
        Http2Peer peer = upgraded(Limits.DEFAULT, "", new CountDownLatch(1)).begin();
        peer.answer(1);
        assertThat(peer.send(get(3, "/")).answer(3).status()).isEqualTo(200);
        peer.send(get(1, "/"));
        assertThat(peer.awaitGoAway()).isEqualTo("STREAM_CLOSED");
        assertThat(peer.frames()).noneMatch(f -> f.is(HEADERS) && f.streamId() > 3);
    }

    @Test
    void itIsIdleOnceItsFirstStreamIsAnswered() throws IOException {
        Http2Peer peer = upgraded(new Bounds().idleMillis(60).limits(), "", new CountDownLatch(1)).begin();
        peer.awaitEnd();
        assertThat(peer.soFar(1).text()).isEqualTo("hello\n");
        assertThat(goAways(peer)).containsExactly("1 NO_ERROR ");
    }
}
