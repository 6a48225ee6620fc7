// SPDX-License-Identifier: MIT
package lambdadispatch.http.listener;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;
import lambdadispatch.base.Clock;
import lambdadispatch.http.server.Exchange;
import lambdadispatch.http.server.Handler;
import lambdadispatch.http.server.Limits;
import lambdadispatch.net.Deadline;
import lambdadispatch.net.SocketTransport;
import lambdadispatch.net.Transport;
import lambdadispatch.net.tls.SelfSigned;
import lambdadispatch.support.ConnectionLog;
import lambdadispatch.support.Http2Peer;
import lambdadispatch.support.WireFrame;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/// How connections of each kind end when their listener stops, and that nothing of them is left.
@Timeout(60)
class StopTest {
    private static final String REQUEST = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final Handler HELLO = exchange -> exchange.answer(200, "text/plain", new byte[] {'a'});

    @RegisterExtension
    final ConnectionLog log = new ConnectionLog();

    private Server start(SSLContext tls, Handler handler) throws IOException {
        Server server = new Server("test", new InetSocketAddress("127.0.0.1", 0), tls, Limits.DEFAULT, handler);
        server.start();
        return log.owns(server);
    }

    private static Socket socket(Server server) throws IOException {
        Socket socket = new Socket("127.0.0.1", server.address().getPort());
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(20_000);
        return socket;
    }

    private static void send(Socket socket, String octets) throws IOException {
        socket.getOutputStream().write(octets.getBytes(StandardCharsets.US_ASCII));
    }

    private static void awaitConnections(Server server, int count) {
        while (server.connections() != count) {
            LockSupport.parkNanos(1_000_000); // the class has a time limit
        }
    }

    @Test
    void exchangeOfHttp1IsCutOffWhenPatienceEndsThoughItsHandlerGoesOn() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        Server server = start(null, exchange -> {
            started.countDown();
            try {
                released.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            HELLO.handle(exchange);
        });
        try (Socket socket = socket(server)) {
            send(socket, REQUEST);
            started.await();
            assertThat(server.stop(Duration.ZERO)).isEqualTo(1);
            assertThat(ended(socket)).as("ended by the listener, not by its own handler").isTrue();
        } finally {
            released.countDown();
        }
        awaitConnections(server, 0);
    }

    /// Reads the end, or the reset that stands for it.
    private static boolean ended(Socket socket) throws IOException {
        try {
            return socket.getInputStream().read() < 0;
        } catch (SocketException reset) {
            return true;
        }
    }

    @Test
    void connectionThatWasUpgradedIsToldToGoAway() throws Exception {
        Server server = start(null, new Handler() {
            @Override
            public void handle(Exchange exchange) throws IOException {
                HELLO.handle(exchange);
            }

            @Override
            public boolean takesH2cUpgrade() {
                return true;
            }
        });
        Transport transport = SocketTransport.connect(server.address(), Duration.ofSeconds(20));
        byte[] upgrade = "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: \r\n\r\n"
                .getBytes(StandardCharsets.US_ASCII);
        transport.write(upgrade, 0, upgrade.length);
        StringBuilder head = new StringBuilder();
        byte[] octet = new byte[1];
        while (head.indexOf("\r\n\r\n") < 0 && transport.read(octet, 0, 1) == 1) {
            head.append((char) octet[0]);
        }
        Http2Peer peer = log.add(new Http2Peer(transport)).begin();
        assertThat(peer.answer(1).status()).isEqualTo(200);
        assertThat(server.stop(Duration.ofSeconds(50))).isZero();
        assertThat(peer.awaitGoAway()).isEqualTo("NO_ERROR");
        peer.awaitEnd();
    }

    @Test
    void stopThatCameBeforeTheProtocolWasKnownIsNotForgotten() throws Exception {
        Server server = start(null, HELLO);
        byte[] preface = WireFrame.preface();
        Transport transport = SocketTransport.connect(server.address(), Duration.ofSeconds(20));
        transport.write(preface, 0, 8);
        awaitConnections(server, 1);
        LockSupport.parkNanos(Duration.ofMillis(100).toNanos()); // what was sent has been read, most likely; either way it must end
        FutureTask<Integer> stopping = new FutureTask<>(() -> server.stop(Duration.ofSeconds(50)));
        Thread.ofPlatform().start(stopping);
        Http2Peer peer = log.add(new Http2Peer(transport));
        try {
            peer.sendRaw(Arrays.copyOfRange(preface, 8, preface.length));
            peer.send(WireFrame.settings());
        } catch (IOException e) {
            assertThat(e).as("it ended at once").isNotNull();
        }
        assertThat(stopping.get(20, TimeUnit.SECONDS)).isZero();
        peer.awaitEnd();
    }

    /// What was said of the connection before its protocol was known is the listener's limit for a moment, and none for the exchange that
    /// came of it. Tried until the first octet was read before the listener was told to stop.
    @Test
    void anExchangeThatBeginsWhileTheListenerStopsHasItsTime() throws Exception {
        AtomicInteger handled = new AtomicInteger();
        while (handled.get() == 0) {
            Server server = start(null, exchange -> {
                handled.incrementAndGet();
                CountDownLatch later = new CountDownLatch(1);
                try (Deadline deadline = new Deadline(later::countDown)) {
                    deadline.arm(Duration.ofMillis(1500)); // behind the moment, which began before
                    later.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
                HELLO.handle(exchange);
            });
            try (Socket socket = socket(server)) {
                send(socket, "P"); // as the preface of HTTP/2 begins
                awaitConnections(server, 1);
                LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
                server.stopAccepting();
                String answer = "";
                try {
                    send(socket, "OST / HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n");
                    answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
                } catch (IOException closed) {
                    assertThat(handled).as("it was closed before it said anything").hasValue(0);
                }
                if (handled.get() > 0) {
                    assertThat(answer).startsWith("HTTP/1.1 200 ").containsIgnoringCase("connection: close\r\n");
                }
            }
        }
    }

    @Test
    void connectionThatSpokePlainlyToTlsIsReallyClosed() throws Exception {
        Server server = start(SelfSigned.create("listener", Clock.SYSTEM, Duration.ofDays(1)).serverContext(), HELLO);
        try (Socket socket = socket(server)) {
            send(socket, REQUEST);
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)).startsWith("HTTP/1.1 400 ");
            awaitConnections(server, 0);
            boolean refused = false;
            for (int i = 0; i < 2_000 && !refused; i++) { // a socket that is only half closed would take them
                try {
                    send(socket, "more");
                    LockSupport.parkNanos(1_000_000);
                } catch (SocketException e) {
                    refused = true;
                }
            }
            assertThat(refused).isTrue();
        }
    }

    @Test
    void portThatCanNotAcceptForAMomentAcceptsAgain() throws Exception {
        AtomicInteger failures = new AtomicInteger(2);
        Server server = log.owns(new Server("test", new InetSocketAddress("127.0.0.1", 0), null, Limits.DEFAULT, HELLO));
        server.start(listener -> {
            if (failures.getAndDecrement() > 0) {
                throw new IOException("too many open files");
            }
            return listener.accept();
        });
        try (Socket socket = socket(server)) {
            send(socket, REQUEST);
            assertThat(socket.getInputStream().read()).as("the answer's first octet").isEqualTo('H');
        }
    }

    @Test
    void connectionThatWasAcceptedWhileTheListenerStoppedIsClosedUnserved() throws Exception {
        Server server = log.owns(new Server("test", new InetSocketAddress("127.0.0.1", 0), null, Limits.DEFAULT, HELLO));
        server.start(listener -> {
            SocketChannel accepted = listener.accept();
            server.stopAccepting();
            return accepted;
        });
        try (Socket socket = socket(server)) {
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
        awaitConnections(server, 0);
    }
}
