// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import lambdadispatch.base.Bytes;
import lambdadispatch.base.Clock;
import lambdadispatch.base.config.Settings;
import lambdadispatch.carrier.Threads;
import lambdadispatch.extension.RelayBed.AppSide;
import lambdadispatch.http.listener.Server;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.server.LeastRate;
import lambdadispatch.http.server.Limits;
import lambdadispatch.net.tls.KeyMaterial;
import lambdadispatch.net.tls.SelfSigned;
import lambdadispatch.protocol.HeadLimits;
import lambdadispatch.protocol.InvokePayload;
import lambdadispatch.router.RouterBed;
import lambdadispatch.router.dispatch.Instance;
import lambdadispatch.support.ScriptedExchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A channel between the JDK's HTTP client and the router's real control port, over sockets; the test plays client and app.
@Timeout(30)
class ChannelTest {
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static final KeyMaterial KEY = SelfSigned.create("test", Clock.SYSTEM, Duration.ofDays(1));
    private static final Limits LIMITS = Limits.DEFAULT.with().bodyStall(Duration.ZERO).leastRate(LeastRate.NONE)
            .maxStreams(4096).connectionWindow(1 << 30).maxConnections(100).limits();

    private final RouterBed router = new RouterBed(RouterBed.oneAtATime());
    private final Server cleartext =
            new Server("control", new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), null, LIMITS, router.controlHandler());
    private final Server tls = new Server("control-tls", new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), KEY.serverContext(),
            LIMITS, router.controlHandler());
    private final ScriptedExchange client = ScriptedExchange.of("GET", "/a");
    private ServerSocket app;
    private Instance instance;
    private RouterLink link;
    private CompletableFuture<Void> request;

    @BeforeEach
    void requestWaits() throws Exception {
        cleartext.start();
        tls.start();
        app = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        request = router.client(client);
        instance = router.invoked();
    }

    @AfterEach
    void allEnds() throws IOException {
        if (link != null) {
            link.close();
        }
        cleartext.close();
        tls.close();
        app.close();
    }

    private String url(boolean secure) {
        return secure ? "https://127.0.0.1:" + tls.address().getPort() : "http://127.0.0.1:" + cleartext.address().getPort();
    }

    private Channel channel(String url, String id, String token, byte[] certificate) {
        InvokePayload payload = new InvokePayload("f", id, url, 1, Instant.now(), false, token, HexFormat.of().formatHex(certificate), 1,
                false, HeadLimits.RELAYED_REQUEST_BYTES);
        Settings settings =
                new Settings(Map.of("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:1", "LAMBDA_DISPATCH_PORT", Integer.toString(app.getLocalPort())));
        link = new RouterLink(payload, App.of(ExtensionConfig.read(settings)), () -> 60_000);
        return new Channel(link, "c1");
    }

    private Channel channel(boolean secure) {
        return channel(url(secure), instance.id(), instance.token(), KEY.certificateSha256());
    }

    private static CompletableFuture<Channel.End> serving(Channel channel) {
        CompletableFuture<Channel.End> end = new CompletableFuture<>();
        Threads.virtual("test").start(() -> end.complete(channel.serve()));
        return end;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void requestGoesToTheAppAndItsAnswerBack(boolean secure) throws Exception {
        Channel channel = channel(secure);
        assertThat(channel.open()).isNull();
        CompletableFuture<Channel.End> end = serving(channel);
        try (AppSide side = new AppSide(app.accept())) {
            assertThat(side.readHead()).startsWith("GET /a HTTP/1.1\r\nhost: example.org\r\n");
            side.send(OK);
            request.get(20, TimeUnit.SECONDS);
            assertThat(client.text()).isEqualTo("ok");
            instance.pool().closeRequested(instance);
            assertThat(end.get(20, TimeUnit.SECONDS)).isEqualTo(Channel.End.GO_AWAY);
        }
    }

    @Test
    void wrongTokenIsRefusedWith401() {
        Channel channel = channel(url(false), instance.id(), "0".repeat(32), KEY.certificateSha256());
        assertThat(channel.open()).isEqualTo(Channel.End.REFUSED);
        assertThat(channel.status()).isEqualTo(401);
    }

    @Test
    void instanceThatTheRouterDoesNotKnowIsRefusedWith409() {
        Channel channel = channel(url(true), "0".repeat(32), instance.token(), KEY.certificateSha256());
        assertThat(channel.open()).isEqualTo(Channel.End.REFUSED);
        assertThat(channel.status()).isEqualTo(409);
    }

    @Test
    void otherCertificateThanThePinnedOneIsNotTalkedTo() {
        byte[] other = KEY.certificateSha256();
        other[0] ^= 1;
        assertThat(channel(url(true), instance.id(), instance.token(), other).open()).isEqualTo(Channel.End.UNREACHABLE);
        assertThat(instance.state()).isEqualTo(Instance.State.STARTING);
    }

    @Test
    void routerThatIsNotThereIsUnreachable() {
        String url = url(false);
        cleartext.close();
        assertThat(channel(url, instance.id(), instance.token(), KEY.certificateSha256()).open()).isEqualTo(Channel.End.UNREACHABLE);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void clientThatLeavesClosesTheAppsConnectionAndAFreshChannelServesOn(boolean secure) throws Exception {
        Channel channel = channel(secure);
        assertThat(channel.open()).isNull();
        CompletableFuture<Channel.End> end = serving(channel);
        try (AppSide side = new AppSide(app.accept())) {
            side.readHead();
            client.goes();
            assertThat(side.closed()).isTrue();
        }
        assertThat(end.get(20, TimeUnit.SECONDS)).isEqualTo(Channel.End.BROKE);
        Channel fresh = new Channel(link, "c2");
        ScriptedExchange next = ScriptedExchange.of("GET", "/next");
        CompletableFuture<Void> second = router.client(next);
        assertThat(fresh.open()).isNull();
        serving(fresh);
        try (AppSide side = new AppSide(app.accept())) {
            assertThat(side.readHead()).startsWith("GET /next ");
            side.send(OK);
            second.get(20, TimeUnit.SECONDS);
            assertThat(next.text()).isEqualTo("ok");
        }
    }

    @Test
    void appThatBreaksOffResetsTheChannelAndAbortsTheClient() throws Exception {
        Channel channel = channel(true);
        assertThat(channel.open()).isNull();
        CompletableFuture<Channel.End> end = serving(channel);
        try (AppSide side = new AppSide(app.accept())) {
            side.readHead();
            side.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
            client.await(() -> client.flushedText().equals("half"));
        }
        assertThat(end.get(20, TimeUnit.SECONDS)).isEqualTo(Channel.End.BROKE);
        request.get(20, TimeUnit.SECONDS);
        assertThat(client.aborted()).isTrue();
        assertThat(client.ended()).isFalse();
        assertThat(link.hasAppFailed()).isTrue();
    }

    @Test
    void connectionThatIsLostBreaksTheChannelAndTheAppsConnection() throws Exception {
        Channel channel = channel(false);
        assertThat(channel.open()).isNull();
        CompletableFuture<Channel.End> end = serving(channel);
        try (AppSide side = new AppSide(app.accept())) {
            side.readHead();
            cleartext.close();
            assertThat(side.closed()).isTrue();
        }
        assertThat(end.get(20, TimeUnit.SECONDS)).isEqualTo(Channel.End.BROKE);
    }

    @Test
    void sharedUplinkThatBreaksBehindAResponseResetsEveryChannelSinceTheResponseMayBeLost() throws Exception {
        Channel channel = channel(true);
        assertThat(channel.open()).isNull();
        CompletableFuture<Channel.End> end = serving(channel);
        try (AppSide side = new AppSide(app.accept())) {
            side.readHead();
            assertThat(link.shared().offer(99, new Bytes().append("a channel that is gone"))).isTrue();
            link.shared().over();
            assertThat(side.closed()).isTrue();
        }
        assertThat(end.get(20, TimeUnit.SECONDS)).isEqualTo(Channel.End.BROKE);
    }

    /// One request, which the app answers and the client gets.
    private void oneRequest(AppSide side) throws Exception {
        side.readHead();
        side.send(OK);
        request.get(20, TimeUnit.SECONDS);
        assertThat(client.text()).isEqualTo("ok");
    }

    @Test
    void responseOfTheOnlyRequestComesOnTheChannelsOwnUplink() throws Exception {
        Channel channel = channel(true);
        assertThat(channel.open()).isNull();
        CompletableFuture<Channel.End> end = serving(channel);
        try (AppSide side = new AppSide(app.accept())) {
            oneRequest(side);
            assertThat(link.channels()).isEqualTo(1);
            link.shared().over(); // nothing that was on it can be lost
            instance.pool().closeRequested(instance);
            assertThat(end.get(20, TimeUnit.SECONDS)).isEqualTo(Channel.End.GO_AWAY);
            assertThat(side.closed()).as("the app's connection ends with the channel").isTrue();
        }
        assertThat(link.channels()).isZero();
        assertThat(link.running()).isZero();
        assertThat(link.served()).isEqualTo(1);
    }

    @Test
    void responseOfARequestBesideOthersComesOnTheSharedUplink() throws Exception {
        Channel channel = channel(true);
        assertThat(channel.open()).isNull();
        link.exchangeStarted(); // on another channel
        CompletableFuture<Channel.End> end = serving(channel);
        try (AppSide side = new AppSide(app.accept())) {
            oneRequest(side);
            link.shared().over(); // which may have lost it, as far as this side can tell
            assertThat(end.get(20, TimeUnit.SECONDS)).isEqualTo(Channel.End.BROKE);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void routerThatRefusesAChannelAndLeavesItsAnswerOpenIsNotListenedTo(boolean opens) throws Exception {
        CompletableFuture<Boolean> gone = new CompletableFuture<>();
        InetSocketAddress anywhere = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (Server refusing = new Server("refusing", anywhere, KEY.serverContext(), LIMITS,
                exchange -> {
                    exchange.onClientGone(() -> gone.complete(true));
                    exchange.respond(opens ? 200 : 503, new Headers(), -1);
                    exchange.flush();
                    gone.join();
                })) {
            refusing.start();
            Channel channel = channel("https://127.0.0.1:" + refusing.address().getPort(), instance.id(), instance.token(),
                    KEY.certificateSha256());
            assertThat(channel.open()).isEqualTo(opens ? null : Channel.End.REFUSED);
            assertThat(channel.status()).isEqualTo(opens ? 200 : 503);
            if (opens) {
                assertThat(gone).isNotDone();
                channel.reset();
            }
            assertThat(gone.get(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    /// The router has nothing more to say, and never will.
    @Test
    void channelThatIsGivenUpWhileItsAppIsSilentEndsAtOnceWhateverTheRouterDoes() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        byte[] get = "GET /a HTTP/1.1\r\nhost: h\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
        InetSocketAddress anywhere = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (Server silent = new Server("silent", anywhere, KEY.serverContext(), LIMITS, exchange -> {
            if (exchange.request().method().equals("GET")) {
                exchange.respond(200, new Headers(), -1);
                exchange.write(get, 0, get.length);
                exchange.flush();
            }
            try {
                over.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        })) {
            silent.start();
            Channel channel =
                    channel("https://127.0.0.1:" + silent.address().getPort(), instance.id(), instance.token(), KEY.certificateSha256());
            assertThat(channel.open()).isNull();
            CompletableFuture<Channel.End> end = serving(channel);
            try (AppSide side = new AppSide(app.accept())) {
                side.readHead();
                channel.reset();
                assertThat(side.closed()).isTrue();
            }
            assertThat(end.get(20, TimeUnit.SECONDS)).isEqualTo(Channel.End.BROKE);
        } finally {
            over.countDown();
        }
    }

    @Test
    void threadThatIsInterruptedWhileItOpensAChannelStaysSo() throws Exception {
        Channel channel = channel(true);
        CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        Threads.virtual("test").start(() -> {
            Thread.currentThread().interrupt();
            Channel.End how = channel.open();
            interrupted.complete(how == Channel.End.UNREACHABLE && Thread.currentThread().isInterrupted());
        });
        assertThat(interrupted.get(20, TimeUnit.SECONDS)).isTrue();
    }
}
