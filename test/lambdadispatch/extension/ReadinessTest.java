// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import lambdadispatch.carrier.Threads;
import lambdadispatch.extension.RelayBed.AppSide;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What the health path is asked, which answers mean that the app is ready, and what is said while it is not.
@Timeout(60)
class ReadinessTest {
    private static final int PATIENCE_SECONDS = 50;
    private static final Duration LIMIT = Duration.ofSeconds(PATIENCE_SECONDS);

    private ServerSocket app;

    @BeforeEach
    void listen() throws IOException {
        app = new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1"));
        app.setSoTimeout(PATIENCE_SECONDS * 1000);
    }

    @AfterEach
    void close() throws IOException {
        app.close();
    }

    private Readiness readiness(String... namesAndValues) {
        return new Readiness(LinkBed.config(app.getLocalPort(), namesAndValues));
    }

    private String at() {
        return "127.0.0.1:" + app.getLocalPort();
    }

    private static CompletableFuture<String> checks(Readiness readiness, Duration limit) {
        return LinkBed.inVirtualThread(() -> String.valueOf(readiness.check(limit)));
    }

    /// One look, at an app that answers so.
    private String checked(Readiness readiness, String answer) throws Exception {
        CompletableFuture<String> found = checks(readiness, LIMIT);
        try (AppSide side = new AppSide(app.accept())) {
            side.readHead();
            side.send(answer);
        }
        return found.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    @Test
    void theHealthPathIsAskedOnAConnectionOfItsOwn() throws Exception {
        CompletableFuture<String> found = checks(readiness("HEALTH_PATH", "/ready?deep=1"), LIMIT);
        try (AppSide side = new AppSide(app.accept())) {
            String request = "GET /ready?deep=1 HTTP/1.1\r\nhost: " + at() + "\r\nconnection: close\r\n\r\n";
            assertThat(side.read(request.length())).isEqualTo(request);
            side.send("HTTP/1.1 200 OK\r\n\r\n");
            assertThat(side.closed()).as("and nothing more").isTrue();
        }
        assertThat(found.get(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo("null");
    }

    @ParameterizedTest
    @CsvSource({"203, status 203", "204, null", "205, null", "206, null", "207, status 207", "404, status 404"})
    void statusesWithinTheRangeMeanReady(int status, String found) throws Exception {
        Readiness readiness = readiness("HEALTH_MIN_STATUS", "204", "HEALTH_MAX_STATUS", "206");
        assertThat(checked(readiness, "HTTP/1.1 " + status + " X\r\n\r\n")).isEqualTo(found);
    }

    @Test
    void interimAnswersAreNoAnswer() throws Exception {
        assertThat(checked(readiness(), "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 199 X\r\n\r\nHTTP/1.1 200 OK\r\n\r\n")).isEqualTo("null");
    }

    @Test
    void appThatClosesGivesNoAnswer() throws Exception {
        assertThat(checked(readiness(), "")).isEqualTo(at() + " gives no answer: closed without an answer");
    }

    @Test
    void appThatStaysSilentIsAskedForSoLongAtTheMost() throws Exception {
        CompletableFuture<String> found = checks(readiness(), Duration.ofMillis(20));
        try (AppSide side = new AppSide(app.accept())) {
            side.readHead();
            assertThat(side.closed()).isTrue();
            assertThat(found.get(PATIENCE_SECONDS, TimeUnit.SECONDS)).startsWith(at() + " gives no answer: ");
        }
    }

    @Test
    void whereAConnectionIsEnoughNothingIsAsked() throws Exception {
        CompletableFuture<String> found = checks(readiness("HEALTH_TCP_ONLY", "true"), LIMIT);
        try (AppSide side = new AppSide(app.accept())) {
            assertThat(side.ended()).isTrue();
        }
        assertThat(found.get(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo("null");
    }

    @Test
    void fullListenQueueIsNamed() throws Exception {
        try (ServerSocket busy = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            var waiting = AppAddressTest.full(busy);
            CompletableFuture<String> found = checks(new Readiness(LinkBed.config(busy.getLocalPort())), LIMIT);
            assertThat(found.get(PATIENCE_SECONDS, TimeUnit.SECONDS))
                    .isEqualTo("127.0.0.1:" + busy.getLocalPort() + " takes no connections: its listen queue is full");
            for (Socket socket : waiting) {
                socket.close();
            }
        }
    }

    @Test
    void itIsAskedAgainUntilItIsReady() throws Exception {
        Readiness readiness = readiness("HEALTH_PATH", "/health?key=secret");
        assertThat(readiness.fault()).isEqualTo("not looked at yet");
        assertThat(readiness.isReady()).isFalse();
        assertThat(readiness.await(Duration.ofMillis(1))).isFalse();
        Thread looking = Threads.virtual("test").start(readiness::run);
        for (int i = 0; i < 3; i++) {
            try (AppSide side = new AppSide(app.accept())) {
                side.readHead();
                side.send("HTTP/1.1 503 X\r\n\r\n");
            }
        }
        try (AppSide side = new AppSide(app.accept())) {
            side.readHead();
            assertThat(readiness.fault()).as("the query may hold a secret").isEqualTo("GET /health at " + at() + " gets status 503");
            assertThat(readiness.isReady()).isFalse();
            side.send("HTTP/1.1 200 OK\r\n\r\n");
        }
        assertThat(readiness.await(LIMIT)).isTrue();
        assertThat(readiness.isReady()).isTrue();
        assertThat(looking.join(LIMIT)).as("and no more").isTrue();
    }

    @Test
    void whoLooksEndsWhenItIsInterrupted() throws Exception {
        app.close();
        CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        Readiness readiness = readiness();
        Thread looking = Threads.virtual("test").start(() -> {
            readiness.run();
            interrupted.complete(Thread.currentThread().isInterrupted());
        });
        InvocationBed.until(() -> readiness.fault().startsWith("nothing listens"));
        looking.interrupt();
        assertThat(interrupted.get(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(readiness.isReady()).isFalse();
    }

    @Test
    void whatIsWrongIsToldInAFewPrintableCharacters() throws Exception {
        Readiness readiness = readiness("HEALTH_PATH", "/" + "x".repeat(400));
        Thread looking = Threads.virtual("test").start(readiness::run);
        try (AppSide side = new AppSide(app.accept())) {
            side.readHead();
            side.send("HTTP/1.1 500 X\r\n\r\n");
        }
        InvocationBed.until(() -> readiness.fault().startsWith("GET "));
        assertThat(readiness.fault()).isEqualTo("GET /" + "x".repeat(295));
        looking.interrupt();
        assertThat(looking.join(LIMIT)).isTrue();
    }

    @Test
    void octetsThatNobodyCanPrintAreNotToldOn() throws Exception {
        Readiness readiness = readiness();
        Thread looking = Threads.virtual("test").start(readiness::run);
        try (AppSide side = new AppSide(app.accept())) {
            side.readHead();
            side.send("HTTP/1.1 200 OK\r\n\u00e9\u0007: 1\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
        }
        InvocationBed.until(() -> readiness.fault().contains("gives no answer"));
        assertThat(readiness.fault()).matches("[ -~]+");
        looking.interrupt();
        assertThat(looking.join(LIMIT)).isTrue();
    }

    @Test
    void anAppThatTakesConnectionsIsThere() throws Exception {
        Readiness readiness = readiness();
        assertThat(LinkBed.inVirtualThread(readiness::accepts).get(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        app.close();
        assertThat(LinkBed.inVirtualThread(readiness::accepts).get(PATIENCE_SECONDS, TimeUnit.SECONDS)).isFalse();
    }
}
