// SPDX-License-Identifier: MIT
package lambdadispatch.aws.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.FutureTask;
import javax.net.ssl.SSLException;
import lambdadispatch.http.client.Http1Client;
import lambdadispatch.http.message.Headers;
import lambdadispatch.support.FakeService.Manner;
import lambdadispatch.support.FakeService.Reply;
import lambdadispatch.support.FakeService;
import lambdadispatch.support.SocketTimers;
import lambdadispatch.support.TestCertificate;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// TLS and TCP of the invoker.
@Timeout(60)
class InvokerConnectionTest {
    @TempDir
    static Path home;

    private static TestCertificate ours;

    @BeforeAll
    static void certify() {
        ours = TestCertificate.of(home, "ip:127.0.0.1");
    }

    @Test
    void invokeGoesOverTlsToAServerOfATrustedAuthority() throws IOException {
        try (FakeService service = new FakeService(ours.server(), _ -> Reply.ok("1"));
                Invoked invoked = new Invoked(home, service).set("AWS_CA_BUNDLE", ours.pem())) {
            assertThat(invoked.result()).isEqualTo("returned 1");
            assertThat(invoked.result()).isEqualTo("returned 1");
            assertThat(service.connections()).isEqualTo(2);
        }
    }

    @Test
    void serverOfAnUnknownAuthorityGetsNothing() {
        try (FakeService service = new FakeService(ours.server(), _ -> Reply.ok("1")); Invoked invoked = new Invoked(home, service)) {
            assertThatThrownBy(invoked::result).isInstanceOf(SSLException.class).hasMessageContaining("PKIX path building failed");
            assertThat(service.asked()).isEmpty();
        }
    }

    @Test
    void serverWithAnothersCertificateGetsNothing() {
        TestCertificate others = TestCertificate.of(home, "dns:lambda.eu-north-1.amazonaws.com");
        try (FakeService service = new FakeService(others.server(), _ -> Reply.ok("1"));
                Invoked invoked = new Invoked(home, service).set("AWS_CA_BUNDLE", others.pem())) {
            assertThatThrownBy(invoked::result).isInstanceOf(SSLException.class).hasMessageContaining("127.0.0.1");
            assertThat(service.asked()).isEmpty();
        }
    }

    @Test
    void handshakeThatDoesNotComeToAnEndIsATimeout() throws Exception {
        try (ServerSocket deaf = new ServerSocket(0, 10, InetAddress.getByName("127.0.0.1"));
                Http1Client client = new Http1Client(Http1Client.Options.DEFAULT.withConnect(Duration.ofMillis(200)))) {
            URI uri = URI.create("https://127.0.0.1:" + deaf.getLocalPort());
            FutureTask<Object> waiting = new FutureTask<>(() -> client.send("GET", uri, new Headers(), null));
            Thread.ofVirtual().start(waiting);
            assertThatThrownBy(waiting::get).hasCauseInstanceOf(SocketTimeoutException.class)
                    .hasMessageContaining("TLS handshake with 127.0.0.1:" + deaf.getLocalPort());
        }
    }

    /// What the kernel says about the socket: its keep-alive timer runs, and the first probe comes well before the 350 s after which paths
    /// on AWS drop an idle connection.
    @Test
    void silentConnectionIsProbedWellBeforePathsDropIt() throws Exception {
        try (FakeService service = new FakeService(ours.server(), _ -> Reply.ok("1").in(Manner.SILENT));
                Invoked invoked = new Invoked(home, service).set("AWS_CA_BUNDLE", ours.pem())) {
            FutureTask<String> waiting = new FutureTask<>(invoked::result);
            Thread thread = Thread.ofVirtual().start(waiting);
            double seconds = SocketTimers.secondsToProbe(service.uri().getPort());
            assertThat(seconds).isBetween(0.0, 60.0);
            service.close();
            thread.join();
            assertThatThrownBy(waiting::get).hasRootCauseInstanceOf(IOException.class);
        }
    }
}
