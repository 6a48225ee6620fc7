// SPDX-License-Identifier: MIT
package lambdadispatch.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import lambdadispatch.base.json.Json;
import lambdadispatch.http.client.Http1Client;
import lambdadispatch.http.listener.Server;
import lambdadispatch.http.message.Headers;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Each route, over a socket.
@Timeout(30)
class DemoAppTest {
    private static Server server;
    private static Http1Client client;

    private record Answer(int status, Headers headers, byte[] body) {
        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }
    }

    @BeforeAll
    static void start() throws IOException {
        server = Main.start(new DemoConfig(0, Duration.ZERO, true));
        client = new Http1Client(Http1Client.Options.DEFAULT);
    }

    @AfterAll
    static void stop() {
        client.close();
        server.close();
    }

    @Test
    void pingAnswersFourBytes() throws IOException {
        assertThat(get("/ping").text()).isEqualTo("pong");
    }

    @Test
    void indexListsEveryRoute() throws IOException {
        assertThat(get("/").text()).contains("/ping", "/echo", "/bytes?n=10m", "/sse?ms=250&amp;n=20", "/crash?code=1", "</html>");
        assertThat(get("/nothing").status()).isEqualTo(404);
    }

    @Test
    void bytesAreReproducibleAndTheirHashIsTold() throws Exception {
        byte[] whole = get("/bytes?n=100001").body();
        assertThat(whole).hasSize(100_001).startsWith(get("/bytes?n=70000").body());
        assertThat(get("/sha256?n=100001").text().strip()).isEqualTo(sha256(whole));
        assertThat(get("/bytes?n=1k").headers().get("content-length")).isEqualTo("1024");
        assertThat(get("/bytes?n=0").body()).isEmpty();
    }

    @Test
    void chunkedBytesCarryTheirHashInATrailerField() throws IOException {
        String raw = raw("GET /bytes?n=20&chunked HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        assertThat(raw).contains("trailer: x-content-sha256").containsIgnoringCase("transfer-encoding: chunked");
        assertThat(raw).endsWith("x-content-sha256: " + get("/sha256?n=20").text().strip() + "\r\n\r\n");
    }

    @Test
    void echoSendsEachPieceBackBeforeTheNextIsThere() throws IOException {
        try (Socket socket = connect()) {
            OutputStream out = socket.getOutputStream();
            BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
            out.write(ascii("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"));
            assertThat(in.readLine()).isEqualTo("HTTP/1.1 200 OK"); // the head comes before any of the body was sent
            skipHead(in);
            for (String piece : new String[] {"first", "and second"}) {
                out.write(ascii(Integer.toHexString(piece.length()) + "\r\n" + piece + "\r\n"));
                assertThat(in.readLine()).isEqualTo(Integer.toHexString(piece.length()));
                assertThat(in.readLine()).isEqualTo(piece);
            }
            out.write(ascii("0\r\nx-sum: 7\r\n\r\n"));
            assertThat(in.readLine()).isEqualTo("0");
            assertThat(in.readLine()).isEqualTo("x-sum: 7");
        }
    }

    @Test
    void uploadCountsAndHashes() throws Exception {
        byte[] body = new byte[300_000];
        new java.util.Random(3).nextBytes(body);
        Json.JsonObject told = Json.parseObject(send("POST", "/upload", new Headers(), body).body());
        assertThat(told.number("bytes")).hasValue(300_000);
        assertThat(told.text("sha256")).contains(sha256(body));
    }

    @Test
    void headersAreToldInOrderWithDuplicates() throws IOException {
        Json.JsonObject told = Json.parseObject(send("GET", "/headers?x=%20y", Headers.of("B", "1", "a", "2", "b", "3"), null).body());
        assertThat(told.text("target")).contains("/headers?x=%20y");
        assertThat(told.items("headers").toString()).contains("[\"B\",\"1\"], [\"a\",\"2\"], [\"b\",\"3\"]");
    }

    @Test
    void statusIsTheOneAskedFor() throws IOException {
        assertThat(get("/status?code=503").status()).isEqualTo(503);
        assertThat(get("/status?code=204").body()).isEmpty();
        assertThat(get("/status?code=304").status()).isEqualTo(304);
        assertThat(get("/status?code=101").status()).isEqualTo(400);
        assertThat(get("/status?code=teapot").status()).isEqualTo(400);
    }

    @Test
    void earlyHintsComeBeforeTheAnswer() throws IOException {
        assertThat(raw("GET /early-hints HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 103 Early Hints\r\n").contains("\r\n\r\nHTTP/1.1 200 OK\r\n");
    }

    @Test
    void eventsCarryTheirNumberAndTime() throws IOException {
        String events = get("/sse?ms=1&n=3").text();
        assertThat(events.split("\n\n")).hasSize(3)
                .allMatch(event -> event.matches("(?s)id: \\d\\ndata: \\{\"number\":\\d,\"time\":\"[^\"]+\",\"epochMicros\":\\d{16}}\\n*"));
    }

    @Test
    void clientThatLeavesEndsADelay() throws Exception {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(ascii("GET /delay?ms=20000 HTTP/1.1\r\nHost: x\r\n\r\n"));
            until("\"running\":2");
        }
        until("\"clientsGone\":1");
        until("\"running\":1");
    }

    @Test
    void imageIsAPngThatCanBeRevalidated() throws IOException {
        Answer image = get("/image.png");
        assertThat(image.body()).startsWith(0x89, 'P', 'N', 'G').endsWith('I', 'E', 'N', 'D', 0xAE, 0x42, 0x60, 0x82);
        assertThat(send("GET", "/image.png", Headers.of("If-None-Match", image.headers().get("etag")), null).status()).isEqualTo(304);
        assertThat(send("HEAD", "/image.png", new Headers(), null).headers().get("content-length"))
                .isEqualTo(Integer.toString(image.body().length));
    }

    @Test
    void faultsAreBrokenAsTheySay() throws IOException {
        assertThat(raw("GET /early-close?n=10 HTTP/1.1\r\nHost: x\r\n\r\n")).contains("content-length: 11").endsWith("\0".repeat(10));
        assertThat(raw("GET /garbage HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")).contains("\r\n\1this is no field\r\n");
    }

    @Test
    void faultsAreNotThereUnlessSwitchedOn() throws IOException {
        try (Server plain = Main.start(new DemoConfig(0, Duration.ofMinutes(1), false))) {
            for (String path : new String[] {"/crash", "/garbage", "/early-close"}) {
                assertThat(send("GET", uri(plain, path), new Headers(), null).status()).as(path).isEqualTo(404);
            }
            assertThat(send("GET", uri(plain, "/health"), new Headers(), null).status()).isEqualTo(503);
        }
        assertThat(get("/health").status()).isEqualTo(200);
    }

    @Test
    void portComesFromPortThenFromTheExtensionsVariable() {
        assertThat(DemoConfig.from(Map.of()).port()).isEqualTo(3001);
        assertThat(DemoConfig.from(Map.of("LAMBDA_DISPATCH_PORT", "4000")).port()).isEqualTo(4000);
        assertThat(DemoConfig.from(Map.of("LAMBDA_DISPATCH_PORT", "4000", "PORT", "5000")).port()).isEqualTo(5000);
        assertThatThrownBy(() -> DemoConfig.from(Map.of("PORT", "http"))).hasMessageContaining("PORT=http");
    }

    private static void until(String stats) throws IOException {
        long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (!get("/stats").text().contains(stats)) {
            assertThat(System.nanoTime()).as("time for " + stats).isLessThan(deadline);
        }
    }

    private static Answer get(String path) throws IOException {
        return send("GET", path, new Headers(), null);
    }

    private static Answer send(String method, String path, Headers headers, byte[] body) throws IOException {
        return send(method, uri(server, path), headers, body);
    }

    private static Answer send(String method, URI uri, Headers headers, byte[] body) throws IOException {
        try (Http1Client.Response response = client.send(method, uri, headers, body)) {
            return new Answer(response.status(), response.headers(), response.bytes(1 << 20));
        }
    }

    private static URI uri(Server at, String path) {
        return URI.create("http://127.0.0.1:" + at.address().getPort() + path);
    }

    private static Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.address().getPort());
        socket.setSoTimeout(10_000);
        return socket;
    }

    /// Everything that comes back until the connection ends.
    private static String raw(String request) throws IOException {
        try (Socket socket = connect(); InputStream in = socket.getInputStream()) {
            socket.getOutputStream().write(ascii(request));
            return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    private static void skipHead(BufferedReader in) throws IOException {
        while (!in.readLine().isEmpty()) {
            // up to the empty line
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static String sha256(byte[] data) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(data));
    }
}
