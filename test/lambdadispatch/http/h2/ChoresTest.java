// SPDX-License-Identifier: MIT
package lambdadispatch.http.h2;

import static lambdadispatch.support.WireFrame.END_STREAM;
import static lambdadispatch.support.WireFrame.get;
import static lambdadispatch.support.WireFrame.headers;
import static lambdadispatch.support.WireFrame.post;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.function.IntFunction;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.server.Exchange;
import lambdadispatch.http.server.Handler;
import lambdadispatch.http.server.Limits;
import lambdadispatch.support.ConnectionLog;
import lambdadispatch.support.Http2Peer;
import lambdadispatch.support.WireFrame;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Each kind of frame that costs us something and brings nobody anything is counted, and its flood cut off.
@Timeout(60)
class ChoresTest {
    private static final int FRAMES = 4_000;

    @RegisterExtension
    final ConnectionLog log = new ConnectionLog();

    private enum Flood {
        SETTINGS(i -> WireFrame.settings()),
        SETTINGS_ACK(i -> new WireFrame(WireFrame.SETTINGS, WireFrame.ACK, 0, new byte[0])),
        PRIORITY(i -> WireFrame.priority(1, 3)),
        GOAWAY(i -> new WireFrame(WireFrame.GOAWAY, 0, 0, new byte[8])),
        PING(i -> WireFrame.ping("flooding")),
        PING_ACK(i -> new WireFrame(WireFrame.PING, WireFrame.ACK, 0, new byte[8])),
        WINDOW_UPDATE(i -> WireFrame.windowUpdate(0, 1)),
        WINDOW_UPDATE_OF_A_STREAM(i -> WireFrame.windowUpdate(1, 1)),
        EMPTY_DATA(i -> WireFrame.data(1, 0, new byte[0])),
        UNKNOWN(i -> new WireFrame(0x77, 0, 0, new byte[0])),
        RESET_OF_A_CLOSED_STREAM(i -> WireFrame.reset(1, 8)),
        DATA_BEHIND_OUR_RESET(i -> i == 0 ? WireFrame.windowUpdate(1, 0) : WireFrame.data(1, i == 1 ? END_STREAM : 0, new byte[1])),
        TRAILERS_BEHIND_OUR_RESET(i -> i == 0 ? WireFrame.windowUpdate(1, 0) : headers(1, END_STREAM, "a: b")),
        /// CVE-2023-44487: the id of every second one is that of the stream before.
        RAPID_RESET(i -> i % 2 == 0 ? get(3 + i, "/") : WireFrame.reset(2 + i, 8));

        private final IntFunction<WireFrame> frame;

        Flood(IntFunction<WireFrame> frame) {
            this.frame = frame;
        }
    }

    /// A handler that has not answered yet.
    private static final Handler WAITS = exchange -> exchange.read(new byte[1], 0, 1);

    @ParameterizedTest
    @EnumSource
    void aFloodIsCutOff(Flood flood) throws IOException {
        Http2Served served = Http2Served.start(log, Limits.DEFAULT, WAITS);
        Http2Peer peer = served.peer.silent();
        peer.begin();
        peer.send(post(1, "/"));
        try {
            for (int i = 0; i < FRAMES; i++) {
                peer.send(flood.frame.apply(i));
            }
        } catch (IOException cutOff) {
            assertThat(peer.awaitEnd()).isNotNull();
        }
        assertThat(peer.awaitGoAway()).isEqualTo("ENHANCE_YOUR_CALM");
    }

    // ---- how a handler ends its stream

    private Http2Served holding(Handler then, CountDownLatch over) throws IOException {
        Http2Served served = Http2Served.start(log, exchange -> {
            then.handle(exchange);
            try {
                over.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        });
        served.peer.begin();
        served.peer.send(post(1, "/"));
        return served;
    }

    @Test
    void anExchangeThatIsAbortedIsResetThoughItsHandlerGoesOn() throws IOException {
        CountDownLatch over = new CountDownLatch(1);
        assertThat(holding(Exchange::abort, over).peer.awaitReset(1)).isEqualTo("INTERNAL_ERROR");
        over.countDown();
    }

    @Test
    void anExchangeThatIsCancelledIsResetThoughItsHandlerGoesOn() throws IOException {
        CountDownLatch over = new CountDownLatch(1);
        assertThat(holding(Exchange::cancel, over).peer.awaitReset(1)).isEqualTo("CANCEL");
        over.countDown();
    }

    @Test
    void anAnswerOfUnknownLengthIsWholeOnceItIsEnded() throws IOException {
        Http2Served served = Http2Served.start(log, exchange -> {
            exchange.respond(200, new Headers(), -1);
            exchange.write(new byte[] {'o', 'k'}, 0, 2);
            exchange.end();
        });
        served.peer.begin();
        served.peer.send(post(1, "/"));
        assertThat(served.peer.answer(1).text()).isEqualTo("ok");
        assertThat(served.peer.awaitReset(1)).as("its body is not wanted, and nothing went wrong").isEqualTo("NO_ERROR");
    }
}
