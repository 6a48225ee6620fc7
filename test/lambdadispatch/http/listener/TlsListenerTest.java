// SPDX-License-Identifier: MIT
package lambdadispatch.http.listener;

import static lambdadispatch.support.WireFrame.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import lambdadispatch.base.Clock;
import lambdadispatch.http.server.Handler;
import lambdadispatch.http.server.Limits;
import lambdadispatch.net.SocketTransport;
import lambdadispatch.net.tls.KeyMaterial;
import lambdadispatch.net.tls.Pem;
import lambdadispatch.net.tls.Pinning;
import lambdadispatch.net.tls.SelfSigned;
import lambdadispatch.net.tls.TlsTransport;
import lambdadispatch.support.ConnectionLog;
import lambdadispatch.support.Http2Peer;
import lambdadispatch.support.Tool;
import lambdadispatch.support.WireFrame;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A TLS listener, met by the JDK's own `SSLSocket` and `HttpClient`.
@Timeout(120)
class TlsListenerTest {
    private static final KeyMaterial KEY = SelfSigned.create("listener", Clock.SYSTEM, Duration.ofDays(1));
    private static final Handler HELLO = exchange -> exchange.answer(200, "text/plain",
            ("hello over " + exchange.request().version() + " " + exchange.request().scheme()).getBytes(StandardCharsets.US_ASCII));
    private static final String REQUEST = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    @RegisterExtension
    final ConnectionLog log = new ConnectionLog();

    @TempDir
    Path folder;

    private Server start(KeyMaterial key) throws IOException {
        Server server = new Server("test", new InetSocketAddress("127.0.0.1", 0), key.serverContext(), Limits.DEFAULT, HELLO);
        server.start();
        return log.owns(server);
    }

    private static SSLSocket connect(Server server, KeyMaterial key, String protocol, String... alpn) throws IOException {
        SSLSocket socket = (SSLSocket) Pinning.context(key.certificateSha256()).getSocketFactory().createSocket("127.0.0.1",
                server.address().getPort());
        socket.setEnabledProtocols(new String[] {protocol});
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setApplicationProtocols(alpn);
        socket.setSSLParameters(parameters);
        return socket;
    }

    private static String ask(Socket socket) throws IOException {
        socket.getOutputStream().write(REQUEST.getBytes(StandardCharsets.US_ASCII));
        StringBuilder answer = new StringBuilder();
        while (!answer.toString().endsWith("https")) {
            int octet = socket.getInputStream().read();
            if (octet < 0) {
                break;
            }
            answer.append((char) octet);
        }
        return answer.toString();
    }

    @ParameterizedTest
    @CsvSource({"TLSv1.3, http/1.1", "TLSv1.2, http/1.1", "TLSv1.3, ''", "TLSv1.2, ''"})
    void http1IsSpokenWhereItWasAgreedOrNothingWas(String protocol, String alpn) throws IOException {
        Server server = start(KEY);
        try (SSLSocket socket = connect(server, KEY, protocol, alpn.isEmpty() ? new String[0] : new String[] {alpn})) {
            assertThat(ask(socket)).startsWith("HTTP/1.1 200 ").endsWith("hello over 11 https");
            assertThat(socket.getSession().getProtocol()).isEqualTo(protocol);
            assertThat(socket.getApplicationProtocol()).isEqualTo(alpn);
            assertThat(socket.getSession().getCipherSuite()).matches("TLS_(AES|CHACHA20|ECDHE)_.*(GCM|POLY1305).*"); // RFC 9113 §9.2.2
        }
    }

    @Test
    void http2IsSpokenWhereItWasAgreed() throws IOException {
        Server server = start(KEY);
        TlsTransport transport = TlsTransport.client(SocketTransport.connect(server.address(), Duration.ofSeconds(20)),
                Pinning.context(KEY.certificateSha256()),
                "localhost", server.address().getPort(), List.of("http/1.1", "h2"));
        Http2Peer peer = log.add(new Http2Peer(transport))
                .beginWith(WireFrame.headers(1, WireFrame.END_STREAM, ":method: GET", ":scheme: https", ":authority: a", ":path: /"));
        assertThat(peer.answer(1).text()).isEqualTo("hello over 20 https");
    }

    @Test
    void thePrefaceWithoutAlpnIsNotHttp2() throws IOException {
        Server server = start(KEY);
        try (SSLSocket socket = connect(server, KEY, "TLSv1.3")) {
            socket.getOutputStream().write(WireFrame.preface()); // RFC 9113 §3.3: over TLS, HTTP/2 is agreed on by ALPN
            socket.getOutputStream().write(get(1, "/").bytes());
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1)).startsWith("HTTP/1.1 ")
                    .containsAnyOf(" 400 ", " 505 ");
        }
    }

    @Test
    void anUpgradeToCleartextHttp2IsIgnoredOverTls() throws IOException {
        Server server = start(KEY);
        try (SSLSocket socket = connect(server, KEY, "TLSv1.3")) {
            socket.getOutputStream()
                    .write("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: \r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            byte[] start = socket.getInputStream().readNBytes(12);
            assertThat(new String(start, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 200");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256", "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA"})
    void suitesOfAppendixAAreNotAgreedOn(String suite) throws IOException {
        Server server = start(KEY);
        try (SSLSocket socket = connect(server, KEY, "TLSv1.2")) {
            socket.setEnabledCipherSuites(new String[] {suite});
            assertThatThrownBy(socket::startHandshake).isInstanceOf(SSLException.class);
        }
    }

    @Test
    void renegotiationIsRefused() throws IOException {
        Server server = start(KEY);
        try (SSLSocket socket = connect(server, KEY, "TLSv1.2", "http/1.1")) {
            assertThat(ask(socket)).endsWith("https");
            assertThatThrownBy(() -> {
                socket.startHandshake();
                ask(socket);
            }).isInstanceOf(IOException.class); // RFC 9113 §9.2.1
        }
    }

    @Test
    void newKeysInTheMiddleAreTakenUp() throws IOException {
        Server server = start(KEY);
        try (SSLSocket socket = connect(server, KEY, "TLSv1.3", "http/1.1")) {
            for (int i = 0; i < 5; i++) {
                assertThat(ask(socket)).endsWith("https");
                socket.startHandshake(); // KeyUpdate (RFC 8446 §4.6.3)
            }
            assertThat(ask(socket)).endsWith("https");
        }
    }

    @Test
    void closeNotifyIsSentAtTheEnd() throws IOException {
        Server server = start(KEY);
        try (SSLSocket socket = connect(server, KEY, "TLSv1.3", "http/1.1")) {
            socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            // the JDK's socket throws at a TCP end without close_notify
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)).startsWith("HTTP/1.1 200 ")
                    .endsWith("https");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"})
    void plaintextOnTheTlsPortIsToldWhereItIs(String plain) throws IOException {
        Server server = start(KEY);
        try (Socket socket = new Socket("127.0.0.1", server.address().getPort())) {
            socket.getOutputStream().write(plain.getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)).startsWith("HTTP/1.1 400 ")
                    .contains("use https");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void aCertificateLargerThanARecordGetsThrough(String protocol) throws Exception {
        Tool openssl = Tool.need("openssl");
        String names = IntStream.range(0, 800).mapToObj(i -> "DNS:host-number-" + i + ".example.com").collect(Collectors.joining(","));
        String key = folder.resolve("key.pem").toString();
        String certificate = folder.resolve("cert.pem").toString();
        openssl.run("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-subj", "/CN=large", "-addext",
                "subjectAltName=" + names).success();
        KeyMaterial large = Pem.load(Path.of(certificate), Path.of(key));
        assertThat(large.chain().getFirst().getEncoded().length).isGreaterThan(16_384);
        try (SSLSocket socket = connect(start(large), large, protocol, "http/1.1")) {
            assertThat(ask(socket)).endsWith("https");
        }
    }

    @Test
    void theJdksClientSpeaksHttp2() throws Exception {
        Server server = start(KEY);
        try (HttpClient client = HttpClient.newBuilder().sslContext(Pinning.context(KEY.certificateSha256())).build()) {
            HttpResponse<String> response =
                    client.send(HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + server.address().getPort() + "/")).build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_2);
            assertThat(response.body()).isEqualTo("hello over 20 https");
        }
    }
}
