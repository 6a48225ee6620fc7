// SPDX-License-Identifier: MIT
package lambdadispatch.http2;

import static lambdadispatch.support.WireFrame.get;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import lambdadispatch.http.Headers;
import lambdadispatch.server.Handler;
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
        Http2Peer peer = Served.start(log, download(500, PIECE)).peer.granting(4096).begin();
        assertThat(peer.send(get(1, "/")).answer(1).body()).hasSize(500 * PIECE);
    }

    @Test
    void aDownloadOfShortFramesIsServedWholeHoweverEachIsAcknowledged() throws IOException {
        Http2Peer peer = Served.start(log, download(3_000, 100)).peer.begin();
        assertThat(peer.send(get(1, "/")).answer(1).body()).hasSize(300_000);
    }

    @Test
    void aClientThatMeasuresThePathWithAPingForEachFrameIsServedWhole() throws IOException {
        Http2Peer peer = Served.start(log, download(2_500, 100)).peer.probing().begin();
        assertThat(peer.send(get(1, "/")).answer(1).body()).hasSize(250_000);
    }
}
