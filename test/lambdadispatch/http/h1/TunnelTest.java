// SPDX-License-Identifier: MIT
package lambdadispatch.http.h1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.server.Exchange;
import lambdadispatch.http.server.Tunnel;
import lambdadispatch.net.Deadline;
import lambdadispatch.net.Input;
import lambdadispatch.support.Bounds;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A handler takes its connection over.
@Timeout(60)
class TunnelTest {
    private static final String ASK = "GET / HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: echo\r\n\r\n";
    private static final String SWITCHED = "HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: echo\r\n";

    /// Sends back what comes, until the client ends.
    private static void echo(Exchange exchange) throws IOException {
        echo(exchange.tunnel(Headers.of("upgrade", "echo", "content-length", "5")));
    }

    private static void echo(Tunnel tunnel) throws IOException {
        Input in = tunnel.input();
        byte[] buffer = new byte[100];
        int count;
        while ((count = in.read(buffer, 0, buffer.length)) >= 0) {
            tunnel.write(buffer, 0, count);
        }
        byte[] last = {'.'};
        tunnel.write(last, 0, 1);
    }

    private static String read(Http1Served served, int octets) throws IOException {
        byte[] text = new byte[octets];
        for (int at = 0; at < octets; ) {
            int count = served.clientEnd.read(text, at, octets - at);
            assertThat(count).isPositive();
            at += count;
        }
        return new String(text, StandardCharsets.ISO_8859_1);
    }

    private static void assertEnded(Http1Served served) throws IOException {
        assertThat(served.clientEnd.read(new byte[1], 0, 1)).isEqualTo(-1);
    }

    @Test
    void octetsGoBothWaysUntilTheClientEndsAndTheLastOnesReachIt() throws Exception {
        try (Http1Served served = new Http1Served(TunnelTest::echo)) {
            served.client.send(ASK + "hello");
            assertThat(served.client.head()).isEqualTo(SWITCHED);
            assertThat(read(served, 5)).isEqualTo("hello");
            for (String text : new String[] {"GET / HTTP/1.1\r\n\r\n", "\u0000\u00ff", "x"}) {
                served.client.send(text);
                assertThat(read(served, text.length())).isEqualTo(text);
            }
            served.clientEnd.shutdownOutput();
            assertThat(read(served, 1)).isEqualTo(".");
            assertEnded(served);
            served.awaitEnd();
        }
    }

    @Test
    void handlerThatReturnsEndsTheConnectionThoughTheClientSpeaksOn() throws Exception {
        try (Http1Served served = new Http1Served(exchange -> {
            byte[] bye = {'b', 'y', 'e'};
            exchange.tunnel(Headers.of("upgrade", "echo")).write(bye, 0, bye.length);
        })) {
            served.client.send(ASK + ASK);
            assertThat(served.client.head()).isEqualTo(SWITCHED);
            assertThat(read(served, 3)).isEqualTo("bye");
            assertEnded(served);
        }
    }

    @Test
    void readAheadThatIsUnderWayHandsItsOctetsOver() throws Exception {
        AtomicReference<Http1Served> self = new AtomicReference<>();
        CountDownLatch known = new CountDownLatch(1);
        try (Http1Served served = new Http1Served(exchange -> {
            exchange.onClientGone(() -> { });
            Http1ConnectionTest.await(known);
            while (!self.get().serverEnd.readerWaits()) {
                LockSupport.parkNanos(1_000_000); // not spinning: on one carrier nobody else would run
            }
            Tunnel tunnel = exchange.tunnel(Headers.of("upgrade", "echo"));
            byte[] first = {'1'};
            tunnel.write(first, 0, 1); // the server may speak first, though the read-ahead goes on
            echo(tunnel);
        })) {
            self.set(served);
            known.countDown();
            served.client.send(ASK);
            assertThat(served.client.head()).isEqualTo(SWITCHED);
            assertThat(read(served, 1)).isEqualTo("1");
            served.client.send("hello");
            assertThat(read(served, 5)).isEqualTo("hello");
            served.client.send("again");
            assertThat(read(served, 5)).isEqualTo("again");
        }
    }

    @Test
    void noLimitOfTheEnginesHoldsForAClientThatIsSilent() throws Exception {
        CountDownLatch later = new CountDownLatch(1);
        try (Http1Served served =
                new Http1Served(new Bounds().headTimeoutMillis(100).bodyStallMillis(100).idleMillis(100).limits(), TunnelTest::echo);
                Deadline deadline = new Deadline(later::countDown)) {
            served.client.send(ASK);
            assertThat(served.client.head()).isEqualTo(SWITCHED);
            deadline.armNanos(400_000_000); // those limits have run out by then
            Http1ConnectionTest.await(later);
            served.client.send("hello");
            assertThat(read(served, 5)).isEqualTo("hello");
        }
    }

    @Test
    void clientThatTakesNothingIsResetAsElsewhere() throws Exception {
        BlockingQueue<IOException> failed = new LinkedBlockingQueue<>();
        try (Http1Served served = new Http1Served(new Bounds().writeStallMillis(100).limits(), 1000, exchange -> {
            Tunnel tunnel = exchange.tunnel(Headers.of("upgrade", "echo"));
            try {
                tunnel.write(new byte[10_000], 0, 10_000);
            } catch (IOException e) {
                failed.add(e);
                throw e;
            }
        })) {
            served.client.send(ASK);
            assertThat(failed.poll(50, TimeUnit.SECONDS)).isNotNull();
            assertThatThrownBy(() -> {
                while (served.clientEnd.read(new byte[1000], 0, 1000) >= 0) {
                    continue;
                }
            }).isInstanceOf(IOException.class);
        }
    }

    @Test
    void whoHasTheConnectionIsToldThatTheListenerStops() throws Exception {
        CountDownLatch began = new CountDownLatch(1);
        try (Http1Served served = new Http1Served(exchange -> {
            Tunnel tunnel = exchange.tunnel(Headers.of("upgrade", "echo"));
            CountDownLatch told = new CountDownLatch(1);
            tunnel.onStop(told::countDown);
            began.countDown();
            Http1ConnectionTest.await(told);
            CountDownLatch again = new CountDownLatch(1);
            tunnel.onStop(again::countDown); // at once
            Http1ConnectionTest.await(again);
            byte[] bye = {'b', 'y', 'e'};
            tunnel.write(bye, 0, bye.length);
        })) {
            served.client.send(ASK);
            Http1ConnectionTest.await(began);
            served.connection.stop();
            assertThat(served.client.head()).isEqualTo(SWITCHED);
            assertThat(read(served, 3)).isEqualTo("bye");
            assertEnded(served);
        }
    }

    @ParameterizedTest
    // no 1xx for it; its body comes first
    @ValueSource(strings = {"GET / HTTP/1.0\r\n\r\n", "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\n\r\n"})
    void connectionThatCanNotBeTakenOverIsNot(String request) throws Exception {
        try (Http1Served served = new Http1Served(exchange -> {
            assertThat(exchange.tunnels()).isFalse();
            assertThatThrownBy(() -> exchange.tunnel(Headers.of("upgrade", "echo"))).isInstanceOf(IllegalStateException.class);
            exchange.answer(200, "text/plain", new byte[0]);
        })) {
            assertThat(served.client.send(request + (request.startsWith("POST") ? "x" : "")).answer().status()).isEqualTo(200);
        }
    }

    @Test
    void thereIsOneFinalWordOnAConnection() throws Exception {
        BlockingQueue<Throwable> faults = new LinkedBlockingQueue<>();
        try (Http1Served served = new Http1Served(exchange -> {
            exchange.inform(101, Headers.of("upgrade", "echo")); // is not sent: what follows would be taken for the other protocol
            Tunnel tunnel = exchange.tunnel(Headers.of("upgrade", "echo"));
            for (Runnable late : new Runnable[] {() -> answer(exchange), () -> again(exchange)}) {
                try {
                    late.run();
                } catch (IllegalStateException e) {
                    faults.add(e);
                }
            }
            assertThat(exchange.responded()).isTrue();
            echo(tunnel);
        })) {
            served.client.send(ASK);
            assertThat(served.client.head()).isEqualTo(SWITCHED);
            served.client.send("hello");
            assertThat(read(served, 5)).isEqualTo("hello");
            assertThat(faults).hasSize(2);
        }
    }

    private static void answer(Exchange exchange) {
        try {
            exchange.answer(200, "text/plain", new byte[0]);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void again(Exchange exchange) {
        try {
            exchange.tunnel(Headers.of("upgrade", "echo"));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
