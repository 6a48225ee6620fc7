// SPDX-License-Identifier: MIT
package lambdadispatch.http.listener;

import static lambdadispatch.support.WireFrame.INITIAL_WINDOW_SIZE;
import static lambdadispatch.support.WireFrame.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import javax.net.ssl.SSLContext;
import lambdadispatch.base.Clock;
import lambdadispatch.http.server.Exchange;
import lambdadispatch.http.server.Handler;
import lambdadispatch.http.server.Limits;
import lambdadispatch.net.SocketTransport;
import lambdadispatch.net.Transport;
import lambdadispatch.net.tls.SelfSigned;
import lambdadispatch.support.Bounds;
import lambdadispatch.support.ConnectionLog;
import lambdadispatch.support.Http2Peer;
import lambdadispatch.support.WireFrame;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A cleartext listener: which protocol a connection speaks, how HTTP/1.1 becomes HTTP/2, and how the listener ends.
@Timeout(60)
class ListenerTest {
    private static final String UPGRADE =
            "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: ";
    private static final Handler HELLO = exchange -> exchange.answer(200, "text/plain",
            ("hello over " + exchange.request().version()).getBytes(StandardCharsets.US_ASCII));

    @RegisterExtension
    final ConnectionLog log = new ConnectionLog();

    private Server start(Limits limits, Handler handler) throws IOException {
        Server server = new Server("test", new InetSocketAddress("127.0.0.1", 0), null, limits, handler);
        server.start();
        return log.owns(server);
    }

    private Server start() throws IOException {
        return start(Limits.DEFAULT, HELLO);
    }

    private static Transport connect(Server server) throws IOException {
        return SocketTransport.connect(server.address(), Duration.ofSeconds(20));
    }

    private static String settings(WireFrame frame) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(frame.payload());
    }

    /// Sends, and reads until what was read ends so.
    private static String converse(Socket socket, String request, String end) throws IOException {
        socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
        StringBuilder answer = new StringBuilder();
        InputStream in = socket.getInputStream();
        while (!answer.toString().endsWith(end)) {
            int octet = in.read();
            if (octet < 0) {
                break;
            }
            answer.append((char) octet);
        }
        return answer.toString();
    }

    private static Socket socket(Server server) throws IOException {
        Socket socket = new Socket("127.0.0.1", server.address().getPort());
        socket.setTcpNoDelay(true);
        return socket;
    }

    @Test
    void theHttp2PrefaceIsKnownByItsOctetsHoweverTheyArrive() throws IOException {
        Server server = start();
        Http2Peer whole = log.add(new Http2Peer(connect(server)));
        assertThat(whole.beginWith(get(1, "/")).answer(1).text()).isEqualTo("hello over 20");
        Http2Peer dribbling = log.add(new Http2Peer(connect(server)).silent());
        for (byte octet : WireFrame.preface()) {
            dribbling.sendRaw(new byte[] {octet});
        }
        assertThat(dribbling.send(WireFrame.settings(), get(1, "/")).answer(1).text()).isEqualTo("hello over 20");
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET / HTTP/1.1\r\nhost: a\r\n\r\n", "PRINT / HTTP/1.1\r\nhost: a\r\n\r\n", "P / HTTP/1.1\r\nhost: a\r\n\r\n",
            "PRI / HTTP/1.1\r\nhost: a\r\n\r\n"})
    void anythingElseIsHttp1EvenIfItBeginsLikeThePreface(String request) throws IOException {
        Server server = start();
        try (Socket socket = socket(server)) {
            assertThat(converse(socket, request, "hello over 11")).startsWith("HTTP/1.1 200 ").endsWith("hello over 11");
        }
    }

    @Test
    void announcedCloseIsSaidOnConnectionsOldAndNewWhichAreServedAllTheSame() throws IOException {
        Server server = start();
        String request = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";
        try (Socket before = socket(server)) {
            assertThat(converse(before, request, "hello over 11")).doesNotContainIgnoringCase("connection:");
            server.announceClose();
            assertThat(converse(before, request, "hello over 11")).startsWith("HTTP/1.1 200 ")
                    .containsIgnoringCase("connection: close\r\n");
            assertThat(before.getInputStream().read()).isNegative();
        }
        try (Socket after = socket(server)) {
            assertThat(converse(after, request, "hello over 11")).startsWith("HTTP/1.1 200 ").containsIgnoringCase("connection: close\r\n");
        }
        Http2Peer peer = log.add(new Http2Peer(connect(server)));
        assertThat(peer.beginWith(get(1, "/")).answer(1).text()).isEqualTo("hello over 20");
        assertThat(peer.send(get(3, "/")).answer(3).text()).isEqualTo("hello over 20");
    }

    private static void awaitConnections(Server server, int count) {
        while (server.connections() < count) {
            Thread.yield();
        }
    }

    @Test
    void aConnectionThatHasSaidNothingEndsAtOnceWhenTheListenerStops() throws Exception {
        for (SSLContext tls : new SSLContext[] {null, SelfSigned.create("listener", Clock.SYSTEM, Duration.ofDays(1)).serverContext()}) {
            Server server = log.owns(new Server("test", new InetSocketAddress("127.0.0.1", 0), tls, Limits.DEFAULT, HELLO));
            server.start();
            try (Socket silent = socket(server)) {
                awaitConnections(server, 1);
                long start = System.nanoTime();
                assertThat(server.stop(Duration.ofSeconds(50))).isZero();
                assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
                assertThat(silent.getInputStream().read()).isNegative();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"PRI * HT", "GET / HT", "GET / HTTP/1.1\r\nHo"})
    void aConnectionThatHasBegunToSpeakHoldsTheListenersEndForAMomentOnly(String begun) throws Exception {
        Server server = start();
        try (Socket socket = socket(server)) {
            socket.getOutputStream().write(begun.getBytes(StandardCharsets.US_ASCII));
            awaitConnections(server, 1);
            long start = System.nanoTime();
            server.stop(Duration.ofSeconds(50));
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
        }
    }

    @Test
    void aPrefaceThatGoesWrongInTheMiddleIsABadRequestOfHttp1() throws IOException {
        Server server = start();
        try (Socket socket = socket(server)) {
            assertThat(converse(socket, "PRI * HTTP/2.0\r\n\r\nSN", "never")).startsWith("HTTP/1.1 ").containsAnyOf(" 400 ", " 505 ");
        }
    }

    @Test
    void anUpgradedRequestIsAnsweredOnStreamOneUnderTheSettingsThatCameWithIt() throws IOException {
        Server server = upgrading();
        Transport transport = connect(server);
        byte[] request = (UPGRADE + settings(WireFrame.settings(INITIAL_WINDOW_SIZE, 5)) + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
        transport.write(request, 0, request.length);
        // RFC 7540 §3.2
        assertThat(head(transport)).startsWith("HTTP/1.1 101 ").containsIgnoringCase("upgrade: h2c\r\n")
                .containsIgnoringCase("connection: upgrade\r\n");
        Http2Peer peer = log.add(new Http2Peer(transport)).silent();
        peer.sendRaw(WireFrame.preface());
        peer.send(WireFrame.settings(INITIAL_WINDOW_SIZE, 5));
        peer.until("not the five octets that are allowed", () -> peer.soFar(1).text().equals("hello"));
        peer.send(WireFrame.windowUpdate(1, 100), get(3, "/"), WireFrame.windowUpdate(3, 100));
        assertThat(peer.answer(1).text()).isEqualTo("hello over 20");
        assertThat(peer.answer(3).text()).isEqualTo("hello over 20");
    }

    /// As [#start()], with a handler that takes the upgrade to cleartext HTTP/2.
    private Server upgrading() throws IOException {
        return start(Limits.DEFAULT, new Handler() {
            @Override
            public void handle(Exchange exchange) throws IOException {
                HELLO.handle(exchange);
            }

            @Override
            public boolean takesH2cUpgrade() {
                return true;
            }
        });
    }

    /// A proxy in front would pass it on, and what follows would go past the proxy's rules.
    @Test
    void anUpgradeThatNobodyAskedForIsIgnored() throws IOException {
        try (Socket socket = socket(start())) {
            String request = UPGRADE + settings(WireFrame.settings(INITIAL_WINDOW_SIZE, 5)) + "\r\n\r\n";
            assertThat(converse(socket, request, "hello over 11")).startsWith("HTTP/1.1 200 ").endsWith("hello over 11");
        }
    }

    /// What comes up to an empty line.
    private static String head(Transport transport) throws IOException {
        StringBuilder head = new StringBuilder();
        byte[] octet = new byte[1];
        while (head.indexOf("\r\n\r\n") < 0 && transport.read(octet, 0, 1) == 1) {
            head.append((char) octet[0]);
        }
        return head.toString();
    }

    @Test
    void settingsThatAreNoneEndTheUpgradedConnection() throws IOException {
        for (String broken : new String[] {"!!!!", "AAMAAABk_w"}) { // not Base64; seven octets
            Transport transport = connect(upgrading());
            byte[] request = (UPGRADE + broken + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
            transport.write(request, 0, request.length);
            head(transport);
            Http2Peer peer = log.add(new Http2Peer(transport)).silent();
            peer.sendRaw(WireFrame.preface());
            assertThat(peer.awaitGoAway()).isEqualTo(broken.startsWith("!") ? "PROTOCOL_ERROR" : "FRAME_SIZE_ERROR");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "Upgrade: h2c\r\nConnection: upgrade, http2-settings\r\n", // no settings
        "Upgrade: h2c\r\nConnection: upgrade, http2-settings\r\nHTTP2-Settings: \r\nHTTP2-Settings: \r\n", // two of them
        "Upgrade: h2c\r\nConnection: upgrade\r\nHTTP2-Settings: \r\n", // not named by Connection
        "Upgrade: websocket\r\nConnection: upgrade, http2-settings\r\nHTTP2-Settings: \r\n",
        // a body would have to be read first
        "Upgrade: h2c\r\nConnection: upgrade, http2-settings\r\nHTTP2-Settings: \r\nContent-Length: 1\r\n"})
    void whatIsNoProperUpgradeIsAnsweredByHttp1(String fields) throws IOException {
        Server server = upgrading();
        try (Socket socket = socket(server)) {
            String body = fields.contains("Content-Length") ? "x" : "";
            assertThat(converse(socket, "POST / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n" + body, "hello over 11"))
                    .startsWith("HTTP/1.1 200 ").endsWith("hello over 11");
        }
    }

    @Test
    void theJdksClientUpgradesAndStaysOnHttp2() throws Exception {
        Server server = upgrading();
        try (HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build()) {
            for (int i = 0; i < 3; i++) {
                HttpResponse<String> response =
                        client.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.address().getPort() + "/")).build(),
                        HttpResponse.BodyHandlers.ofString());
                assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_2);
                assertThat(response.body()).isEqualTo("hello over 20");
            }
            assertThat(server.connections()).isEqualTo(1);
        }
    }

    @Test
    void stoppingAnswersWhatIsUnderWayAndThenEnds() throws Exception {
        CountDownLatch started = new CountDownLatch(2);
        CountDownLatch go = new CountDownLatch(1);
        Server server = start(Limits.DEFAULT, exchange -> {
            started.countDown();
            try {
                go.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            HELLO.handle(exchange);
        });
        Http2Peer peer = log.add(new Http2Peer(connect(server))).beginWith(get(1, "/"));
        try (Socket http1 = socket(server)) {
            http1.getOutputStream().write("GET / HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            started.await();
            assertThat(server.exchanges()).isEqualTo(2);
            FutureTask<Integer> stopping = new FutureTask<>(() -> server.stop(Duration.ofSeconds(30)));
            Thread.ofVirtual().start(stopping);
            assertThat(peer.awaitGoAway()).isEqualTo("NO_ERROR");
            assertThatThrownBy(() -> connect(server)).isInstanceOf(ConnectException.class);
            go.countDown();
            assertThat(peer.answer(1).status()).isEqualTo(200);
            assertThat(new String(http1.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)).startsWith("HTTP/1.1 200 ")
                    .endsWith("hello over 11");
            assertThat(stopping.get()).as("exchanges cut off").isZero();
            peer.awaitEnd();
        }
    }

    @Test
    void connectionsAboveTheLimitAreClosedAndThoseBelowAreServed() throws IOException {
        Limits one = Limits.DEFAULT.with().everyTimeout(Duration.ofSeconds(30)).maxConnections(1).limits();
        Server server = start(one, HELLO);
        Http2Peer first = log.add(new Http2Peer(connect(server))).beginWith(get(1, "/"));
        assertThat(first.answer(1).status()).isEqualTo(200);
        try (Socket second = socket(server)) {
            assertThat(second.getInputStream().read()).isEqualTo(-1);
        }
        assertThat(first.send(get(3, "/")).answer(3).status()).isEqualTo(200);
    }

    @Test
    void aPortThatIsTakenIsSaidAtTheStart() throws IOException {
        Server server = start();
        Server second = new Server("second", server.address(), null, new Bounds().limits(), HELLO);
        assertThatThrownBy(second::start).isInstanceOf(BindException.class);
    }
}
