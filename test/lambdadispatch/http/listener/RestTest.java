// SPDX-License-Identifier: MIT
package lambdadispatch.http.listener;

import static lambdadispatch.support.WireFrame.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;
import lambdadispatch.base.Clock;
import lambdadispatch.carrier.Threads;
import lambdadispatch.http.server.Exchange;
import lambdadispatch.http.server.Handler;
import lambdadispatch.http.server.Limits;
import lambdadispatch.net.Deadline;
import lambdadispatch.net.MemoryAccount;
import lambdadispatch.net.SocketTransport;
import lambdadispatch.net.Transport;
import lambdadispatch.net.tls.KeyMaterial;
import lambdadispatch.net.tls.Pinning;
import lambdadispatch.net.tls.SelfSigned;
import lambdadispatch.net.tls.TlsTransport;
import lambdadispatch.support.ConnectionLog;
import lambdadispatch.support.Http1Peer;
import lambdadispatch.support.Http2Peer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Connections of each kind that rest go on as if nothing had been, and end as all others do, by whatever ends them; nothing of them is
/// left then.
@Timeout(60)
class RestTest {
    private static final KeyMaterial KEY = SelfSigned.create("listener", Clock.SYSTEM, Duration.ofDays(1));
    private static final String REQUEST = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final Limits SOON = Limits.DEFAULT.with().rest(Duration.ofMillis(40)).limits();
    private static final Duration LONG = Duration.ofSeconds(20);

    @RegisterExtension
    final ConnectionLog log = new ConnectionLog();

    private final MemoryAccount account = new MemoryAccount(1 << 30);
    private Server server;

    enum Kind {
        HTTP1, HTTP2, HTTP1_TLS, HTTP2_TLS;

        boolean tls() {
            return this == HTTP1_TLS || this == HTTP2_TLS;
        }

        boolean http2() {
            return this == HTTP2 || this == HTTP2_TLS;
        }
    }

    /// A client that asks again and again on one connection.
    private final class Client {
        private final Transport transport;
        private final Http1Peer http1;
        private final Http2Peer http2;
        private int asked;

        Client(Kind kind) throws IOException {
            Transport plain = SocketTransport.connect(server.address(), LONG);
            transport = kind.tls() ? TlsTransport.client(plain, Pinning.context(KEY.certificateSha256()), "localhost", 443,
                    List.of(kind.http2() ? "h2" : "http/1.1")) : plain;
            http1 = kind.http2() ? null : log.owns(new Http1Peer(transport));
            http2 = kind.http2() ? log.add(new Http2Peer(transport)).begin() : null;
        }

        void ask() throws IOException {
            ask("/");
        }

        void ask(String target) throws IOException {
            asked++;
            if (http2 == null) {
                assertThat(http1.send(REQUEST.replace("/ ", target + " ")).answer().text()).isEqualTo("served");
            } else {
                assertThat(http2.send(get(2 * asked - 1, target)).answer(2 * asked - 1).text()).isEqualTo("served");
            }
        }

        void awaitEnd() {
            if (http2 == null) {
                http1.awaitEnd();
            } else {
                http2.awaitEnd();
            }
        }
    }

    @BeforeEach
    void onlyWhereThereAreEventLoops() {
        Assumptions.assumeTrue(Threads.areOnEventLoops(), "on the JDK's scheduler a connection keeps its thread");
    }

    /// However a test went, nothing may be left that is counted.
    @AfterEach
    void nothingIsLeft() {
        if (server == null) {
            return;
        }
        server.close();
        await(0, 0);
        while (account.shares() > 0) {
            LockSupport.parkNanos(1_000_000);
        }
        assertThat(account.held()).isZero();
    }

    private void start(Kind kind, Limits limits, Handler handler) throws IOException {
        SSLContext tls = kind.tls() ? KEY.serverContext() : null;
        server = new Server("test", new InetSocketAddress("127.0.0.1", 0), tls, limits, handler, account);
        server.start();
    }

    private void start(Kind kind) throws IOException {
        start(kind, SOON, RestTest::serve);
    }

    private static void serve(Exchange exchange) throws IOException {
        exchange.answer(200, "text/plain", "served".getBytes(StandardCharsets.US_ASCII));
    }

    private void await(int connections, int resting) {
        while (server.connections() != connections || server.resting() != resting) {
            LockSupport.parkNanos(1_000_000); // the class has a time limit
        }
    }

    private Client resting(Kind kind) throws IOException {
        start(kind);
        Client client = new Client(kind);
        client.ask();
        await(1, 1);
        return client;
    }

    @ParameterizedTest
    @EnumSource
    void itGoesOnWhenSomethingComesAndRestsAgain(Kind kind) throws IOException {
        Client client = resting(kind);
        for (int i = 0; i < 3; i++) {
            client.ask();
            await(1, 1);
        }
        long held = account.held();
        client.ask("/" + "x".repeat(12_000));
        await(1, 1);
        assertThat(account.held()).as("nothing is held for what is over").isEqualTo(held);
    }

    @ParameterizedTest
    @EnumSource
    void itEndsWithItsClient(Kind kind) throws IOException {
        resting(kind).transport.close();
        await(0, 0);
    }

    @ParameterizedTest
    @EnumSource
    void itEndsWhenItsClientResetsIt(Kind kind) throws IOException {
        resting(kind).transport.reset();
        await(0, 0);
    }

    @ParameterizedTest
    @EnumSource
    void itEndsWhenItWasIdleForTooLong(Kind kind) throws IOException {
        start(kind, SOON.with().idle(Duration.ofMillis(400)).limits(), RestTest::serve);
        Client client = new Client(kind);
        client.ask();
        await(1, 1);
        client.awaitEnd();
        await(0, 0);
        if (client.http2 != null) {
            assertThat(client.http2.awaitGoAway()).isEqualTo("NO_ERROR");
        }
    }

    @ParameterizedTest
    @EnumSource
    void theRestIsPartOfTheTimeThatItMayBeIdle(Kind kind) throws IOException {
        start(kind, SOON.with().rest(Duration.ofSeconds(30)).idle(Duration.ofMillis(100)).limits(), RestTest::serve);
        Client client = new Client(kind);
        client.ask();
        client.awaitEnd();
    }

    @ParameterizedTest
    @EnumSource
    void itEndsInGoodOrderWithItsListener(Kind kind) throws Exception {
        Client client = resting(kind);
        assertThat(server.stop(LONG)).isZero();
        assertThat(server.connections()).isZero();
        client.awaitEnd();
        if (client.http2 != null) {
            assertThat(client.http2.awaitGoAway()).isEqualTo("NO_ERROR");
        }
    }

    @ParameterizedTest
    @EnumSource
    void itIsClosedWithItsListener(Kind kind) throws IOException {
        Client client = resting(kind);
        server.close();
        await(0, 0);
        client.awaitEnd();
    }

    @ParameterizedTest
    @EnumSource(names = {"HTTP1", "HTTP1_TLS"})
    void itIsToldOfTheListenersEndByItsNextAnswer(Kind kind) throws IOException {
        Client client = resting(kind);
        server.announceClose();
        Http1Peer.Answer answer = client.http1.send(REQUEST).answer();
        assertThat(answer.closes()).isTrue();
        client.awaitEnd();
    }

    /// What the account ends is closed, whether a thread waits for it or not.
    @Test
    void itIsEndedToMakeRoomForOthers() throws IOException {
        MemoryAccount small = new MemoryAccount(20L * ServedConnection.PLAIN_OCTETS);
        server = new Server("test", new InetSocketAddress("127.0.0.1", 0), null, SOON, RestTest::serve, small);
        server.start();
        List<Client> clients = new ArrayList<>();
        for (int i = 1; i <= 17; i++) {
            Client client = new Client(Kind.HTTP1);
            client.ask();
            clients.add(client);
            await(i, i);
        }
        assertThat(small.ended()).isZero();
        new Client(Kind.HTTP1).ask(); // the eighteenth of twenty: more than seven eighths
        while (server.connections() == 18) {
            LockSupport.parkNanos(1_000_000);
        }
        assertThat(small.ended()).isPositive();
        server.close();
        await(0, 0);
        clients.forEach(Client::awaitEnd);
        while (small.held() != 0) {
            LockSupport.parkNanos(1_000_000);
        }
    }

    /// The protocol is not known yet.
    @Test
    void oneThatHasSaidNothingRestsTooAndSpeaksEitherProtocolLater() throws IOException {
        start(Kind.HTTP1);
        Http1Peer first = log.owns(new Http1Peer(SocketTransport.connect(server.address(), LONG)));
        await(1, 1);
        Http2Peer second = log.add(new Http2Peer(SocketTransport.connect(server.address(), LONG)));
        await(2, 2);
        assertThat(first.send("G").send(REQUEST.substring(1)).answer().text()).isEqualTo("served");
        assertThat(second.beginWith(get(1, "/")).answer(1).text()).isEqualTo("served");
        await(2, 2);
        assertThat(server.stop(LONG)).isZero();
    }

    @Test
    void oneThatHasSaidNothingHasTheTimeOfAHead() throws IOException {
        start(Kind.HTTP1, SOON.with().headTimeout(Duration.ofMillis(300)).limits(), RestTest::serve);
        Http1Peer silent = log.owns(new Http1Peer(SocketTransport.connect(server.address(), LONG)));
        await(1, 1);
        silent.awaitEnd();
        await(0, 0);
    }

    @Test
    void oneThatHasSaidNothingEndsAtOnceWithItsListener() throws IOException {
        start(Kind.HTTP1);
        Http1Peer silent = log.owns(new Http1Peer(SocketTransport.connect(server.address(), LONG)));
        await(1, 1);
        assertThat(server.stop(LONG)).isZero();
        silent.awaitEnd();
    }

    /// Its client was watched by a read-ahead, which waits on a thread of its own.
    @ParameterizedTest
    @EnumSource
    void itRestsBehindASlowExchangeToo(Kind kind) throws IOException {
        start(kind, SOON, exchange -> {
            exchange.onClientGone(() -> { });
            if (exchange.request().target().equals("/slow")) {
                LockSupport.parkNanos(Duration.ofMillis(250).toNanos());
            }
            serve(exchange);
        });
        Client client = new Client(kind);
        for (int i = 0; i < 2; i++) {
            client.ask("/slow");
            await(1, 1);
            client.ask();
            await(1, 1);
        }
    }

    /// What begins to come keeps its thread, and the limit of a head.
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aHeadThatDoesNotGoOnHasItsOwnLimit(boolean rested) throws IOException {
        Limits limits = SOON.with().headTimeout(Duration.ofMillis(400)).limits();
        start(Kind.HTTP1, rested ? limits : limits.with().rest(Duration.ZERO).limits(), RestTest::serve);
        Client client = new Client(Kind.HTTP1);
        client.ask();
        if (rested) {
            await(1, 1);
        }
        assertThat(client.http1.send("GET / HT").answer().status()).isEqualTo(408);
    }

    @Test
    void anHttp2ConnectionAnswersPingsFromItsRest() throws IOException {
        Client client = resting(Kind.HTTP2);
        client.http2.roundTrip("are you?");
        await(1, 1);
        client.http2.roundTrip("and now?");
        client.ask();
    }

    @Test
    void anHttp2ConnectionWithAnOpenStreamKeepsItsThread() throws Exception {
        FutureTask<Void> answered = new FutureTask<>(() -> null);
        start(Kind.HTTP2, SOON, exchange -> {
            if (exchange.request().target().equals("/later")) {
                try {
                    answered.get(20, TimeUnit.SECONDS);
                } catch (Exception e) {
                    throw new IOException(e);
                }
            }
            serve(exchange);
        });
        Client client = new Client(Kind.HTTP2);
        client.http2.send(get(1, "/later"));
        client.http2.roundTrip("it opens");
        FutureTask<Void> later = new FutureTask<>(() -> null);
        try (Deadline deadline = new Deadline(later)) {
            deadline.arm(Duration.ofMillis(300));
            later.get();
        }
        assertThat(server.resting()).isZero();
        answered.run();
        assertThat(client.http2.answer(1).text()).isEqualTo("served");
        await(1, 1);
    }

    @Test
    void wherePeersProveWhoTheyAreNothingRests() throws Exception {
        start(Kind.HTTP2, SOON, new Handler() {
            @Override
            public void handle(Exchange exchange) throws IOException {
                exchange.connection().trustPeer();
                serve(exchange);
            }

            @Override
            public boolean knowsItsPeers() {
                return true;
            }
        });
        Client client = new Client(Kind.HTTP2);
        client.ask();
        FutureTask<Void> later = new FutureTask<>(() -> null);
        try (Deadline deadline = new Deadline(later)) {
            deadline.arm(Duration.ofMillis(300));
            later.get();
        }
        assertThat(server.resting()).isZero();
        client.ask();
    }

    /// Requests, ends and resets fall into every moment of going to rest, over several rounds; what does not end by then ends with the
    /// listener.
    @RepeatedTest(3)
    void whateverFallsIntoTheMomentOfGoingToRestIsNotLost() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        start(Kind.HTTP1, SOON.with().rest(Duration.ofMillis(1)).idle(Duration.ofSeconds(30)).limits(), RestTest::serve);
        List<Thread> threads = new ArrayList<>();
        List<Throwable> failures = java.util.Collections.synchronizedList(new ArrayList<>());
        for (int i = 0; i < 24; i++) {
            Kind kind = i % 2 == 0 ? Kind.HTTP1 : Kind.HTTP2;
            Random own = new Random(random.nextLong());
            threads.add(Threads.spread("asks").start(() -> {
                try {
                    Client client = new Client(kind);
                    for (int round = 0; round < 12; round++) {
                        LockSupport.parkNanos(own.nextInt(80_000_000)); // a tick of the wheel is 34 ms: before, within and after it
                        client.ask();
                    }
                    switch (own.nextInt(3)) {
                        case 0 -> client.transport.close();
                        case 1 -> client.transport.reset();
                        default -> { }
                    }
                } catch (Throwable e) {
                    failures.add(e);
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(failures).as("seed " + seed).isEmpty();
        assertThat(server.stop(LONG)).isZero();
        assertThat(server.connections()).isZero();
        assertThat(server.resting()).isZero();
    }

    @Test
    void aConnectionIsCountedUntilItsEnd() throws IOException {
        start(Kind.HTTP1, SOON.with().maxConnections(1).limits(), RestTest::serve);
        Client client = new Client(Kind.HTTP1);
        client.ask();
        await(1, 1);
        assertThatThrownBy(() -> new Client(Kind.HTTP1).ask()).as("there is one, though it rests").isInstanceOf(IOException.class);
        client.ask();
        client.transport.close();
        await(0, 0);
        new Client(Kind.HTTP1).ask();
    }
}
