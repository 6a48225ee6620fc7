// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import lambdadispatch.http.message.BodyReader;
import lambdadispatch.net.Input;
import lambdadispatch.support.Uncaught;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The thread that sends a body to the app: whatever becomes of it, the exchange that it works for hears of it.
@Timeout(60)
class RequestBodyTest {
    private static final Duration LONG = Duration.ofMinutes(5);

    private ServerSocket app;
    private AppConnection connection;
    private Socket accepted;

    @BeforeEach
    void connect() throws Exception {
        app = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        CompletableFuture<AppConnection> opened = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                opened.complete(AppConnection.open(AppAddress.localhost(app.getLocalPort())));
            } catch (IOException e) {
                opened.completeExceptionally(e);
            }
        });
        accepted = app.accept();
        connection = opened.get(20, TimeUnit.SECONDS);
    }

    @AfterEach
    void close() throws IOException {
        connection.close();
        accepted.close();
        app.close();
    }

    private RequestBody sends(Input.Source channel, long length) {
        return RequestBody.start(new BodyReader(new Input(channel, 4096, 64 << 10), length, 400), connection);
    }

    private static void finish(RequestBody body, Duration patience) throws Exception {
        CompletableFuture<Void> finished = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                body.finish(patience);
                finished.complete(null);
            } catch (IOException e) {
                finished.completeExceptionally(e);
            }
        });
        finished.get(40, TimeUnit.SECONDS);
    }

    @Test
    void bodyThatTheAppTakesIsSentWhole() throws Exception {
        RequestBody body = sends((into, offset, length) -> length, 100_000);
        assertThat(accepted.getInputStream().readNBytes(100_000)).hasSize(100_000);
        finish(body, LONG);
        assertThat(body.sentWhole()).isTrue();
        assertThat(body.channelFailed()).isFalse();
    }

    @Test
    void appThatHasAnsweredAndTakesNoMoreLosesItsConnectionSoThatTheRestCanBeDropped() throws Exception {
        RequestBody body = sends((into, offset, length) -> length, 64 << 20);
        finish(body, Duration.ofMillis(50));
        assertThat(body.sentWhole()).isFalse();
        assertThat(body.channelFailed()).isFalse();
    }

    @Test
    void channelThatBreaksInsideTheBodyBreaksTheAppsConnectionAndIsHeardOf() throws Exception {
        RequestBody body = sends((into, offset, length) -> {
            throw new IOException("reset");
        }, 10);
        assertThatThrownBy(() -> finish(body, LONG)).hasRootCauseMessage("reset");
        assertThat(accepted.getInputStream().read()).isNegative();
        assertThat(body.channelFailed()).isTrue();
    }

    @Test
    void senderThatDiesOfAFaultOfOursIsHeardOf() throws Exception {
        try (Uncaught uncaught = new Uncaught("request-body")) {
            RequestBody body = sends((into, offset, length) -> {
                throw new IllegalStateException("a fault of ours");
            }, 1);
            assertThatThrownBy(() -> finish(body, LONG)).hasRootCauseMessage("the request's body was not sent on");
            assertThat(accepted.getInputStream().read()).isNegative();
            assertThat(uncaught.next()).hasMessage("a fault of ours");
        }
    }
}
