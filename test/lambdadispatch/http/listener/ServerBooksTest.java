// SPDX-License-Identifier: MIT
package lambdadispatch.http.listener;

import static lambdadispatch.support.WireFrame.get;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;
import lambdadispatch.base.Clock;
import lambdadispatch.http.server.Handler;
import lambdadispatch.http.server.Limits;
import lambdadispatch.net.MemoryAccount;
import lambdadispatch.net.MemoryShare;
import lambdadispatch.net.SocketTransport;
import lambdadispatch.net.tls.KeyMaterial;
import lambdadispatch.net.tls.Pinning;
import lambdadispatch.net.tls.SelfSigned;
import lambdadispatch.net.tls.TlsTransport;
import lambdadispatch.support.Http1Peer;
import lambdadispatch.support.Http2Peer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What a listener counts: memory, connections, exchanges. All of it is zero again when they are over.
@Timeout(60)
class ServerBooksTest {
    private static final KeyMaterial KEY = SelfSigned.create("books", Clock.SYSTEM, Duration.ofDays(1));
    private static final Handler OK = exchange -> exchange.answer(200, "text/plain", new byte[] {'o', 'k'});
    private static final String GET = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";

    private final MemoryAccount account = new MemoryAccount(1 << 20);
    private Server server;

    private void start(SSLContext tls, Limits limits, Handler handler) throws IOException {
        server = new Server("books", new InetSocketAddress("127.0.0.1", 0), tls, limits, handler, account);
        server.start();
    }

    @AfterEach
    void close() {
        if (server != null) {
            server.close();
        }
    }

    private SocketTransport connect() throws IOException {
        return SocketTransport.connect(server.address(), Duration.ofSeconds(20));
    }

    private Socket socket() throws IOException {
        return new Socket("127.0.0.1", server.address().getPort());
    }

    private interface Truth {
        boolean holds();
    }

    private static void await(Truth truth) {
        while (!truth.holds()) {
            LockSupport.parkNanos(1_000_000); // what it counts is another thread's
        }
    }

    private static void say(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static boolean ended(Socket socket) throws IOException {
        try {
            InputStream in = socket.getInputStream();
            while (in.read() >= 0) {
                continue;
            }
        } catch (SocketException reset) {
            return true;
        }
        return true;
    }

    @Test
    void aConnectionCostsWhatItIsTakenToAndNothingWhenItIsOver() throws Exception {
        start(null, Limits.DEFAULT, OK);
        try (Http1Peer one = new Http1Peer(connect())) {
            assertThat(one.send(GET).answer().text()).isEqualTo("ok");
            await(() -> account.held() == ServedConnection.PLAIN_OCTETS);
            try (Http2Peer two = new Http2Peer(connect())) {
                assertThat(two.beginWith(get(1, "/")).answer(1).status()).isEqualTo(200);
                await(() -> account.held() == 2 * ServedConnection.PLAIN_OCTETS + ServedConnection.HTTP2_OCTETS);
                assertThat(account.shares()).isEqualTo(2);
            }
        }
        await(() -> account.held() == 0 && account.shares() == 0 && server.connections() == 0);
    }

    @Test
    void oneOverTlsCostsMore() throws Exception {
        start(KEY.serverContext(), Limits.DEFAULT, OK);
        TlsTransport tls = TlsTransport.client(connect(), Pinning.context(KEY.certificateSha256()), "localhost", server.address().getPort(),
                java.util.List.of("http/1.1"));
        try (Http1Peer peer = new Http1Peer(tls)) {
            assertThat(peer.send(GET).answer().text()).isEqualTo("ok");
            await(() -> account.held() == ServedConnection.PLAIN_OCTETS + ServedConnection.TLS_OCTETS);
        }
        await(() -> account.held() == 0);
    }

    @Test
    void whatAConnectionLeavesUnreadIsGivenBackWithIt() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        start(null, Limits.DEFAULT, exchange -> {
            try {
                go.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        });
        try (Socket socket = socket()) {
            String head = "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 50000\r\nx-long: " + "x".repeat(30_000) + "\r\n\r\n";
            say(socket, head + "b".repeat(50_000));
            await(() -> account.held() > 30_000);
            go.countDown();
            assertThat(ended(socket)).isTrue();
        }
        await(() -> account.held() == 0 && account.shares() == 0);
    }

    @Test
    void oneThatThereIsNoMemoryForIsClosedUnservedAndTheOthersGoOn() throws Exception {
        start(null, Limits.DEFAULT, OK);
        try (Http1Peer first = new Http1Peer(connect())) {
            assertThat(first.send(GET).answer().text()).isEqualTo("ok");
            MemoryShare greedy = account.open("greedy", 0, () -> { });
            greedy.known(); // nobody ends it
            while (account.held() + ServedConnection.PLAIN_OCTETS <= (1 << 20) + (1 << 17)) {
                greedy.takeAnyway(4 << 10);
            }
            try (Socket refused = socket()) {
                assertThat(ended(refused)).isTrue();
            }
            greedy.close();
            try (Http1Peer next = new Http1Peer(connect())) {
                assertThat(next.send(GET).answer().text()).isEqualTo("ok");
            }
        }
        await(() -> account.held() == 0);
    }

    @Test
    void aConnectionThatIsChosenWhenMemoryRunsLowIsClosed() throws Exception {
        BlockingQueue<MemoryShare> shares = new LinkedBlockingQueue<>();
        CountDownLatch never = new CountDownLatch(1);
        start(null, Limits.DEFAULT, exchange -> {
            shares.add(exchange.memory());
            try {
                never.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        });
        try (Socket socket = socket()) {
            say(socket, GET);
            MemoryShare share = shares.take();
            share.take(1_000_000);
            assertThat(ended(socket)).isTrue();
            assertThat(account.ended()).isOne();
        } finally {
            never.countDown();
        }
        await(() -> account.held() == 0);
    }

    @Test
    void whoLeavesMakesRoomForAnother() throws Exception {
        start(null, Limits.DEFAULT.with().maxConnections(2).limits(), OK);
        for (int i = 0; i < 5; i++) {
            try (Http1Peer one = new Http1Peer(connect()); Http1Peer two = new Http1Peer(connect())) {
                assertThat(one.send(GET).answer().text()).isEqualTo("ok");
                assertThat(two.send(GET).answer().text()).isEqualTo("ok");
                try (Socket third = socket()) {
                    assertThat(ended(third)).isTrue();
                }
                assertThat(server.connections()).isEqualTo(2);
            }
            await(() -> server.connections() == 0);
            admitAgain();
        }
    }

    /// Its room is free a moment after it is no connection any more.
    private void admitAgain() throws IOException {
        while (true) {
            try (Http1Peer probe = new Http1Peer(connect())) {
                probe.send(GET).answer();
                break;
            } catch (IOException refused) {
                Thread.onSpinWait();
            }
        }
        await(() -> server.connections() == 0);
    }

    @Test
    void exchangesAreCountedWhileTheirHandlersRunHoweverTheyEnd() throws Exception {
        CountDownLatch running = new CountDownLatch(2);
        CountDownLatch go = new CountDownLatch(1);
        start(null, Limits.DEFAULT, exchange -> {
            running.countDown();
            try {
                go.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            if (exchange.request().target().equals("/fails")) {
                throw new IllegalStateException("a fault of ours");
            }
            OK.handle(exchange);
        });
        assertThat(server.exchanges()).isZero();
        try (Http1Peer one = new Http1Peer(connect()); Http1Peer two = new Http1Peer(connect())) {
            one.send(GET);
            two.send(GET.replace("/ ", "/fails "));
            running.await();
            assertThat(server.exchanges()).isEqualTo(2);
            go.countDown();
            assertThat(one.answer().status()).isEqualTo(200);
            assertThat(two.answer().status()).isEqualTo(500);
            await(() -> server.exchanges() == 0);
        }
    }

    @Test
    void theHeapHasRoomForSoManyIdleConnections() {
        long room = MemoryAccount.PROCESS.most() / ServedConnection.PLAIN_OCTETS;
        assertThat(Server.mostConnections()).isEqualTo((int) Math.min(1_000_000, room)).isPositive();
    }
}
