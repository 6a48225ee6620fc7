// SPDX-License-Identifier: MIT
package lambdadispatch.http.h2;

import static lambdadispatch.support.WireFrame.WINDOW_UPDATE;
import static lambdadispatch.support.WireFrame.data;
import static lambdadispatch.support.WireFrame.get;
import static lambdadispatch.support.WireFrame.post;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import lambdadispatch.http.server.Exchange;
import lambdadispatch.http.server.Handler;
import lambdadispatch.http.server.Limits;
import lambdadispatch.support.ConnectionLog;
import lambdadispatch.support.Http2Peer;
import lambdadispatch.support.WireFrame;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/// A peer that has to prove who it is, before and after it has.
@Timeout(60)
class StrangerTest {
    @RegisterExtension
    final ConnectionLog log = new ConnectionLog();

    private final AtomicInteger trusts = new AtomicInteger();

    private final Handler handler = new Handler() {
        @Override
        public void handle(Exchange exchange) throws IOException {
            if (exchange.request().path().equals("/token")) {
                exchange.connection().trustPeer();
                exchange.answer(200, "text/plain", new byte[0]);
                return;
            }
            CountDownLatch gone = new CountDownLatch(1);
            exchange.onClientGone(gone::countDown);
            try {
                gone.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }

        @Override
        public boolean knowsItsPeers() {
            return true;
        }
    };

    private Http2Peer start() throws IOException {
        Http2Served served = Http2Served.start(log, handler);
        served.connection.onTrust(trusts::incrementAndGet);
        return served.peer.begin();
    }

    private static WireFrame[] requests(int first, int count) {
        WireFrame[] all = new WireFrame[count];
        for (int i = 0; i < count; i++) {
            all[i] = get(first + 2 * i, "/wait");
        }
        return all;
    }

    private static int granted(Http2Peer peer) {
        return peer.frames().stream().filter(f -> f.is(WINDOW_UPDATE) && f.streamId() == 0).mapToInt(f -> f.integer(0)).sum();
    }

    @Test
    void aStrangerHasEightStreamsAtOnce() throws IOException {
        Http2Peer peer = start().send(requests(1, 9));
        assertThat(peer.awaitReset(17)).isEqualTo("REFUSED_STREAM");
        assertThat(peer.soFar(15).reset()).isEmpty();
    }

    @Test
    void aStrangersConnectionHasTheWindowThatEveryOneBeginsWith() throws IOException {
        Http2Peer peer = start().send(post(1, "/wait"), post(3, "/wait"));
        for (int i = 0; i < 5; i++) {
            peer.send(data(i % 2 * 2 + 1, 0, new byte[16_000]));
        }
        assertThat(peer.awaitGoAway()).isEqualTo("FLOW_CONTROL_ERROR");
        assertThat(granted(peer)).isZero();
    }

    @Test
    void whoeverProvesWhoHeIsGetsWhatOthersHave() throws IOException {
        Http2Peer peer = start().send(get(1, "/token"), get(3, "/token"));
        peer.answer(1);
        peer.answer(3);
        peer.until("no wider window", () -> granted(peer) == Limits.DEFAULT.connectionWindow() - 65_535);
        peer.send(requests(5, 100));
        peer.roundTrip("a hundred".substring(0, 8));
        assertThat(peer.frames()).noneMatch(f -> f.is(WireFrame.RST_STREAM));
        assertThat(trusts.get()).as("however often it was said").isOne();
    }
}
