// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import lambdadispatch.http.listener.Server;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The app's calls for being kept, and what it is told.
@Timeout(30)
class HoldPortTest {
    private final Hold hold = new Hold(Duration.ofSeconds(60));
    private final Server port = HoldPort.open(0, hold);
    private final HttpClient client = HttpClient.newHttpClient();

    @AfterEach
    void stop() {
        client.close();
        port.close();
    }

    private HttpResponse<String> send(String method, String target) throws Exception {
        URI uri = URI.create("http://127.0.0.1:" + port.address().getPort() + target);
        return client.send(HttpRequest.newBuilder(uri).method(method, HttpRequest.BodyPublishers.noBody()).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static long left(HttpResponse<String> answer) {
        return Long.parseLong(answer.body().replaceAll("\\{\"leftMs\":(\\d+)\\}", "$1"));
    }

    @Test
    void workIsKeptForUntilItIsDone() throws Exception {
        hold.begin(now -> now, System.nanoTime());
        HttpResponse<String> kept = send("PUT", "/holds/mail-7.a_B?seconds=20");
        assertThat(kept.statusCode()).isEqualTo(200);
        assertThat(left(kept)).isBetween(1L, 20_000L);
        assertThat(hold.leftMillis(System.nanoTime())).isPositive();
        HttpResponse<String> done = send("DELETE", "/holds/mail-7.a_B");
        assertThat(done.statusCode()).isEqualTo(200);
        assertThat(left(done)).isZero();
        assertThat(hold.leftMillis(System.nanoTime())).isZero();
    }

    @Test
    void whoIsNotKeptIsToldSo() throws Exception {
        HttpResponse<String> between = send("PUT", "/holds/mail?seconds=20");
        assertThat(between.statusCode()).as("no invocation runs").isEqualTo(409);
        assertThat(left(between)).isZero();
    }

    @ParameterizedTest
    @CsvSource({"GET, /holds/mail, 405", "POST, /holds/mail?seconds=1, 405", "PUT, /holds/mail, 409", "PUT, /holds/mail?seconds=0, 409",
            "PUT, /holds/mail?seconds=-1, 404",
            "PUT, /holds/mail?seconds=1e3, 404", "PUT, /holds/?seconds=1, 404", "PUT, /holds/a/b?seconds=1, 404", "PUT, /, 404",
            "DELETE, /holds, 404"})
    void nothingElseIsKeptFor(String method, String target, int status) throws Exception {
        hold.begin(now -> now, System.nanoTime());
        assertThat(send(method, target).statusCode()).isEqualTo(status);
        assertThat(hold.leftMillis(System.nanoTime())).isZero();
    }

    @Test
    void whereThePortIsTakenTheEnvironmentServesWithoutIt() throws IOException {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            assertThat(HoldPort.open(other.getLocalPort(), hold)).isNull();
        }
    }
}
