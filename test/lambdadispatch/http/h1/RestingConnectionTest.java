// SPDX-License-Identifier: MIT
package lambdadispatch.http.h1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.server.Exchange;
import lambdadispatch.http.server.Handler;
import lambdadispatch.http.server.Limits;
import lambdadispatch.net.Input;
import lambdadispatch.net.MemoryAccount;
import lambdadispatch.net.MemoryShare;
import lambdadispatch.net.TimedSource;
import lambdadispatch.net.Transport;
import lambdadispatch.support.Http1Peer;
import lambdadispatch.support.MemoryTransport;
import lambdadispatch.support.StubTransport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What is left of an exchange on a connection that waits for the next, and of a connection that has ended: nothing.
@Timeout(60)
class RestingConnectionTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final String LONG = "GET / HTTP/1.1\r\nHost: a\r\nX-Long: " + "x".repeat(50_000) + "\r\n\r\n";

    private final MemoryAccount account = new MemoryAccount(1 << 20);
    private final MemoryShare memory = account.open("a", 0, () -> { });

    private Http1Served served(Handler handler) {
        return new Http1Served(Limits.DEFAULT, 64 << 10, memory, handler);
    }

    /// Until the connection waits for its next request.
    private static void awaitRest(Http1Served served) {
        while (!served.serverEnd.readerWaits()) {
            LockSupport.parkNanos(1_000_000); // not spinning: on one carrier nobody else would run
        }
    }

    @Test
    void aConnectionThatRestsHoldsNothing() throws Exception {
        try (Http1Served served = served(exchange -> {
            assertThat(exchange.memory()).isSameAs(memory);
            exchange.respond(200, Headers.of("x-long", "y".repeat(8_000)), 2);
            exchange.write(new byte[2], 0, 2);
            exchange.end();
        })) {
            for (int i = 0; i < 3; i++) {
                assertThat(served.ask(LONG).status()).isEqualTo(200);
                awaitRest(served);
                assertThat(memory.held()).isZero();
            }
        }
    }

    @Test
    void aLongFieldIsForgottenWithItsRequest() throws Exception {
        BlockingQueue<Long> held = new LinkedBlockingQueue<>();
        try (Http1Served served = served(exchange -> {
            held.add(memory.held());
            Http1ConnectionTest.ok(exchange);
        })) {
            served.ask(LONG);
            assertThat(held.take()).isGreaterThan(50_000);
            served.ask(GET);
            assertThat(held.take()).as("the arrays of a usual head").isLessThan(1500);
        }
    }

    @Test
    void aRefusedMessageIsNotHeldWhileItsClientIsListenedTo() throws Exception {
        try (Http1Served served = served(Http1ConnectionTest::ok)) {
            Http1Peer.Answer answer = served.ask("GET / HTTP/1.1\r\nHost: a\r\nX-Long: " + "x".repeat(50_000) + "\r\nno field\r\n\r\n");
            assertThat(answer.head()).isEqualTo("HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: "
                    + answer.text().length() + "\r\nconnection: close\r\n");
            awaitRest(served);
            assertThat(memory.held()).isZero();
        }
    }

    @Test
    void norWhileItsClientTakesNoAnswer() throws Exception {
        try (Http1Served served = new Http1Served(Limits.DEFAULT, 10, memory, Http1ConnectionTest::ok)) {
            served.client.send("GET / HTTP/1.1\r\nHost: a\r\nX-Long: " + "x".repeat(50_000) + "\r\nno field\r\n");
            while (!served.serverEnd.writerWaits()) {
                LockSupport.parkNanos(1_000_000);
            }
            assertThat(memory.held()).isZero();
            assertThat(served.client.answer().status()).isEqualTo(400);
        }
    }

    @Test
    void aHeadThatThereIsNoRoomForIsNobodysFault() throws Exception {
        AtomicInteger handled = new AtomicInteger();
        // What the buffer takes for it fits (8 KiB beyond what is free), what its fields take as well does not
        assertThat(account.open("b", 0, () -> { }).take((1 << 20) - (4 << 10))).isTrue();
        try (Http1Served served = served(exchange -> handled.incrementAndGet())) {
            Http1Peer.Answer answer = served.ask("GET / HTTP/1.1\r\nHost: a\r\nX-Long: " + "x".repeat(10_000) + "\r\n\r\n");
            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.field("retry-after")).isEqualTo("1");
            assertThat(answer.closes()).isTrue();
            assertThat(answer.text()).isEqualTo("no memory for more requests\n");
            awaitRest(served);
            assertThat(memory.held()).isZero();
            assertThat(handled).hasValue(0);
        }
    }

    /// Of two that hold as much, the one goes that was not answered, though it came later.
    @Test
    void whoWasAnsweredIsNotTheFirstToGoWhenMemoryRunsLow() throws Exception {
        BlockingQueue<String> ended = new LinkedBlockingQueue<>();
        MemoryShare answered = account.open("answered", 0, () -> ended.add("answered"));
        MemoryShare other = account.open("other", 0, () -> ended.add("other"));
        try (Http1Served served = new Http1Served(Limits.DEFAULT, 64 << 10, answered, Http1ConnectionTest::ok)) {
            served.ask(GET);
            awaitRest(served);
            assertThat(answered.take(480_000)).isTrue();
            assertThat(other.take(480_000)).isTrue();
            assertThat(ended.poll(20, TimeUnit.SECONDS)).isEqualTo("other");
        }
        assertThat(ended).isEmpty();
    }

    /// @return whether nothing holds it any more
    private static boolean forgotten(WeakReference<?> what) {
        for (int i = 0; i < 20 && what.get() != null; i++) {
            System.gc();
        }
        return what.get() == null;
    }

    @Test
    void aConnectionThatRestsKeepsNothingOfItsLastExchange() throws Exception {
        List<WeakReference<Object>> kept = new ArrayList<>();
        try (Http1Served served = served(exchange -> {
            kept.add(new WeakReference<>(exchange));
            Object clients = new Object();
            kept.add(new WeakReference<>(clients));
            exchange.onClientGone(clients::notifyAll);
            Http1ConnectionTest.ok(exchange);
        })) {
            served.ask(GET);
            awaitRest(served);
            assertThat(kept).hasSize(2).allMatch(RestingConnectionTest::forgotten);
        }
    }

    private static void runToItsEnd(MemoryTransport server, Handler handler) {
        TimedSource source = new TimedSource(server);
        new Http1Connection(server, source, new Input(source, 2048, 1 << 16), Limits.DEFAULT, handler).run();
    }

    /// The transport that each part of it has, whatever still waits for the part.
    private static WeakReference<MemoryTransport> ofOneThatHasEnded() throws IOException {
        MemoryTransport[] ends = MemoryTransport.pair(1 << 16);
        new Http1Peer(ends[0]).send(GET.repeat(2));
        ends[0].shutdownOutput();
        runToItsEnd(ends[1], Http1ConnectionTest::ok);
        return new WeakReference<>(ends[1]);
    }

    @Test
    void aConnectionThatHasEndedIsForgottenAtOnceWhateverLimitsItHadSet() throws Exception {
        assertThat(forgotten(ofOneThatHasEnded())).isTrue();
    }

    @Test
    void howeverAConnectionEndsItsTransportIsClosed() throws Exception {
        for (String request : new String[] {"", GET, "GET / HT", "x\r\n", "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"}) {
            MemoryTransport[] ends = MemoryTransport.pair(1 << 16);
            new Http1Peer(ends[0]).send(request);
            ends[0].shutdownOutput();
            runToItsEnd(ends[1], Http1ConnectionTest::ok);
            assertThatThrownBy(() -> ends[1].read(new byte[1], 0, 1)).as(request).isInstanceOf(ClosedChannelException.class);
        }
    }

    @Test
    void noHandlerRunsForTheEndOfAConnectionHoweverItComes() throws Exception {
        for (String last : new String[] {"", "GET / HT", "x\r\n", "\r\n"}) {
            MemoryTransport[] ends = MemoryTransport.pair(1 << 16);
            new Http1Peer(ends[0]).send(GET + last);
            ends[0].shutdownOutput();
            AtomicInteger handled = new AtomicInteger();
            runToItsEnd(ends[1], exchange -> {
                handled.incrementAndGet();
                Http1ConnectionTest.ok(exchange);
            });
            assertThat(handled).as(last).hasValue(1);
        }
    }

    @Test
    void aHandlerThatFailsBehindItsAnswerCostsTheConnection() throws Exception {
        MemoryTransport[] ends = MemoryTransport.pair(1 << 16);
        Http1Peer client = new Http1Peer(ends[0]).send(GET.repeat(2));
        runToItsEnd(ends[1], exchange -> {
            Http1ConnectionTest.ok(exchange);
            throw new IOException("too late");
        });
        assertThat(client.answer().status()).isEqualTo(200);
        assertThatThrownBy(client::answer).as("there is no second").isInstanceOf(IOException.class);
    }

    /// Nobody is there any more who could be told of a client.
    @Test
    void aConnectionWhoseHandlerBreaksDownIsNotWatchedAnyMore() throws Exception {
        MemoryTransport[] ends = MemoryTransport.pair(1 << 16);
        new Http1Peer(ends[0]).send(GET);
        AtomicInteger told = new AtomicInteger();
        assertThatThrownBy(() -> runToItsEnd(ends[1], exchange -> {
            exchange.onClientGone(told::incrementAndGet);
            throw new StackOverflowError();
        })).isInstanceOf(StackOverflowError.class);
        InputSteps.pass(java.time.Duration.ofMillis(300)); // the watch would have looked by then
        assertThat(told).hasValue(0);
        assertThatThrownBy(() -> ends[1].read(new byte[1], 0, 1)).isInstanceOf(ClosedChannelException.class);
    }

    // ---- what a handler is told of the connection

    private static final class Recorded extends StubTransport {
        private final ByteArrayInputStream in;
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();
        private final boolean secure;

        Recorded(String request, boolean secure) {
            in = new ByteArrayInputStream(request.getBytes(StandardCharsets.ISO_8859_1));
            this.secure = secure;
        }

        @Override
        public int read(byte[] into, int offset, int length) {
            return in.read(into, offset, length);
        }

        @Override
        public void write(byte[] from, int offset, int length) {
            out.write(from, offset, length);
        }

        @Override
        public boolean secure() {
            return secure;
        }

        @Override
        public InetSocketAddress remoteAddress() {
            return new InetSocketAddress("127.0.0.1", 1001);
        }

        @Override
        public InetSocketAddress localAddress() {
            return new InetSocketAddress("127.0.0.1", 1002);
        }
    }

    private static Exchange seen(String request, boolean secure) {
        AtomicReference<Exchange> seen = new AtomicReference<>();
        Transport transport = new Recorded(request, secure);
        TimedSource source = new TimedSource(transport);
        new Http1Connection(transport, source, new Input(source, 2048, 1 << 16), Limits.DEFAULT, seen::set).run();
        return seen.get();
    }

    @Test
    void theSchemeIsTheConnectionsUnlessTheTargetSaysOne() {
        assertThat(seen(GET, false).request().scheme()).isEqualTo("http");
        assertThat(seen(GET, true).request().scheme()).isEqualTo("https");
        assertThat(seen("GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n", true).request().scheme()).isEqualTo("http");
    }

    @Test
    void theAddressesAreTheTransports() throws IOException {
        Exchange exchange = seen(GET, false);
        assertThat(exchange.connection().remoteAddress().getPort()).isEqualTo(1001);
        assertThat(exchange.connection().localAddress().getPort()).isEqualTo(1002);
        exchange.connection().trustPeer();
    }
}
