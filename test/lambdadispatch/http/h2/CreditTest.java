// SPDX-License-Identifier: MIT
package lambdadispatch.http.h2;

import static lambdadispatch.support.WireFrame.CONTINUATION;
import static lambdadispatch.support.WireFrame.END_STREAM;
import static lambdadispatch.support.WireFrame.HEADERS;
import static lambdadispatch.support.WireFrame.INITIAL_WINDOW_SIZE;
import static lambdadispatch.support.WireFrame.RST_STREAM;
import static lambdadispatch.support.WireFrame.WINDOW_UPDATE;
import static lambdadispatch.support.WireFrame.data;
import static lambdadispatch.support.WireFrame.get;
import static lambdadispatch.support.WireFrame.post;
import static lambdadispatch.support.WireFrame.reset;
import static lambdadispatch.support.WireFrame.settings;
import static lambdadispatch.support.WireFrame.windowUpdate;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
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

/// DATA that nobody reads: each octet of it comes back as credit for the connection (RFC 9113 §6.9), however its stream ended. A connection
/// that loses some with each stream stops in the end, and all who share it with it.
@Timeout(120)
class CreditTest {
    private static final int WINDOW = 65_535; // of the connection; given back in halves

    @RegisterExtension
    final ConnectionLog log = new ConnectionLog();

    private static final Limits LIMITS = new Bounds().windows(WINDOW, WINDOW).limits();

    private static Handler hanging(CountDownLatch until) {
        return exchange -> {
            exchange.onClientGone(until::countDown);
            try {
                until.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        };
    }

    private static int credit(Http2Peer peer, int streamId) {
        return peer.frames().stream().filter(f -> f.is(WINDOW_UPDATE) && f.streamId() == streamId).mapToInt(f -> f.integer(0)).sum();
    }

    private static void awaitCredit(Http2Peer peer, int sent) {
        peer.until("credit for " + sent + " octets is not given back", () -> credit(peer, 0) + WINDOW / 2 >= sent);
    }

    @Test
    void dataBehindOurResetIsGivenBack() throws IOException {
        Http2Peer peer = Http2Served.start(log, LIMITS, exchange -> exchange.answer(403, "text/plain", new byte[0])).peer.begin();
        int sent = 0;
        for (int id = 1; id < 41; id += 2) {
            peer.send(post(id, "/"));
            peer.awaitReset(id); // the stream is forgotten: what comes now was under way
            peer.send(data(id, 0, new byte[16_000]));
            sent += 16_000;
            awaitCredit(peer, sent);
        }
    }

    @Test
    void dataBehindThePeersOwnResetIsGivenBack() throws IOException {
        CountDownLatch never = new CountDownLatch(1);
        Http2Peer peer = Http2Served.start(log, LIMITS, exchange -> hanging(never).handle(exchange)).peer.begin();
        int sent = 0;
        for (int id = 1; id < 41; id += 2) {
            peer.send(post(id, "/"), reset(id, 8), data(id, 0, new byte[16_000])); // an error of the stream only
            sent += 16_000;
            awaitCredit(peer, sent);
        }
        never.countDown();
    }

    @Test
    void dataThatIsAnErrorItselfIsGivenBack() throws IOException {
        Http2Peer peer = Http2Served.start(log, LIMITS, Http2Served.ECHO).peer.begin();
        int sent = 0;
        for (int id = 1; id < 41; id += 2) {
            peer.send(post(id, "/", "content-length: 5"), data(id, 0, new byte[16_000]));
            assertThat(peer.awaitReset(id)).isEqualTo("PROTOCOL_ERROR");
            sent += 16_000;
            awaitCredit(peer, sent);
        }
    }

    @Test
    void dataThatWasReceivedAndNotReadIsGivenBackWhenThePeerResets() throws IOException {
        Http2Peer peer = Http2Served.start(log, LIMITS, exchange -> hanging(new CountDownLatch(1)).handle(exchange)).peer.begin();
        int sent = 0;
        for (int id = 1; id < 41; id += 2) {
            peer.send(post(id, "/"), data(id, WireFrame.PADDED, new byte[16_000]), reset(id, 8));
            sent += 16_000;
            awaitCredit(peer, sent);
        }
    }

    @Test
    void aStreamThatWasSuppliedGivesCreditForWhatComesOnItselfAfterwards() throws IOException {
        byte[] supplied = new byte[1000];
        Http2Peer peer = Http2Served.start(log, new Bounds().windows(10_000, WINDOW).limits(), exchange -> {
            byte[] buffer = new byte[4096];
            for (int round = 0; round < 20; round++) {
                exchange.supply(supplied, 0, supplied.length);
                for (int read = 0; read < supplied.length; ) {
                    read += exchange.read(buffer, 0, supplied.length - read);
                }
            }
            exchange.inform(103, new Headers());
            byte[] body = Http2Served.readAll(exchange);
            exchange.answer(200, "text/plain", Integer.toString(body.length).getBytes());
        }).peer.begin();
        peer.send(post(1, "/"));
        peer.until("not ready", () -> !peer.soFar(1).sections().isEmpty());
        for (int i = 1; i <= 10; i++) { // five windows
            peer.send(data(1, i == 10 ? END_STREAM : 0, new byte[5_000]));
            int sent = i * 5_000;
            if (i < 10) {
                peer.until("no credit on the stream", () -> credit(peer, 1) >= sent - 5_000);
            }
        }
        assertThat(peer.answer(1).text()).isEqualTo("50000");
    }

    @Test
    void aStreamThatHasEndedGetsNoWindowUpdateOfItsOwn() throws IOException {
        Http2Peer peer = Http2Served.start(log, new Bounds().windows(1000, WINDOW).limits(), Http2Served.ECHO).peer.begin();
        peer.send(post(1, "/"), data(1, END_STREAM, new byte[1000]));
        assertThat(peer.answer(1).body()).hasSize(1000);
        peer.roundTrip("all told");
        assertThat(credit(peer, 1)).isZero();
    }

    @Test
    void aStreamIsResetOnceOnly() throws Exception {
        CountDownLatch returned = new CountDownLatch(1);
        Http2Peer peer = Http2Served.start(log, exchange -> {
            exchange.respond(200, new Headers(), -1);
            exchange.abort();
            exchange.abort();
            returned.countDown();
        }).peer.begin();
        peer.send(post(1, "/"));
        returned.await();
        peer.awaitReset(1);
        assertThat(peer.send(get(3, "/")).awaitReset(3)).isEqualTo("INTERNAL_ERROR");
        peer.roundTrip("all told");
        assertThat(peer.frames().stream().filter(f -> f.is(RST_STREAM))).hasSize(2);
    }

    // ---- time

    @Test
    void aPeerThatGrantsALittleNowAndThenKeepsItsStream() throws IOException {
        Http2Peer peer = Http2Served.start(log, new Bounds().writeStallMillis(1_500).limits(),
                exchange -> exchange.answer(200, "text/plain", new byte[60])).peer.silent()
                .begin(INITIAL_WINDOW_SIZE, 10);
        peer.send(get(1, "/"));
        for (int octets = 10; octets < 60; octets += 10) { // longer in all than it may last without any
            int so = octets;
            peer.until("not " + so + " octets", () -> peer.soFar(1).body().length == so);
            LockSupport.parkNanos(Duration.ofMillis(400).toNanos());
            peer.send(windowUpdate(1, 10));
        }
        assertThat(peer.answer(1).body()).hasSize(60);
    }

    @Test
    void aFieldSectionThatDripsEndsTheConnectionWithItsDeadline() throws Exception {
        Http2Peer peer = Http2Served.start(log, new Bounds().headTimeoutMillis(150).limits(), Http2Served.ECHO).peer.silent().begin();
        peer.send(new WireFrame(HEADERS, 0, 1, WireFrame.block(":method: GET")));
        int sent = 0;
        // each in a third of the time that all of it has
        while (peer.frames().stream().noneMatch(f -> f.is(WireFrame.GOAWAY)) && sent < 60) {
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
            try {
                peer.send(new WireFrame(CONTINUATION, 0, 1, new byte[] {(byte) 0x84}));
            } catch (IOException e) {
                break; // the connection is over
            }
            sent++;
        }
        assertThat(sent).as("frames that were taken").isLessThan(60);
        assertThat(peer.awaitGoAway()).isEqualTo("ENHANCE_YOUR_CALM");
    }

    // ---- trust

    @Test
    void aPeerThatIsTrustedMayCauseMoreChores() throws IOException {
        Http2Peer peer = Http2Served.start(log, exchange -> {
            exchange.connection().trustPeer();
            Http2Served.ECHO.handle(exchange);
        }).peer.silent().begin();
        peer.send(get(1, "/"));
        peer.answer(1);
        for (int i = 0; i < 1_500; i++) {
            peer.send(settings());
        }
        assertThat(peer.send(get(3, "/")).answer(3).status()).isEqualTo(200);
    }
}
