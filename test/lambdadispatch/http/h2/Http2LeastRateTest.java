// SPDX-License-Identifier: MIT
package lambdadispatch.http.h2;

import static lambdadispatch.support.WireFrame.INITIAL_WINDOW_SIZE;
import static lambdadispatch.support.WireFrame.data;
import static lambdadispatch.support.WireFrame.get;
import static lambdadispatch.support.WireFrame.post;
import static lambdadispatch.support.WireFrame.windowUpdate;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import lambdadispatch.carrier.Threads;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.server.Limits;
import lambdadispatch.support.Bounds;
import lambdadispatch.support.ConnectionLog;
import lambdadispatch.support.Http2Peer;
import lambdadispatch.support.WireFrame;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Clients that are slower than they may be, while the limits of each single read and write are far.
@Timeout(30)
class Http2LeastRateTest {
    private static final long DRIP_NANOS = 20_000_000;
    private static final Limits LIMITS = new Bounds().leastRate(1_000_000, 1000).limits();

    @RegisterExtension
    final ConnectionLog log = new ConnectionLog();

    private static void drip(Http2Peer peer, WireFrame drop) {
        Threads.virtual("drip").start(() -> {
            try {
                for (int i = 0; i < 500; i++) { // fewer than count as a flood
                    peer.send(drop);
                    LockSupport.parkNanos(DRIP_NANOS);
                }
            } catch (IOException e) {
                return; // the test is over
            }
        });
    }

    @Test
    void bodyThatComesOctetByOctetIsAnswered408() throws IOException {
        Http2Peer peer = Http2Served.start(log, LIMITS, Http2Served.ECHO).peer.begin();
        peer.send(post(1, "/", "content-length: 100000"));
        drip(peer, data(1, 0, new byte[1]));
        assertThat(peer.answer(1).status()).isEqualTo(408);
    }

    @Test
    void windowThatGrowsOctetByOctetIsReset() throws IOException {
        Http2Peer peer = Http2Served.start(log, LIMITS, exchange -> exchange.answer(200, "text/plain", new byte[100_000])).peer.silent()
                .begin(INITIAL_WINDOW_SIZE, 0);
        peer.send(get(1, "/"));
        drip(peer, windowUpdate(1, 1));
        assertThat(peer.awaitReset(1)).isEqualTo("INTERNAL_ERROR");
    }

    @Test
    void bodyOfUnknownLengthMayPauseOnceTheAnswerHasBegun() throws Exception {
        BlockingQueue<Long> behind = new LinkedBlockingQueue<>();
        Http2Peer peer = Http2Served.start(log, LIMITS, exchange -> {
            exchange.respond(200, Headers.of("content-type", "text/plain"), -1);
            exchange.flush();
            Threads.virtual("looks").start(() -> {
                LockSupport.parkNanos(1_500_000_000);
                behind.add(exchange.behindNanos());
            });
            byte[] body = Http2Served.readAll(exchange);
            exchange.write(body, 0, body.length);
            exchange.end();
        }).peer.begin();
        peer.send(post(1, "/"));
        assertThat(behind.poll(20, TimeUnit.SECONDS)).isZero();
        peer.send(data(1, WireFrame.END_STREAM, new byte[] {120}));
        assertThat(peer.answer(1).text()).isEqualTo("x");
    }
}
