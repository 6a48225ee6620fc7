// SPDX-License-Identifier: MIT
package lambdadispatch.http.h2;

import static lambdadispatch.support.WireFrame.DATA;
import static lambdadispatch.support.WireFrame.END_STREAM;
import static lambdadispatch.support.WireFrame.INITIAL_WINDOW_SIZE;
import static lambdadispatch.support.WireFrame.PADDED;
import static lambdadispatch.support.WireFrame.RST_STREAM;
import static lambdadispatch.support.WireFrame.WINDOW_UPDATE;
import static lambdadispatch.support.WireFrame.data;
import static lambdadispatch.support.WireFrame.get;
import static lambdadispatch.support.WireFrame.headers;
import static lambdadispatch.support.WireFrame.post;
import static lambdadispatch.support.WireFrame.reset;
import static lambdadispatch.support.WireFrame.windowUpdate;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.server.Exchange;
import lambdadispatch.http.server.Handler;
import lambdadispatch.http.server.Limits;
import lambdadispatch.net.MemoryAccount;
import lambdadispatch.net.MemoryShare;
import lambdadispatch.support.Bounds;
import lambdadispatch.support.ConnectionLog;
import lambdadispatch.support.Http2Peer;
import lambdadispatch.support.WireFrame;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Each way in which a stream can leave its connection, and what it settles there ([Streams]).
@Timeout(120)
class StreamEndsTest {
    private static final int BODY = 10_000;
    private static final Limits NARROW = new Bounds().windows(20_000, 70_000).maxStreams(50).limits();

    @RegisterExtension
    final ConnectionLog log = new ConnectionLog();

    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();

    /// One way through a stream: sends what it takes, and waits for the end.
    @FunctionalInterface
    private interface Way {
        void go(Http2Peer peer, int id) throws IOException;
    }

    private static WireFrame body(int id, int flags) {
        return data(id, flags, new byte[BODY]);
    }

    private static void exchange(Http2Peer peer, int id, WireFrame... frames) throws IOException {
        peer.send(frames);
        peer.answer(id);
    }

    static Stream<Arguments> ways() {
        return Stream.of(
                way("read", (peer, id) -> exchange(peer, id, post(id, "/echo"), body(id, END_STREAM))),
                way("whole, answered unread",
                        (peer, id) -> exchange(peer, id, post(id, "/late"), body(id, END_STREAM), WireFrame.ping("whole123"))),
                way("answered before its end, which comes", (peer, id) -> {
                    exchange(peer, id, post(id, "/early"), body(id, 0));
                    peer.send(body(id, END_STREAM));
                }),
                way("answered before its end, then reset by the peer", (peer, id) -> {
                    exchange(peer, id, post(id, "/early"), body(id, 0));
                    peer.send(reset(id, 8));
                }),
                way("read in part", (peer, id) -> exchange(peer, id, post(id, "/part"), body(id, END_STREAM))),
                way("padded",
                        (peer, id) -> exchange(peer, id, post(id, "/late"), data(id, END_STREAM | PADDED, padded()),
                                WireFrame.ping("whole123"))),
                way("ended by trailers",
                        (peer, id) -> exchange(peer, id, post(id, "/late"), body(id, 0), headers(id, END_STREAM, "a: b"),
                                WireFrame.ping("whole123"))),
                way("the handler fails", (peer, id) -> exchange(peer, id, post(id, "/fail"), body(id, END_STREAM))),
                way("the handler breaks off", (peer, id) -> exchange(peer, id, post(id, "/abort"), body(id, END_STREAM))),
                way("reset by the peer", (peer, id) -> peer.send(post(id, "/wait"), body(id, 0), reset(id, 8))),
                way("reset by the peer after its end", (peer, id) -> peer.send(post(id, "/wait"), body(id, END_STREAM), reset(id, 8))),
                way("reset by us for a breach", (peer, id) -> peer.send(post(id, "/wait"), body(id, 0), windowUpdate(id, 0), body(id, 0))),
                way("more than announced", (peer, id) -> exchange(peer, id, post(id, "/wait", "content-length: 10"), body(id, END_STREAM))),
                way("beyond its window", (peer, id) -> exchange(peer, id, post(id, "/wait"), body(id, 0), body(id, 0), body(id, 0))),
                way("malformed", (peer, id) -> exchange(peer, id, headers(id, 0, ":method: GET"), body(id, END_STREAM))),
                way("too many fields", (peer, id) -> exchange(peer, id, post(id, "/late", many()), body(id, END_STREAM))));
    }

    private static Arguments way(String name, Way way) {
        return Arguments.of(name, way);
    }

    private static byte[] padded() {
        byte[] payload = new byte[BODY];
        payload[0] = (byte) 200;
        return payload;
    }

    private static String[] many() {
        return Stream.generate(() -> "a: b").limit(300).toArray(String[]::new);
    }

    private void handle(Exchange exchange) throws IOException {
        switch (exchange.request().target()) {
            case "/echo" -> Http2Served.ECHO.handle(exchange);
            case "/late" -> {
                while (!remoteEnded(exchange)) {
                    Thread.yield();
                }
                exchange.answer(200, "text/plain", new byte[0]);
            }
            case "/part" -> {
                exchange.read(new byte[100], 0, 100);
                exchange.answer(200, "text/plain", new byte[0]);
            }
            case "/fail" -> throw new IllegalStateException("as the test wants it");
            case "/abort" -> exchange.abort();
            case "/wait" -> await(exchange);
            default -> exchange.answer(200, "text/plain", new byte[0]);
        }
    }

    private static boolean remoteEnded(Exchange exchange) {
        return ((Http2Stream) exchange).remoteClosed();
    }

    private static void await(Exchange exchange) throws IOException {
        CountDownLatch gone = new CountDownLatch(1);
        exchange.onClientGone(gone::countDown);
        try {
            gone.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("ways")
    void noWayOutKeepsAPieceOfTheConnectionsWindow(String name, Way way) throws IOException {
        Http2Peer peer = Http2Served.start(log, NARROW, this::handle).peer.begin();
        int id = 1;
        for (; id / 2 * BODY < 4 * NARROW.connectionWindow(); id += 2) {
            int round = id;
            way.go(peer, id);
            peer.roundTrip(String.format("%08d", id));
            peer.until("the window of stream " + round + " is not given back",
                    () -> credited(peer) + NARROW.connectionWindow() / 2 + BODY >= (round + 1) / 2 * BODY);
        }
        peer.send(post(id, "/echo"), body(id, END_STREAM));
        assertThat(peer.answer(id).body()).hasSize(BODY);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("ways")
    void noWayOutKeepsMemory(String name, Way way) throws IOException {
        MemoryShare memory = new MemoryAccount(1 << 30).open(name, 0, () -> { });
        Http2Peer peer = Http2Served.start(log, NARROW, this::handle, memory).peer.begin();
        for (int id = 1; id < 41; id += 2) {
            way.go(peer, id);
            peer.roundTrip(String.format("%08d", id));
        }
        peer.until(name + " keeps " + memory, () -> memory.held() <= 48 << 10); // its output keeps two buffers of 16 KiB, its input one
    }

    @Test
    void aTrustedPeersStreamsHoldSharesOfTheirOwnWhichEndWithThem() throws IOException {
        MemoryAccount account = new MemoryAccount(1 << 30);
        MemoryShare memory = account.open("a", 0, () -> { });
        Http2Peer peer = Http2Served.start(log, NARROW, exchange -> {
            exchange.connection().trustPeer();
            handle(exchange);
        }, memory).peer.begin();
        peer.send(get(1, "/")).answer(1);
        peer.send(post(3, "/wait"), body(3, 0), post(5, "/wait"), body(5, 0));
        peer.until("no shares", () -> account.shares() == 3 && memory.held() < BODY);
        peer.send(reset(3, 8), body(5, END_STREAM));
        peer.until("the share goes on", () -> account.shares() == 2);
        peer.send(reset(5, 8));
        peer.until("the shares go on", () -> account.shares() == 1 && memory.held() == 0 && account.held() == 0);
    }

    @Test
    void whatThereIsNoMemoryForIsRefusedAndTheOthersGoOn() throws IOException {
        MemoryAccount account = new MemoryAccount(60_000);
        MemoryShare memory = account.open("a", 0, () -> { });
        MemoryShare other = account.open("other", 0, () -> { });
        Http2Peer peer = Http2Served.start(log, Limits.DEFAULT, this::handle, memory).peer.begin();
        peer.send(post(1, "/wait"));
        for (int i = 0; i < 8; i++) {
            peer.send(data(1, 0, new byte[16_000]));
        }
        assertThat(peer.awaitReset(1)).isEqualTo("ENHANCE_YOUR_CALM");
        peer.until("it keeps " + memory, () -> memory.held() < MemoryShare.FREE);
        peer.send(post(3, "/late"), data(3, 0, new byte[100]), headers(3, END_STREAM, "a: " + "x".repeat(15_000)));
        assertThat(peer.answer(3).status()).as("others find room again").isEqualTo(200);
        peer.until("it keeps " + memory, () -> memory.held() < MemoryShare.FREE); // given back after the handler's return, not its answer
        assertThat(other.take(55_000)).isTrue();
        peer.send(post(5, "/late"), headers(5, END_STREAM, "a: " + "x".repeat(15_000)));
        assertThat(peer.awaitReset(5)).isEqualTo("ENHANCE_YOUR_CALM");
        peer.send(get(7, "/"));
        assertThat(peer.answer(7).status()).as("a small one needs none of the account").isEqualTo(200);
    }

    /// All that was given on stream 0 since the window was first widened.
    private static int credited(Http2Peer peer) {
        return peer.frames().stream().filter(f -> f.is(WINDOW_UPDATE) && f.streamId() == 0).skip(1).mapToInt(f -> f.integer(0)).sum();
    }

    // ---- the accounts of one stream

    @Test
    void eachOctetOfDataIsReleasedOnceHoweverItLeaves() throws IOException {
        ReceiveSide side = new ReceiveSide(1, -1, 1000, false);
        byte[] octets = new byte[100];
        side.data(octets, 0, 90, 100, false); // 10 of padding
        assertThat(side.released()).isEqualTo(10);
        assertThat(side.supply(octets, 0, 50)).isTrue();
        assertThat(side.take(octets, 0, 60, -1, Duration.ZERO)).isEqualTo(60);
        assertThat(side.released()).isEqualTo(10); // the 50 that used no window count as taken first
        side.fail(new IOException("gone"));
        assertThat(side.released()).isEqualTo(80);
        side.discard();
        assertThat(side.released()).isZero();
    }

    @Test
    void whatIsTakenWhileTheStreamIsResetIsReleasedOnce() throws Exception {
        for (int round = 0; round < 200; round++) {
            ReceiveSide side = new ReceiveSide(1, -1, 1 << 20, false);
            int sent = 0;
            side.supply(new byte[700], 0, 700);
            Thread reader = Thread.ofVirtual().start(() -> {
                byte[] buffer = new byte[37];
                try {
                    while (side.take(buffer, 0, buffer.length, -1, Duration.ZERO) >= 0) {
                        Thread.yield();
                    }
                } catch (IOException e) {
                    return; // reset
                }
            });
            for (int i = 0; i < 20; i++) {
                side.data(new byte[50], 0, 50, 50, false);
                sent += 50;
                Thread.yield();
            }
            side.fail(new IOException("reset"));
            reader.join();
            assertThat(side.released()).isEqualTo(sent);
        }
    }

    // ---- who hears of it

    @Test
    void anActionForAClientThatLeftRunsWhateverAnotherOneDoes() throws Exception {
        CountDownLatch waiting = new CountDownLatch(3);
        CountDownLatch told = new CountDownLatch(3);
        Http2Served served = Http2Served.start(log, exchange -> {
            exchange.onClientGone(() -> {
                told.countDown();
                throw new IllegalStateException("as the test wants it");
            });
            waiting.countDown();
            await(told);
        });
        served.peer.begin().send(get(1, "/"), get(3, "/"), get(5, "/"));
        await(waiting);
        served.close(); // waits for the connection's end
        assertThat(told.getCount()).isZero();
        assertThatThrownBy(() -> served.ours.write(new byte[1], 0, 1)).isInstanceOf(IOException.class);
    }

    private static void await(CountDownLatch latch) throws IOException {
        try {
            if (!latch.await(30, TimeUnit.SECONDS)) {
                throw new IOException("nothing happened");
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    @Test
    void aClientThatLeavesAfterItsAnswerIsNobodysConcern() throws Exception {
        CompletableFuture<Thread> handler = new CompletableFuture<>();
        Http2Served served = Http2Served.start(log, exchange -> {
            handler.complete(Thread.currentThread());
            exchange.onClientGone(() -> events.add("gone"));
            exchange.answer(200, "text/plain", new byte[0]);
        });
        served.peer.begin().send(post(1, "/"));
        served.peer.answer(1);
        handler.get().join(); // as long as it runs it may want to know
        served.peer.send(reset(1, 8));
        served.peer.roundTrip("is over.");
        served.close();
        assertThat(events).isEmpty();
    }

    // ---- answers before the request's end

    private static boolean wasReset(Http2Peer peer) {
        return peer.frames().stream().anyMatch(f -> f.is(RST_STREAM));
    }

    @Test
    void aClientReadsItsAnswerAMomentBeforeItIsToldToStopSending() throws IOException {
        Http2Served served = Http2Served.start(log, exchange -> exchange.answer(403, "text/plain", new byte[2]));
        Http2Peer peer = served.peer.begin().send(post(1, "/"), data(1, 0, new byte[100]));
        peer.until("no answer", () -> peer.soFar(1).ended());
        peer.send(data(1, 0, new byte[100]));
        peer.roundTrip("no reset");
        assertThat(wasReset(peer)).isFalse();
        assertThat(peer.awaitReset(1)).isEqualTo("NO_ERROR"); // RFC 9113 §8.1
        assertThat(served.connection.streams().size()).isZero();
    }

    @Test
    void aRequestThatEndsInThatMomentIsNotReset() throws IOException {
        Http2Served served = Http2Served.start(log, exchange -> exchange.answer(403, "text/plain", new byte[2]));
        Http2Peer peer = served.peer.begin().send(post(1, "/"));
        peer.until("no answer", () -> peer.soFar(1).ended());
        peer.send(data(1, END_STREAM, new byte[100]));
        peer.roundTrip("ended!!!");
        assertThat(served.connection.streams().size()).isZero();
        assertThat(wasReset(peer)).isFalse();
    }

    @Test
    void whatIsDroppedInThatMomentGetsNoNewWindowOfItsStream() throws IOException {
        Http2Served served = Http2Served.start(log, NARROW, exchange -> exchange.answer(403, "text/plain", new byte[2]));
        Http2Peer peer = served.peer.begin().send(post(1, "/"));
        peer.until("no answer", () -> peer.soFar(1).ended());
        peer.send(body(1, 0), body(1, 0));
        peer.roundTrip("dropped!");
        assertThat(peer.frames()).noneMatch(f -> f.is(WINDOW_UPDATE) && f.streamId() == 1);
    }

    @Test
    void aThreadThatStillReadsTheBodyOfAnExchangeThatIsOverHearsOfIt() throws Exception {
        Handler handler = exchange -> {
            Thread.ofVirtual().start(() -> {
                try {
                    exchange.read(new byte[10], 0, 10);
                } catch (IOException e) {
                    events.add(e.getMessage());
                }
            });
            exchange.answer(403, "text/plain", new byte[2]);
        };
        Http2Served.start(log, handler).peer.begin().send(post(1, "/"));
        assertThat(events.poll(30, TimeUnit.SECONDS)).isEqualTo("exchange is over");
    }

    // ---- 100 (Continue), RFC 9110 §10.1.1

    private static long continues(Http2Peer peer, int id) {
        return peer.soFar(id).sections().stream().filter(section -> section.contains(":status: 100")).count();
    }

    @Test
    void aClientThatWaitsIsToldToGoOnWhenItsBodyIsWanted() throws IOException {
        Http2Peer peer = Http2Served.start(log, Http2Served.ECHO).peer.begin().send(post(1, "/", "expect: 100-continue"));
        peer.until("no 100", () -> continues(peer, 1) == 1);
        peer.send(data(1, 0, new byte[3]), data(1, END_STREAM, new byte[3]));
        assertThat(peer.answer(1).body()).hasSize(6);
        assertThat(continues(peer, 1)).isOne();
    }

    @Test
    void aClientWhoseBodyIsNotWantedGetsItsFinalAnswerOnly() throws IOException {
        Limits limits = new Bounds().bodyBytes(10).limits();
        Http2Peer peer = Http2Served.start(log, limits, Http2Served.ECHO).peer.begin()
                .send(post(1, "/", "expect: 100-continue", "content-length: 11"));
        assertThat(peer.answer(1).status()).isEqualTo(413);
        assertThat(continues(peer, 1)).isZero();
        Http2Peer refused = Http2Served.start(log, exchange -> exchange.answer(401, "text/plain", new byte[2])).peer.begin()
                .send(post(1, "/", "expect: 100-continue"));
        assertThat(refused.answer(1).status()).isEqualTo(401);
        assertThat(continues(refused, 1)).isZero();
    }

    @Test
    void aClientThatDidNotWaitIsNotTold() throws IOException {
        CountDownLatch came = new CountDownLatch(1);
        Http2Peer peer = Http2Served.start(log, exchange -> {
            await(came);
            Http2Served.ECHO.handle(exchange);
        }).peer.begin().send(post(1, "/", "expect: 100-continue"), data(1, 0, new byte[3]));
        peer.roundTrip("came....");
        came.countDown();
        assertThat(peer.send(data(1, END_STREAM, new byte[3])).answer(1).body()).hasSize(6);
        assertThat(continues(peer, 1)).isZero();
    }

    // ---- interrupts

    @Test
    void anInterruptedThreadDoesNotWaitForABodyForEver() throws Exception {
        Http2Served.start(log, exchange -> {
            Thread.currentThread().interrupt();
            try {
                exchange.read(new byte[10], 0, 10);
            } catch (InterruptedIOException e) {
                events.add("heard");
            }
        }).peer.begin().send(post(1, "/"));
        assertThat(events.poll(30, TimeUnit.SECONDS)).isEqualTo("heard");
    }

    @Test
    void anInterruptedThreadDoesNotWaitForWindowForEver() throws Exception {
        Http2Peer peer = Http2Served.start(log, exchange -> {
            exchange.respond(200, new Headers(), 10);
            Thread.currentThread().interrupt();
            try {
                exchange.write(new byte[10], 0, 10);
            } catch (InterruptedIOException e) {
                events.add("heard");
            }
        }).peer.begin(INITIAL_WINDOW_SIZE, 0).send(get(1, "/"));
        assertThat(events.poll(30, TimeUnit.SECONDS)).isEqualTo("heard");
        assertThat(peer.awaitReset(1)).isEqualTo("INTERNAL_ERROR");
        assertThat(peer.frames()).noneMatch(f -> f.is(DATA));
    }
}
