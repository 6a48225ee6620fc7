// SPDX-License-Identifier: MIT
package lambdadispatch.http.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLContext;
import lambdadispatch.http.message.BadMessage;
import lambdadispatch.http.message.Headers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The client's books: which connections are open, kept, or over.
@Timeout(30)
class ClientPoolTest {
    // none ends by itself meanwhile
    private static final Http1Client.Options OPTIONS = Http1Client.Options.DEFAULT.withIdle(Duration.ofMinutes(10));
    private static final long MINUTE = Duration.ofMinutes(1).toNanos();

    private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - MINUTE); // it overflows on the way, as the real one may
    private final ClientPool pool = new ClientPool(OPTIONS, new ClientConnector(OPTIONS, ClientConnector.Names.SYSTEM), clock::get);
    private ServerSocket server;
    private Origin origin;

    @BeforeEach
    void listen() throws Exception {
        server = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
        origin = Origin.of(URI.create("http://127.0.0.1:" + server.getLocalPort() + "/"));
    }

    @AfterEach
    void close() throws Exception {
        pool.close();
        server.close();
    }

    /// A connection and its other end.
    private record Open(ClientConnection connection, Socket peer) {
        /// Behind the requests that it was sent.
        boolean over() throws Exception {
            peer.getInputStream().readAllBytes(); // fails where the end does not come
            return true;
        }

        /// One exchange; the connection is given back to its pool behind it.
        void use() throws Exception {
            peer.getOutputStream().write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            connection.exchange("GET", URI.create("http://a/"), new Headers(), null, Duration.ZERO).close();
        }
    }

    private Open open() throws Exception {
        return open(pool);
    }

    private Open open(ClientPool of) throws Exception {
        ClientConnection[] connection = new ClientConnection[1];
        Thread thread = Thread.ofVirtual().start(() -> {
            try {
                connection[0] = of.open(origin);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        Socket peer = server.accept();
        peer.setSoTimeout(20_000);
        thread.join();
        return new Open(connection[0], peer);
    }

    @Test
    void whatIsOpenIsClosedWithThePoolKeptOrInUse() throws Exception {
        Open inUse = open();
        Open kept = open();
        pool.release(kept.connection);
        pool.close();
        assertThat(inUse.over()).isTrue();
        assertThat(kept.over()).isTrue();
    }

    @Test
    void whatIsReleasedAfterThePoolsEndIsClosed() throws Exception {
        Open open = open();
        pool.close();
        pool.release(open.connection);
        assertThat(open.over()).isTrue();
        assertThat(pool.takeIdle(origin)).isNull();
    }

    @Test
    void theOneThatWasUsedLastComesFirstAndNoMoreThan64AreKept() throws Exception {
        Open first = open();
        pool.release(first.connection);
        for (int i = 0; i < 63; i++) {
            pool.release(open().connection);
        }
        Open tooMany = open();
        pool.release(tooMany.connection);
        assertThat(tooMany.over()).isTrue();
        List<ClientConnection> kept = new ArrayList<>();
        for (ClientConnection each = pool.takeIdle(origin); each != null; each = pool.takeIdle(origin)) {
            kept.add(each);
        }
        assertThat(kept).hasSize(64).last().isSameAs(first.connection);
    }

    @Test
    void theBooksAreChangedByOneThreadAtATime() throws Exception {
        Open open = open();
        Thread closes = new Thread(open.connection::close);
        synchronized (pool) {
            closes.start();
            while (closes.getState() != Thread.State.BLOCKED && closes.isAlive()) {
                Thread.onSpinWait();
            }
            assertThat(closes.isAlive()).as("it waits for the books").isTrue();
        }
        closes.join();
        assertThat(open.over()).isTrue();
    }

    @Test
    void howeverBusyAConnectionIsItIsNotUsedForMoreThanFiveMinutes() throws Exception {
        Open busy = open();
        for (int i = 0; i < 4; i++) {
            busy.use();
            clock.addAndGet(MINUTE);
            assertThat(pool.idle(origin)).as("minute %d", i).isSameAs(busy.connection);
        }
        busy.use();
        clock.addAndGet(MINUTE - 1);
        assertThat(pool.idle(origin)).isSameAs(busy.connection);
        busy.use();
        clock.addAndGet(1);
        assertThat(pool.idle(origin)).as("five minutes old, and idle for a nanosecond").isNull();
        assertThat(busy.over()).isTrue();
    }

    @Test
    void oneThatNobodyAskedForIsNotUsedWhenItsIdleTimeIsOver() throws Exception {
        ClientPool hasty = new ClientPool(OPTIONS.withIdle(Duration.ofMinutes(2)),
                new ClientConnector(OPTIONS, ClientConnector.Names.SYSTEM), clock::get);
        try (hasty) {
            Open kept = open(hasty);
            kept.use();
            clock.addAndGet(2 * MINUTE - 1);
            assertThat(hasty.idle(origin)).isSameAs(kept.connection);
            kept.use();
            clock.addAndGet(2 * MINUTE);
            assertThat(hasty.idle(origin)).isNull();
            assertThat(kept.over()).isTrue();
        }
    }

    @Test
    void theSweeperClosesThoseWhoseTimeIsOverAndLeavesTheOthers() throws Exception {
        Open old = open();
        old.use();
        clock.addAndGet(3 * MINUTE);
        Open young = open();
        young.use();
        clock.addAndGet(2 * MINUTE);
        pool.sweep();
        assertThat(old.over()).isTrue();
        assertThat(pool.takeIdle(origin)).isSameAs(young.connection);
        assertThat(pool.takeIdle(origin)).isNull();
    }

    @Test
    void ofOneThatIsClosedThePoolForgetsThatItWasOpen() throws Exception {
        Open first = open();
        first.connection.close();
        assertThat(pool.opened()).isZero();
        assertThat(first.over()).isTrue();
        Open second = open();
        assertThat(pool.opened()).isOne();
        second.connection.close();
        assertThat(pool.opened()).isZero();
    }

    private static void say(Open to, String text) throws Exception {
        to.peer.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static Http1Client.Response ask(Open open, Duration limit) throws IOException {
        return open.connection.exchange("GET", URI.create("http://a/"), new Headers(), null, limit);
    }

    @Test
    void whateverAnExchangeFailsOfItsConnectionIsClosed() throws Exception {
        Open silent = open();
        assertThatThrownBy(() -> ask(silent, Duration.ofMillis(20))).isInstanceOf(SocketTimeoutException.class);
        assertThat(silent.over()).isTrue();
        Open odd = open();
        say(odd, "this is no HTTP\r\n\r\n");
        assertThatThrownBy(() -> ask(odd, Duration.ZERO)).isInstanceOf(BadMessage.class);
        assertThat(odd.over()).isTrue();
        Open switching = open();
        say(switching, "HTTP/1.1 101 Switching Protocols\r\n\r\n");
        assertThatThrownBy(() -> ask(switching, Duration.ZERO)).isInstanceOf(BadMessage.class);
        assertThat(switching.over()).isTrue();
    }

    @Test
    void aConnectionThatMayNotBeKeptIsClosedBehindItsResponse() throws Exception {
        for (String end : List.of("Connection: close\r\nContent-Length: 2\r\n\r\nok", "Content-Length: 2\r\n\r\nokand more")) {
            Open open = open();
            say(open, "HTTP/1.1 200 OK\r\n" + end);
            assertThat(ask(open, Duration.ZERO).body().readAllBytes()).hasSize(2);
            assertThat(open.over()).isTrue();
            assertThat(pool.takeIdle(origin)).isNull();
        }
    }

    @Test
    void aResponseThatIsClosedUnreadClosesItsConnection() throws Exception {
        Open open = open();
        say(open, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok");
        ask(open, Duration.ZERO).close();
        assertThat(open.over()).isTrue();
        assertThat(pool.takeIdle(origin)).isNull();
    }

    @Test
    void aBodyIsReadOctetByOctetAndToItsEnd() throws Exception {
        Open open = open();
        say(open, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n\u00e9\u0000");
        try (InputStream body = ask(open, Duration.ZERO).body()) {
            assertThat(body.read()).isEqualTo(0xe9);
            assertThat(body.read(new byte[1], 0, 0)).isZero();
            assertThat(body.read()).isZero();
            assertThat(body.read()).isEqualTo(-1);
        }
        assertThat(pool.takeIdle(origin)).isSameAs(open.connection);
    }

    @Test
    void aBodyOfExactlyTheLimitIsTaken() throws Exception {
        Open open = open();
        say(open, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        assertThat(ask(open, Duration.ZERO).bytes(2)).hasSize(2);
    }

    @Test
    void oneThatConnectsAsThePoolClosesIsClosed() throws Exception {
        pool.close();
        FutureTask<ClientConnection> opening = new FutureTask<>(() -> pool.open(origin));
        Thread.ofVirtual().start(opening);
        try (Socket peer = server.accept()) {
            peer.setSoTimeout(20_000);
            assertThat(peer.getInputStream().read()).isEqualTo(-1);
        }
        assertThatThrownBy(opening::get).hasCauseInstanceOf(IOException.class).hasMessageContaining("closed");
    }

    /// The sweeper looks when the first one's time may be over, and again when it was not.
    @Test
    void theSweeperComesAgainForOneThatWasUsedMeanwhile() throws Exception {
        Duration idle = Duration.ofMillis(50);
        Semaphore swept = new Semaphore(0);
        ClientPool hasty = new ClientPool(OPTIONS.withIdle(idle), new ClientConnector(OPTIONS, ClientConnector.Names.SYSTEM), () -> {
            if (Thread.currentThread().getName().equals("deadline")) {
                swept.release();
            }
            return clock.get();
        });
        clock.set(MINUTE);
        try (hasty) {
            Open kept = open(hasty);
            kept.use(); // by the pool's clock no time passes from here on
            assertThat(swept.tryAcquire(3, 20, TimeUnit.SECONDS)).as("looks again and again").isTrue();
            assertThat(hasty.opened()).isOne();
            clock.addAndGet(idle.toNanos());
            assertThat(kept.over()).isTrue();
        }
    }

    @Test
    void whoNamesWhatIsDifferentGetsTheRestAsItWas() throws Exception {
        SSLContext tls = SSLContext.getDefault();
        Duration second = Duration.ofSeconds(1);
        Http1Client.Options options =
                Http1Client.Options.DEFAULT.withConnect(second).withWrite(second.multipliedBy(2)).withResponse(second.multipliedBy(3))
                .withIdle(second.multipliedBy(4)).withKeepAliveProbes().withTls(tls);
        assertThat(options.connect()).isEqualTo(second);
        assertThat(options.write()).hasSeconds(2);
        assertThat(options.response()).hasSeconds(3);
        assertThat(options.idle()).hasSeconds(4);
        assertThat(options.keepAliveProbes()).isTrue();
        assertThat(options.tls()).isSameAs(tls);
    }

    @Test
    void originsAreTheSameWhereAllThreePartsAre() {
        Origin one = new Origin(false, "a", 80);
        assertThat(one).isEqualTo(new Origin(false, "a", 80)).hasSameHashCodeAs(new Origin(false, "a", 80));
        assertThat(List.of(new Origin(true, "a", 80), new Origin(false, "b", 80), new Origin(false, "a", 81))).doesNotContain(one);
        assertThat(one.hashCode()).isNotEqualTo(new Origin(false, "b", 80).hashCode()).isNotEqualTo(new Origin(false, "a", 81).hashCode());
        assertThat(one.equals("a")).isFalse();
        assertThat(Origin.of(URI.create("http://a:0/")).port()).isZero();
    }
}
