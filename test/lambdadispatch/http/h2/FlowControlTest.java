// SPDX-License-Identifier: MIT
package lambdadispatch.http.h2;

import static lambdadispatch.support.WireFrame.DATA;
import static lambdadispatch.support.WireFrame.END_STREAM;
import static lambdadispatch.support.WireFrame.INITIAL_WINDOW_SIZE;
import static lambdadispatch.support.WireFrame.MAX_FRAME_SIZE;
import static lambdadispatch.support.WireFrame.WINDOW_UPDATE;
import static lambdadispatch.support.WireFrame.data;
import static lambdadispatch.support.WireFrame.get;
import static lambdadispatch.support.WireFrame.post;
import static lambdadispatch.support.WireFrame.reset;
import static lambdadispatch.support.WireFrame.settings;
import static lambdadispatch.support.WireFrame.windowUpdate;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.server.Handler;
import lambdadispatch.http.server.Limits;
import lambdadispatch.support.Bounds;
import lambdadispatch.support.ConnectionLog;
import lambdadispatch.support.Http2Peer;
import lambdadispatch.support.WireFrame;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Flow control both ways (RFC 9113 §5.2, §6.9).
@Timeout(120)
class FlowControlTest {
    private static final Handler HUNDRED_THOUSAND = exchange -> {
        byte[] body = new byte[100_000];
        for (int i = 0; i < body.length; i++) {
            body[i] = (byte) (i * 31);
        }
        exchange.answer(200, "application/octet-stream", body);
    };

    @RegisterExtension
    final ConnectionLog log = new ConnectionLog();

    private static void received(Http2Peer peer, int streamId, int octets) {
        peer.until("not " + octets + " octets on stream " + streamId, () -> peer.soFar(streamId).body().length == octets);
    }

    // ---- what we send

    @Test
    void noMoreIsSentThanTheStreamsWindowAllowsAndTheRestWhenItIsGranted() throws IOException {
        Http2Peer peer = Http2Served.start(log, HUNDRED_THOUSAND).peer.silent().begin(INITIAL_WINDOW_SIZE, 10);
        peer.send(get(1, "/"));
        received(peer, 1, 10);
        peer.roundTrip("no more.");
        received(peer, 1, 10);
        peer.send(windowUpdate(1, 1));
        received(peer, 1, 11);
        peer.send(windowUpdate(0, 100_000), windowUpdate(1, 99_989));
        assertThat(peer.answer(1).body()).hasSize(100_000).startsWith(0, 31, 62);
        assertThat(peer.frames().stream().filter(f -> f.is(DATA)).mapToInt(f -> f.payload().length).max()).hasValue(16_384); // §4.2
    }

    @Test
    void aLargerFrameSizeOfThePeersIsUsed() throws IOException {
        Http2Peer peer = Http2Served.start(log, HUNDRED_THOUSAND).peer.begin(INITIAL_WINDOW_SIZE, 1 << 20, MAX_FRAME_SIZE, 1 << 20);
        peer.send(windowUpdate(0, 1 << 20), get(1, "/"));
        assertThat(peer.answer(1).body()).hasSize(100_000);
        assertThat(peer.frames().stream().filter(f -> f.is(DATA)).mapToInt(f -> f.payload().length).max().orElse(0)).isGreaterThan(16_384);
    }

    @Test
    void theConnectionsWindowIsSharedByItsStreams() throws IOException {
        Http2Peer peer = Http2Served.start(log, HUNDRED_THOUSAND).peer.silent().begin(INITIAL_WINDOW_SIZE, 1 << 20);
        peer.send(get(1, "/"), get(3, "/"));
        peer.until("the connection's window is not used up", () -> peer.soFar(1).body().length + peer.soFar(3).body().length == 65_535);
        peer.roundTrip("no more.");
        assertThat(peer.soFar(1).body().length + peer.soFar(3).body().length).isEqualTo(65_535);
        peer.send(windowUpdate(0, 200_000));
        assertThat(peer.answer(1).body()).hasSize(100_000);
        assertThat(peer.answer(3).body()).hasSize(100_000);
    }

    @Test
    void aSmallerInitialWindowMayTakeAStreamsWindowBelowZero() throws IOException {
        Http2Peer peer = Http2Served.start(log, HUNDRED_THOUSAND).peer.silent().begin(INITIAL_WINDOW_SIZE, 1000);
        peer.send(get(1, "/"));
        received(peer, 1, 1000);
        peer.send(settings(INITIAL_WINDOW_SIZE, 100), windowUpdate(1, 900)); // now at 0 (§6.9.2)
        peer.roundTrip("at zero.");
        received(peer, 1, 1000);
        peer.send(windowUpdate(1, 1));
        received(peer, 1, 1001);
        peer.send(settings(INITIAL_WINDOW_SIZE, 200));
        received(peer, 1, 1101);
    }

    @Test
    void anEmptyLastFrameNeedsNoWindow() throws IOException {
        Http2Peer peer = Http2Served.start(log, exchange -> {
            exchange.respond(200, new Headers(), -1);
            exchange.write(new byte[10], 0, 10);
            exchange.end();
        }).peer.silent().begin(INITIAL_WINDOW_SIZE, 10);
        assertThat(peer.send(get(1, "/")).answer(1).body()).hasSize(10);
    }

    @Test
    void aStreamThatIsResetWhileItWaitsForWindowWakesItsHandler() throws Exception {
        CountDownLatch failed = new CountDownLatch(1);
        Http2Peer peer = Http2Served.start(log, exchange -> {
            try {
                HUNDRED_THOUSAND.handle(exchange);
            } catch (IOException e) {
                failed.countDown();
                throw e;
            }
        }).peer.silent().begin(INITIAL_WINDOW_SIZE, 10);
        peer.send(get(1, "/"));
        received(peer, 1, 10);
        peer.send(reset(1, 8));
        assertThat(failed.await(30, java.util.concurrent.TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aPeerThatGrantsNoWindowInTimeLosesTheStreamOnly() throws IOException {
        Http2Peer peer = Http2Served.start(log, new Bounds().writeStallMillis(60).limits(), HUNDRED_THOUSAND).peer.silent()
                .begin(INITIAL_WINDOW_SIZE, 0);
        assertThat(peer.send(get(1, "/")).awaitReset(1)).isEqualTo("INTERNAL_ERROR");
        peer.send(settings(INITIAL_WINDOW_SIZE, 1 << 20), windowUpdate(0, 1 << 20), get(3, "/"));
        assertThat(peer.answer(3).body()).hasSize(100_000);
    }

    @Test
    void aTrustedPeerMayKeepAWindowShutForAsLongAsItLikes() throws Exception {
        CountDownLatch waits = new CountDownLatch(1);
        Thread[] sender = new Thread[1];
        Http2Peer peer = Http2Served.start(log, new Bounds().writeStallMillis(300).limits(), exchange -> {
            exchange.connection().trustPeer();
            sender[0] = Thread.currentThread();
            waits.countDown();
            HUNDRED_THOUSAND.handle(exchange);
        }).peer.silent().begin(INITIAL_WINDOW_SIZE, 10);
        peer.send(get(1, "/"));
        waits.await();
        received(peer, 1, 10);
        // twice as long as a stranger may, counted by another connection's reset
        Http2Peer other = Http2Served.start(log, new Bounds().writeStallMillis(600).limits(), HUNDRED_THOUSAND).peer.silent()
                .begin(INITIAL_WINDOW_SIZE, 0);
        assertThat(other.send(get(1, "/")).awaitReset(1)).isEqualTo("INTERNAL_ERROR");
        assertThat(sender[0].getState()).as("without a time limit").isEqualTo(Thread.State.WAITING);
        peer.send(settings(INITIAL_WINDOW_SIZE, 1 << 20), windowUpdate(0, 1 << 20));
        assertThat(peer.answer(1).body()).hasSize(100_000);
    }

    // ---- what we receive

    @Test
    void windowIsGivenBackInHalvesAsTheHandlerReadsPaddingIncluded() throws IOException {
        Limits limits = new Bounds().windows(1000, 70_000).limits();
        Http2Peer peer = Http2Served.start(log, limits, Http2Served.ECHO).peer.begin();
        byte[] padded = new byte[1 + 300 + 100];
        padded[0] = 100;
        peer.send(post(1, "/"), data(1, WireFrame.PADDED, padded)); // 401 octets of window
        peer.roundTrip("not yet.");
        assertThat(peer.frames()).noneMatch(f -> f.is(WINDOW_UPDATE) && f.streamId() == 1);
        peer.send(data(1, 0, new byte[99]));
        assertThat(peer.await(f -> f.is(WINDOW_UPDATE) && f.streamId() == 1).integer(0)).isEqualTo(500);
        assertThat(peer.send(data(1, END_STREAM, new byte[1])).answer(1).body()).hasSize(400);
    }

    @Test
    void aHandlerThatDoesNotReadHoldsItsSenderBackAndNobodyElse() throws IOException {
        Semaphore go = new Semaphore(0);
        Limits limits = new Bounds().windows(1000, 70_000).limits();
        Http2Peer peer = Http2Served.start(log, limits, exchange -> {
            if (exchange.request().target().equals("/slow")) {
                go.acquireUninterruptibly();
            }
            Http2Served.ECHO.handle(exchange);
        }).peer.begin();
        peer.send(post(1, "/slow"), data(1, 0, new byte[1000]), post(3, "/"), data(3, END_STREAM, new byte[5]));
        assertThat(peer.answer(3).body()).hasSize(5);
        assertThat(peer.frames()).noneMatch(f -> f.is(WINDOW_UPDATE) && f.streamId() == 1);
        go.release();
        peer.await(f -> f.is(WINDOW_UPDATE) && f.streamId() == 1);
        assertThat(peer.send(data(1, END_STREAM, new byte[0])).answer(1).body()).hasSize(1000);
    }

    @Test
    void moreThanTheStreamsWindowResetsTheStreamAndMoreThanTheConnectionsEndsIt() throws IOException {
        Limits limits = new Bounds().windows(1000, 65_535).limits();
        Handler idle = exchange -> {
            CountDownLatch gone = new CountDownLatch(1);
            exchange.onClientGone(gone::countDown);
            try {
                gone.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        };
        Http2Peer peer = Http2Served.start(log, limits, idle).peer.begin();
        peer.send(post(1, "/"), data(1, 0, new byte[1001]));
        assertThat(peer.awaitReset(1)).isEqualTo("FLOW_CONTROL_ERROR"); // §6.9
        Limits wide = new Bounds().windows(1 << 20, 65_535).limits();
        Http2Peer greedy = Http2Served.start(log, wide, idle).peer.begin();
        greedy.send(post(1, "/"));
        for (int i = 0; i < 4; i++) {
            greedy.send(data(1, 0, new byte[16_384]));
        }
        assertThat(greedy.awaitGoAway()).isEqualTo("FLOW_CONTROL_ERROR"); // §6.9.1
    }

    @Test
    void dataThatNobodyWillReadStillGivesTheConnectionsWindowBack() throws IOException {
        Limits limits = new Bounds().windows(60_000, 65_535).limits();
        Http2Peer peer = Http2Served.start(log, limits, exchange -> exchange.answer(403, "text/plain", new byte[0])).peer.begin();
        for (int id = 1; id < 21; id += 2) { // 10 times the connection's window, in requests that are refused unread
            peer.send(post(id, "/"), data(id, 0, new byte[16_000]), data(id, 0, new byte[16_000]), data(id, 0, new byte[16_000]));
            peer.awaitReset(id);
            assertThat(peer.soFar(id).status()).isEqualTo(403);
            peer.roundTrip("round" + (100 + id));
            int sent = (id + 1) / 2 * 48_000;
            peer.until("the window is not given back", () -> peer.frames().stream().filter(f -> f.is(WINDOW_UPDATE) && f.streamId() == 0)
                    .mapToInt(f -> f.integer(0)).sum() + 65_535 / 2 >= sent);
        }
    }

    // ---- what came another way

    @Test
    void whatIsSuppliedIsNoDataAndGivesNoCreditForAny() throws IOException {
        byte[] supplied = new byte[10_000];
        Http2Peer peer = Http2Served.start(log, exchange -> {
            byte[] buffer = new byte[supplied.length];
            for (int round = 0; round < 100; round++) { // far more than a window
                assertThat(exchange.supply(supplied, 0, supplied.length)).isTrue();
                for (int read = 0; read < supplied.length; ) {
                    read += exchange.read(buffer, read, supplied.length - read);
                }
            }
            exchange.answer(200, "text/plain", new byte[0]);
        }).peer.begin();
        peer.send(post(1, "/"));
        assertThat(peer.answer(1).status()).isEqualTo(200);
        assertThat(peer.frames()).noneMatch(frame -> frame.is(WINDOW_UPDATE) && frame.streamId() == 1);
    }

    @Test
    void noMoreIsTakenThatWayThanAWindowWouldAllow() throws IOException {
        byte[] supplied = new byte[10_000];
        Http2Peer peer = Http2Served.start(log, exchange -> {
            int taken = 0;
            while (exchange.supply(supplied, 0, supplied.length)) {
                taken += supplied.length;
            }
            exchange.answer(200, "text/plain", Integer.toString(taken).getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        }).peer.begin();
        peer.send(post(1, "/"));
        assertThat(Integer.parseInt(peer.answer(1).text())).isBetween(Limits.DEFAULT.streamWindow() - supplied.length,
                Limits.DEFAULT.streamWindow());
    }
}
