// SPDX-License-Identifier: MIT
package lambdadispatch.http.h2;

import static lambdadispatch.support.WireFrame.END_STREAM;
import static lambdadispatch.support.WireFrame.data;
import static lambdadispatch.support.WireFrame.get;
import static lambdadispatch.support.WireFrame.headers;
import static lambdadispatch.support.WireFrame.post;
import static lambdadispatch.support.WireFrame.reset;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import lambdadispatch.base.Bytes;
import lambdadispatch.http.message.BadMessage;
import lambdadispatch.http.message.HeaderName;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.server.Limits;
import lambdadispatch.support.Bounds;
import lambdadispatch.support.ConnectionLog;
import lambdadispatch.support.Http2Peer;
import lambdadispatch.support.WireFrame;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A request and its response on one stream, from its beginning to each of its ends (RFC 9113 §5.1, §8.1).
@Timeout(120)
class StreamLifeTest {
    @RegisterExtension
    final ConnectionLog log = new ConnectionLog();

    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();

    private void await(CountDownLatch latch) throws IOException {
        try {
            if (!latch.await(30, TimeUnit.SECONDS)) {
                events.add("nothing happened");
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private String event() throws InterruptedException {
        return events.poll(30, TimeUnit.SECONDS);
    }

    @Test
    void anExchangeIsTheSameWhereverItsOctetsAreSplit() throws IOException {
        Bytes wire = new Bytes().append(WireFrame.preface()).append(WireFrame.settings().bytes());
        for (WireFrame frame : List.of(post(1, "/"), data(1, WireFrame.PADDED, "\u0002abc\0\0".getBytes(StandardCharsets.ISO_8859_1)),
                headers(1, END_STREAM, "t: u"))) {
            wire.append(frame.bytes());
        }
        byte[] all = wire.toArray();
        for (int split = 1; split < all.length; split++) {
            Http2Served served = Http2Served.start(log, Http2Served.ECHO);
            served.peer.silent().sendRaw(Arrays.copyOf(all, split));
            while (served.ours.unread() > 0 || !served.ours.readerWaits()) {
                Thread.onSpinWait(); // until what came has been taken
                Thread.yield();
            }
            served.peer.sendRaw(Arrays.copyOfRange(all, split, all.length));
            assertThat(served.peer.answer(1).text()).as("split at " + split).isEqualTo("abc");
            log.closePeers();
        }
    }

    @Test
    void trailersArriveAfterTheBodyAndAreSentAfterTheBody() throws IOException {
        Http2Peer peer = Http2Served.start(log, exchange -> {
            byte[] body = Http2Served.readAll(exchange);
            exchange.respond(200, Headers.of("x", "y"), -1);
            exchange.write(body, 0, body.length);
            exchange.end(exchange.trailers());
        }).peer.begin();
        peer.send(post(1, "/"), data(1, 0, new byte[] {'a'}), headers(1, END_STREAM, "sum: 7", "sum: 8"));
        Http2Peer.Answer answer = peer.answer(1);
        assertThat(answer.text()).isEqualTo("a");
        assertThat(answer.sections().getLast()).containsExactly("sum: 7", "sum: 8");
        assertThat(answer.sections()).hasSize(2);
    }

    @Test
    void interimResponsesComeBeforeTheResponseButNever101() throws IOException {
        Http2Peer peer = Http2Served.start(log, exchange -> {
            exchange.inform(103, Headers.of("link", "</a>"));
            exchange.inform(101, new Headers());
            exchange.answer(200, "text/plain", new byte[] {'a'});
        }).peer.begin();
        Http2Peer.Answer answer = peer.send(get(1, "/")).answer(1);
        assertThat(answer.sections().stream().map(List::getFirst)).containsExactly(":status: 103", ":status: 200");
        assertThat(answer.sections().getFirst()).containsExactly(":status: 103", "link: </a>");
    }

    @Test
    void aResponseLosesWhatOnlyMakesSenseOnOneConnection() throws IOException {
        Headers app = Headers.of("Connection", "close", "Keep-Alive", "5", "Transfer-Encoding", "chunked", "Upgrade", "h2c",
                "Proxy-Connection", "close", "X-Kept", "Yes");
        Http2Peer peer = Http2Served.start(log, exchange -> {
            exchange.respond(200, app, 0);
            exchange.end();
        }).peer.begin();
        List<String> fields = peer.send(get(1, "/")).answer(1).sections().getFirst();
        // §8.2.2, names in lower case §8.2.1
        assertThat(fields.subList(0, 3)).containsExactly(":status: 200", "x-kept: Yes", "content-length: 0");
        assertThat(fields).hasSize(4);
        assertThat(fields.getLast()).startsWith("date: ");
    }

    @ParameterizedTest
    @ValueSource(ints = {204, 304, 200})
    void aResponseWithoutBodyEndsWithItsHead(int status) throws IOException {
        Http2Peer peer = Http2Served.start(log, exchange -> {
            exchange.respond(status, new Headers(), status == 204 ? 0 : 10);
            exchange.write(new byte[10], 0, status == 204 ? 0 : 10);
            exchange.end();
        }).peer.begin();
        peer.send(headers(1, END_STREAM, ":method: HEAD", ":scheme: http", ":authority: a", ":path: /"));
        Http2Peer.Answer answer = peer.answer(1);
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.body()).isEmpty();
        assertThat(answer.sections().getFirst().stream().filter(f -> f.startsWith("content-length")).toList())
                .isEqualTo(status == 204 ? List.of() : List.of("content-length: 10"));
        assertThat(peer.frames()).noneMatch(f -> f.is(WireFrame.DATA));
    }

    @Test
    void aClientIsAnsweredBeforeItsBodyHasEndedAndThenAskedToStop() throws IOException {
        Http2Peer peer = Http2Served.start(log, exchange -> exchange.answer(401, "text/plain", new byte[0])).peer.begin();
        peer.send(post(1, "/"), data(1, 0, new byte[1000]));
        peer.awaitReset(1);
        assertThat(peer.soFar(1).status()).isEqualTo(401);
        assertThat(peer.soFar(1).reset()).isEqualTo("NO_ERROR"); // §8.1
        // what was under way meanwhile is ignored, and takes nothing from the connection's window
        peer.send(data(1, 0, new byte[1000]), data(1, END_STREAM, new byte[0])).roundTrip("ignored.");
        assertThat(peer.frames()).noneMatch(f -> f.is(WireFrame.GOAWAY));
    }

    @Test
    void aResetReachesTheHandlerAndItsReadAndItsWrite() throws Exception {
        Http2Peer peer = Http2Served.start(log, exchange -> {
            CountDownLatch gone = new CountDownLatch(1);
            exchange.onClientGone(gone::countDown);
            events.add("waits");
            await(gone);
            for (String what : List.of("read", "write")) {
                try {
                    if (what.equals("read")) {
                        exchange.read(new byte[1], 0, 1);
                    } else {
                        exchange.respond(200, new Headers(), -1);
                        exchange.write(new byte[1], 0, 1);
                    }
                    events.add(what + " went on");
                } catch (IOException e) {
                    events.add(what + " failed: " + e.getMessage());
                }
            }
            exchange.onClientGone(() -> events.add("told at once"));
        }).peer.begin();
        peer.send(post(1, "/"));
        assertThat(event()).isEqualTo("waits");
        peer.send(reset(1, 8));
        assertThat(event()).isEqualTo("read failed: stream reset by the client: CANCEL");
        assertThat(event()).isEqualTo("write failed: stream reset by the client: CANCEL");
        assertThat(event()).isEqualTo("told at once");
        peer.roundTrip("nothing.");
        assertThat(peer.soFar(1).body()).isEmpty();
    }

    @Test
    void nothingIsSentOnAStreamBehindItsReset() throws Exception {
        Http2Peer peer = Http2Served.start(log, exchange -> {
            CountDownLatch gone = new CountDownLatch(1);
            exchange.onClientGone(gone::countDown);
            await(gone);
            try {
                exchange.inform(103, new Headers());
                exchange.answer(200, "text/plain", new byte[3]);
                events.add("answered");
            } catch (IOException e) {
                events.add("failed");
                throw e; // which the engine would answer with 500
            }
        }).peer.begin();
        peer.send(get(1, "/"), WireFrame.windowUpdate(1, 0));
        assertThat(peer.awaitReset(1)).isEqualTo("PROTOCOL_ERROR");
        assertThat(event()).isEqualTo("failed");
        peer.send(post(3, "/"), reset(3, 8));
        assertThat(event()).isEqualTo("failed");
        peer.roundTrip("silence.");
        assertThat(peer.frames()).noneMatch(f -> f.is(WireFrame.HEADERS) || f.is(WireFrame.DATA)); // §5.1
        assertThat(peer.frames().stream().filter(f -> f.is(WireFrame.RST_STREAM))).hasSize(1);
    }

    @Test
    void theEndOfTheConnectionReachesEveryHandler() throws Exception {
        Http2Served served = Http2Served.start(log, exchange -> {
            CountDownLatch gone = new CountDownLatch(1);
            exchange.onClientGone(gone::countDown);
            events.add("waits");
            await(gone);
            events.add("told");
        });
        served.peer.begin().send(get(1, "/"), post(3, "/"));
        assertThat(List.of(event(), event())).containsOnly("waits");
        served.peer.close();
        assertThat(List.of(event(), event())).containsOnly("told");
    }

    @Test
    void failuresBeforeAResponseHaveAStatusAndFailuresInsideItResetTheStream() throws IOException {
        Http2Peer peer = Http2Served.start(log, exchange -> {
            switch (exchange.request().target()) {
                case "/bad" -> throw new BadMessage(413, "too much");
                case "/broken" -> throw new IllegalStateException("a bug");
                case "/nothing" -> { }
                case "/late" -> {
                    exchange.respond(200, new Headers(), -1);
                    exchange.write(new byte[3], 0, 3);
                    throw new IOException("app gone");
                }
                case "/short" -> {
                    exchange.respond(200, new Headers(), 5);
                    exchange.write(new byte[3], 0, 3);
                }
                default -> exchange.abort();
            }
        }).peer.begin();
        peer.send(get(1, "/bad"), get(3, "/broken"), get(5, "/nothing"), get(7, "/late"), get(9, "/short"), get(11, "/abort"));
        assertThat(List.of(peer.answer(1).status(), peer.answer(3).status())).containsExactly(413, 500);
        for (int id = 5; id <= 11; id += 2) {
            assertThat(peer.awaitReset(id)).isEqualTo("INTERNAL_ERROR");
            assertThat(peer.soFar(id).ended()).as("stream " + id + " must not look whole").isFalse();
        }
    }

    @Test
    void aStreamAboveTheConcurrencyLimitIsRefusedAndItsNeighboursAreNot() throws IOException {
        CountDownLatch go = new CountDownLatch(1);
        Http2Peer peer = Http2Served.start(log, new Bounds().maxStreams(2).limits(), exchange -> {
            await(go);
            Http2Served.ECHO.handle(exchange);
        }).peer.begin();
        peer.send(get(1, "/"), get(3, "/"), get(5, "/"));
        assertThat(peer.awaitReset(5)).isEqualTo("REFUSED_STREAM"); // §5.1.2, §8.7
        go.countDown();
        assertThat(List.of(peer.answer(1).status(), peer.answer(3).status())).containsOnly(200);
        assertThat(peer.send(get(7, "/")).answer(7).status()).isEqualTo(200);
    }

    @Test
    void whoHasReadTheEndOfOneAnswerMayAskAgainAtTheLimit() throws IOException {
        Http2Peer peer = Http2Served.start(log, new Bounds().maxStreams(1).limits(),
                exchange -> exchange.answer(exchange.request().target().equals("/head") ? 204 : 200, "text/plain", new byte[3])).peer
                .begin();
        for (int id = 1; id < 2000; id += 2) {
            String target = id % 4 == 1 ? "/" : "/head";
            assertThat(peer.send(get(id, target)).answer(id).reset()).as("stream " + id).isEmpty(); // RFC 9113 §5.1.2: it counts no more
        }
    }

    @Test
    void headersOnAStreamOfWhichTheClientHasReadTheEndEndTheConnection() throws IOException {
        for (int i = 0; i < 300; i++) {
            Http2Peer peer = Http2Served.start(log, exchange -> exchange.answer(200, "text/plain", new byte[3])).peer.begin();
            assertThat(peer.send(get(1, "/")).answer(1).status()).isEqualTo(200);
            // RFC 9113 §5.1, also before the handler's thread is done
            assertThat(peer.send(get(1, "/")).awaitGoAway()).as("time " + i).isEqualTo("STREAM_CLOSED");
        }
    }

    @Test
    void theFieldsOfARequestThatIsRefusedOrMalformedStillEnterTheTable() throws IOException {
        CountDownLatch go = new CountDownLatch(1);
        Http2Peer peer = Http2Served.start(log, new Bounds().maxStreams(1).limits(), exchange -> {
            if (exchange.request().target().equals("/wait")) {
                await(go);
            }
            exchange.answer(200, "text/plain",
                    String.valueOf(exchange.request().headers().get(HeaderName.of("x"))).getBytes(StandardCharsets.US_ASCII));
        }).peer.begin();
        byte[] get = get(1, "/").payload();
        byte[] literal = {0x40, 1, 'x', 1, '1'}; // enters the table (RFC 7541 §6.2.1)
        byte[] indexed = {(byte) (0x80 | 62)};
        peer.send(get(1, "/wait"), whole(3, get, literal));
        assertThat(peer.awaitReset(3)).isEqualTo("REFUSED_STREAM");
        go.countDown();
        peer.answer(1);
        assertThat(peer.send(whole(5, get, indexed)).answer(5).text()).isEqualTo("1"); // RFC 9113 §4.3: the state is the connection's
        literal[4] = '2';
        peer.send(whole(7, new byte[] {0, 1, 'X', 0}, literal));
        assertThat(peer.awaitReset(7)).isEqualTo("PROTOCOL_ERROR");
        assertThat(peer.send(whole(9, get, indexed)).answer(9).text()).isEqualTo("2");
    }

    private static WireFrame whole(int streamId, byte[] block, byte[] more) {
        return new WireFrame(WireFrame.HEADERS, WireFrame.END_HEADERS | END_STREAM, streamId,
                new Bytes().append(block).append(more).toArray());
    }

    @Test
    void aBodyThatStallsIs408AndOneThatIsTooLongIs413() throws IOException {
        Limits limits = new Bounds().bodyStallMillis(60).bodyBytes(10).limits();
        Http2Peer peer = Http2Served.start(log, limits, Http2Served.ECHO).peer.begin();
        peer.send(post(1, "/"), data(1, 0, new byte[3]));
        assertThat(peer.answer(1).status()).isEqualTo(408);
        peer.send(post(3, "/", "content-length: 11"));
        assertThat(peer.answer(3).status()).isEqualTo(413);
        peer.send(post(5, "/"), data(5, 0, new byte[11]));
        assertThat(peer.answer(5).status()).isEqualTo(413);
    }

    @Test
    void aTrustedPeersBodyMayStall() throws Exception {
        List<Integer> read = new ArrayList<>();
        Http2Peer peer = Http2Served.start(log, new Bounds().bodyStallMillis(50).limits(), exchange -> {
            exchange.connection().trustPeer();
            read.add(exchange.read(new byte[10], 0, 10));
            exchange.answer(200, "text/plain", new byte[0]);
        }).peer.begin();
        peer.send(post(1, "/"));
        // four times as long as the body of another may stall, counted by another connection's 408
        Http2Peer other = Http2Served.start(log, new Bounds().bodyStallMillis(200).limits(), Http2Served.ECHO).peer.begin();
        assertThat(other.send(post(1, "/")).answer(1).status()).isEqualTo(408);
        assertThat(peer.soFar(1).status()).isZero();
        peer.send(data(1, END_STREAM, new byte[4]));
        assertThat(peer.answer(1).status()).isEqualTo(200);
        assertThat(read).contains(4);
    }
}
