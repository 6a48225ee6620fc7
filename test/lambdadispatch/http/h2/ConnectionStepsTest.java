// SPDX-License-Identifier: MIT
package lambdadispatch.http.h2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import lambdadispatch.http.message.BadMessage;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.server.Exchange;
import lambdadispatch.http.server.Handler;
import lambdadispatch.http.server.LeastRate;
import lambdadispatch.http.server.Limits;
import lambdadispatch.net.MemoryAccount;
import lambdadispatch.net.MemoryShare;
import lambdadispatch.support.Bounds;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What a connection decides about its streams and its peer, without a reader beside it.
@Timeout(60)
class ConnectionStepsTest {
    private final List<Unserved> all = new ArrayList<>();
    private final Semaphore go = new Semaphore(0);
    private final Handler waits = exchange -> go.acquireUninterruptibly();

    @AfterEach
    void end() {
        go.release(1000);
        all.forEach(Unserved::close);
    }

    private Unserved serve(Limits limits, Handler handler) {
        return serve(limits, handler, MemoryShare.UNBOUNDED);
    }

    private Unserved serve(Limits limits, Handler handler, MemoryShare memory) {
        Unserved served = new Unserved(limits, handler, memory);
        all.add(served);
        return served;
    }

    private static void open(Unserved served, int id) throws IOException {
        served.connection.open(new Http2Stream(served.connection, id, Unserved.request("GET", 0), true));
    }

    private static void refuses(Unserved served, int id, String why) {
        assertThatThrownBy(() -> open(served, id)).isInstanceOfSatisfying(StreamError.class, e -> {
            assertThat(e.code()).isEqualTo(ErrorCode.REFUSED_STREAM);
            assertThat(e.streamId()).isEqualTo(id);
        }).hasMessage("REFUSED_STREAM: " + why);
    }

    private static final IOException GONE = new IOException("gone");

    private static void until(java.util.function.BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            LockSupport.parkNanos(100_000);
        }
    }

    // ---- how many

    /// Streams that their peer has reset, and whose handlers have not returned.
    private static int lingering(Unserved served, int id, int count) throws IOException {
        int next = id;
        for (int i = 0; i < count; i++) {
            open(served, next);
            served.streams.broken(served.streams.get(next), GONE);
            next += 2;
        }
        return next;
    }

    @Test
    void handlersThatDoNotReturnKeepNewOnesOut() throws Exception {
        Unserved few = serve(new Bounds().maxStreams(2).limits(), waits);
        int next = lingering(few, 1, 2 + 16);
        refuses(few, next, "too many handlers");
        go.release();
        int first = next + 2;
        AtomicInteger id = new AtomicInteger(first);
        until(() -> opens(few, id.getAndAdd(2))); // once it has returned
        refuses(few, id.get(), "too many handlers");
        Unserved more = serve(new Bounds().maxStreams(20).limits(), waits);
        refuses(more, lingering(more, 1, 20 + 20), "too many handlers");
    }

    private static boolean opens(Unserved served, int id) {
        try {
            open(served, id);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void soManyStreamsAreOpenAtOnceAndAStrangerHasFewer() throws IOException {
        Handler knowing = new Handler() {
            @Override
            public void handle(Exchange exchange) {
                go.acquireUninterruptibly();
            }

            @Override
            public boolean knowsItsPeers() {
                return true;
            }
        };
        Unserved anybody = serve(new Bounds().maxStreams(10).limits(), waits);
        openAll(anybody, 10);
        Unserved stranger = serve(new Bounds().maxStreams(10).limits(), knowing);
        openAll(stranger, 8);
        Unserved strangerWithFew = serve(new Bounds().maxStreams(5).limits(), knowing);
        openAll(strangerWithFew, 5);
        Unserved known = serve(new Bounds().maxStreams(10).limits(), knowing);
        known.connection.trustPeer();
        openAll(known, 10);
    }

    private static void openAll(Unserved served, int most) throws IOException {
        for (int i = 0; i < most; i++) {
            open(served, 2 * i + 1);
        }
        refuses(served, 2 * most + 1, "too many streams");
        assertThat(served.streams.size()).isEqualTo(most);
        assertThat(served.streams.lastTaken()).isEqualTo(2 * most - 1);
    }

    @Test
    void aStreamThatIsRefusedKeepsNoMemory() throws IOException {
        MemoryShare memory = new MemoryAccount(1 << 30).open("a", 0, () -> { });
        Unserved served = serve(new Bounds().maxStreams(1).limits(), waits, memory);
        open(served, 1);
        long held = memory.held();
        assertThat(held).isEqualTo((3 << 10) + Unserved.request("GET", 0).footprint());
        refuses(served, 3, "too many streams");
        assertThat(memory.held()).isEqualTo(held);
        go.release();
        until(() -> memory.held() == 0);
    }

    @Test
    void whereThereIsNoMemoryForAStreamItIsRefused() {
        MemoryShare memory = new MemoryAccount(1000).open("a", 0, () -> { });
        memory.take(MemoryShare.FREE);
        Unserved served = serve(Limits.DEFAULT, waits, memory);
        refuses(served, 1, "no memory for it");
        assertThat(served.streams.size()).isZero();
    }

    @Test
    void aStreamOfAKnownPeerAnswersForItself() throws IOException {
        MemoryAccount account = new MemoryAccount(1 << 30);
        Unserved served = serve(Limits.DEFAULT, waits, account.open("a", 0, () -> { }));
        open(served, 1);
        assertThat(account.shares()).isOne();
        served.connection.trustPeer();
        open(served, 3);
        assertThat(account.shares()).isEqualTo(2);
        go.release(2);
        until(() -> account.shares() == 1 && account.held() == 0);
    }

    @Test
    void aConnectionThatAnsweredIsNotEndedForItsMemoryBeforeOneThatDidNot() throws Exception {
        MemoryAccount account = new MemoryAccount(160_000);
        CompletableFuture<String> ended = new CompletableFuture<>();
        MemoryShare answered = account.open("one", 0, () -> ended.complete("the one that answered"));
        MemoryShare silent = account.open("other", 0, () -> ended.complete("the other"));
        answered.take(60_000);
        silent.take(60_000);
        CompletableFuture<Thread> handler = new CompletableFuture<>();
        Unserved served = serve(Limits.DEFAULT, exchange -> handler.complete(Thread.currentThread()), answered);
        open(served, 1);
        handler.get().join();
        account.open("third", 0, () -> { }).takeAnyway(45_000);
        assertThat(ended.get()).isEqualTo("the other");
    }

    // ---- how a handler ends

    private List<String> answered(Handler handler, String last) throws IOException {
        Unserved served = serve(Limits.DEFAULT, handler);
        open(served, 1);
        return served.saidUntil(last);
    }

    @Test
    void aHandlerThatFailsBeforeItsAnswerIsAnsweredForAndOneThatFailsInItIsReset() throws IOException {
        assertThat(answered(exchange -> {
            throw new BadMessage(413, "too long");
        }, "1 data 9 end")).containsExactly("1 413 content-type=text/plain; charset=utf-8 content-length=9", "1 data 9 end");
        assertThat(answered(exchange -> {
            throw new IllegalStateException("as the test wants it");
        }, "1 data 15 end")).containsExactly("1 500 content-type=text/plain; charset=utf-8 content-length=15", "1 data 15 end");
        assertThat(answered(exchange -> {
            exchange.respond(200, new Headers(), -1);
            throw new IOException("app gone");
        }, "1 INTERNAL_ERROR")).containsExactly("1 200", "1 INTERNAL_ERROR");
        assertThat(answered(exchange -> { }, "1 INTERNAL_ERROR")).containsExactly("1 INTERNAL_ERROR");
    }

    // ---- trust

    @Test
    void trustIsGivenOnceAndLiftsTheLimitsOfTime() throws IOException {
        AtomicInteger trusts = new AtomicInteger();
        Limits limits = new Bounds().windows(1000, 100_000).bodyStallMillis(700).leastRate(10, 1000).limits();
        Handler knowing = new Handler() {
            @Override
            public void handle(Exchange exchange) {}

            @Override
            public boolean knowsItsPeers() {
                return true;
            }
        };
        Unserved served = serve(limits, knowing);
        assertThat(served.connection.onTrust(trusts::incrementAndGet)).isSameAs(served.connection);
        assertThat(served.connection.bodyStall()).isEqualTo(Duration.ofMillis(700));
        assertThat(served.connection.leastRate()).isEqualTo(new LeastRate(10, Duration.ofSeconds(1)));
        served.connection.trustPeer();
        served.connection.trustPeer();
        assertThat(trusts.get()).isOne();
        assertThat(served.connection.bodyStall()).isEqualTo(Duration.ZERO);
        assertThat(served.connection.leastRate()).isEqualTo(LeastRate.NONE);
        assertThat(served.said()).containsExactly("0 +34465");
        served.streams.received(100_000);
        assertThatThrownBy(() -> served.streams.received(1)).isInstanceOf(ConnectionError.class);
    }

    @Test
    void whereNobodyIsAskedWhoHeIsTheWindowIsWideFromTheBeginning() throws IOException {
        Unserved served = serve(new Bounds().windows(1000, 100_000).limits(), waits);
        served.connection.trustPeer();
        assertThat(served.said()).isEmpty();
        served.streams.received(100_000);
        assertThatThrownBy(() -> served.streams.received(1)).isInstanceOf(ConnectionError.class);
        Unserved narrow = serve(new Bounds().windows(1000, 1000).limits(), waits);
        narrow.streams.received(65_535); // no setting can make it smaller (RFC 9113 §6.9.2)
    }

    // ---- what handlers see of it

    @Test
    void itsStateIsMadeOnceAndItsAddressesAreTheTransports() throws Exception {
        Unserved served = serve(Limits.DEFAULT, waits);
        AtomicInteger made = new AtomicInteger();
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        Thread slow = Thread.ofVirtual().start(() -> served.connection.state(StringBuilder.class, c -> {
            begun.countDown();
            try {
                goOn.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            made.incrementAndGet();
            return new StringBuilder(c == served.connection ? "made" : "of another");
        }));
        begun.await();
        List<StringBuilder> seen = new ArrayList<>();
        Thread second = Thread.ofPlatform().start(() -> seen.add(served.connection.state(StringBuilder.class, c -> {
            made.incrementAndGet();
            return new StringBuilder();
        })));
        until(() -> second.getState() == Thread.State.BLOCKED);
        goOn.countDown();
        slow.join();
        second.join();
        assertThat(made.get()).isOne();
        assertThat(seen.getFirst()).hasToString("made");
        assertThat(served.connection.state(StringBuilder.class, c -> null)).isSameAs(seen.getFirst());
        assertThat(served.connection.remoteAddress()).isEqualTo(served.ends[1].localAddress());
        assertThat(served.connection.localAddress()).isEqualTo(served.ends[1].remoteAddress());
        assertThat(served.get(1).connection()).isSameAs(served.connection);
    }
}
