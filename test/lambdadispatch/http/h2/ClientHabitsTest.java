// SPDX-License-Identifier: MIT
package lambdadispatch.http.h2;

import static lambdadispatch.support.WireFrame.data;
import static lambdadispatch.support.WireFrame.get;
import static lambdadispatch.support.WireFrame.post;
import static lambdadispatch.support.WireFrame.reset;
import static lambdadispatch.support.WireFrame.windowUpdate;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.server.Handler;
import lambdadispatch.support.ConnectionLog;
import lambdadispatch.support.Http2Peer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/// What well-behaved clients do often enough to look like a flood, were it not for what they do it for ([AbuseBudget]).
@Timeout(120)
class ClientHabitsTest {
    private static final int PIECE = 16_384;

    @RegisterExtension
    final ConnectionLog log = new ConnectionLog();

    private static Handler download(int pieces, int length) {
        return exchange -> {
            byte[] piece = new byte[length];
            exchange.respond(200, new Headers(), -1);
            for (int i = 0; i < pieces; i++) {
                exchange.write(piece, 0, length);
            }
            exchange.end();
        };
    }

    @Test
    void aDownloadThatIsReadInSmallStepsIsServedWhole() throws IOException {
        // Go's client acknowledges 4 KiB at a time, for the stream and for the connection: eight frames for each of ours
        Http2Peer peer = Http2Served.start(log, download(500, PIECE)).peer.granting(4096).begin();
        assertThat(peer.send(get(1, "/")).answer(1).body()).hasSize(500 * PIECE);
    }

    @Test
    void aDownloadOfShortFramesIsServedWholeHoweverEachIsAcknowledged() throws IOException {
        Http2Peer peer = Http2Served.start(log, download(3_000, 100)).peer.begin();
        assertThat(peer.send(get(1, "/")).answer(1).body()).hasSize(300_000);
    }

    @Test
    void aClientThatMeasuresThePathWithAPingForEachFrameIsServedWhole() throws IOException {
        Http2Peer peer = Http2Served.start(log, download(2_500, 100)).peer.probing().begin();
        assertThat(peer.send(get(1, "/")).answer(1).body()).hasSize(250_000);
    }

    @Test
    void aClientThatLeavesManyDownloadsAfterTheirHeadsIsNoAttacker() throws IOException {
        // what a proxy in front does for each of its clients that leaves, and Go for each body that is closed unread
        Http2Peer peer = Http2Served.start(log, download(10, PIECE)).peer.silent().begin();
        for (int id = 1; id < 1_600; id += 2) {
            int stream = id;
            peer.send(get(id, "/"));
            peer.until("no head", () -> peer.soFar(stream).status() == 200);
            peer.send(reset(id, 8));
        }
        peer.polite();
        assertThat(peer.send(windowUpdate(0, 1 << 24), get(1_601, "/")).answer(1_601).body()).hasSize(10 * PIECE);
    }

    @Test
    void aClientThatStopsItsUploadsOnceTheyAreAnsweredIsNoAttacker() throws IOException {
        Http2Peer peer = Http2Served.start(log, exchange -> exchange.answer(503, "text/plain", new byte[1])).peer.begin();
        for (int id = 1; id < 1_600; id += 2) {
            peer.send(post(id, "/"), data(id, 0, new byte[100])).answer(id);
            peer.send(reset(id, 0));
        }
        peer.roundTrip("goes on.");
    }
}
