// SPDX-License-Identifier: MIT
package lambdadispatch.http.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import lambdadispatch.carrier.Threads;
import lambdadispatch.http.message.BodyReader;
import lambdadispatch.http.message.HeadParser;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.message.RequestHead;
import lambdadispatch.net.Input;
import lambdadispatch.net.SocketTransport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The client over real sockets, against a server that says what it is told.
class Http1ClientTest {
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static final Http1Client.Options HASTY = Http1Client.Options.DEFAULT.withResponse(Duration.ofMillis(150));

    private final List<String> heads = new CopyOnWriteArrayList<>(); // each request's line and fields
    private final List<Integer> connections = new CopyOnWriteArrayList<>(); // which connection each came on
    private final List<String> answers = new CopyOnWriteArrayList<>(); // the next to give; "" closes, "..." says nothing
    private ServerSocketChannel listener;
    private Http1Client client;
    private URI uri;

    @BeforeEach
    void listen() throws IOException {
        listener = ServerSocketChannel.open().bind(new InetSocketAddress("127.0.0.1", 0));
        uri = URI.create("http://127.0.0.1:" + listener.socket().getLocalPort() + "/path?a=b%20c");
        client = new Http1Client(Http1Client.Options.DEFAULT);
        Threads.virtual("test").start(() -> {
            for (int number = 0; listener.isOpen(); number++) {
                accept(number);
            }
        });
    }

    private void accept(int number) {
        try {
            SocketTransport transport = new SocketTransport(listener.accept());
            Threads.virtual("test").start(() -> serve(transport, number));
        } catch (IOException closed) {
            return; // the test is over
        }
    }

    private void serve(SocketTransport transport, int number) {
        try (transport) {
            Input in = new Input(transport::read, 1024, 64 << 10);
            HeadParser parser = new HeadParser(64 << 10, 100);
            RequestHead head = new RequestHead();
            while (parser.parseRequest(in, head)) {
                BodyReader body = BodyReader.of(in, head);
                byte[] buffer = new byte[1000];
                int count = Math.max(0, body.read(buffer, 0, buffer.length));
                heads.add(head.method() + " " + head.target() + "\n" + head.headers()
                        + new String(buffer, 0, count, StandardCharsets.US_ASCII));
                connections.add(number);
                String answer = answers.isEmpty() ? OK : answers.removeFirst();
                if (answer.isEmpty()) {
                    return;
                }
                if (!answer.equals("...")) {
                    transport.write(answer.getBytes(StandardCharsets.ISO_8859_1), 0, answer.length());
                }
            }
        } catch (IOException gone) {
            return; // the client closed
        }
    }

    @AfterEach
    void close() throws IOException {
        client.close();
        listener.close();
    }

    private String get() throws IOException {
        return send("GET", null);
    }

    private String send(String method, byte[] body) throws IOException {
        try (Http1Client.Response response = client.send(method, uri, Headers.of("x", "y"), body)) {
            return response.status() + " " + new String(response.bytes(1000), StandardCharsets.US_ASCII);
        }
    }

    @Test
    void sendsPathAndQueryAsTheyAreAndAddsHost() throws IOException {
        assertThat(get()).isEqualTo("200 ok");
        assertThat(heads).containsExactly("GET /path?a=b%20c\nhost: 127.0.0.1:" + uri.getPort() + "\nx: y\n");
    }

    @Test
    void sendsABodyWithItsLength() throws IOException {
        send("POST", "hello".getBytes(StandardCharsets.US_ASCII));
        assertThat(heads.getFirst()).endsWith("content-length: 5\nhello");
        send("POST", null);
        assertThat(heads.getLast()).as("a POST without a body says so (RFC 9110 §8.6)").endsWith("content-length: 0\n");
        send("DELETE", null);
        assertThat(heads.getLast()).doesNotContain("content-length");
    }

    @Test
    void aConnectionIsUsedAgain() throws IOException {
        for (int i = 0; i < 5; i++) {
            get();
        }
        assertThat(connections).containsExactly(0, 0, 0, 0, 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"})
    void aConnectionThatMayNotBeUsedAgainIsNot(String answer) throws IOException {
        answers.add(answer);
        assertThat(get()).isEqualTo("200 ok");
        assertThat(get()).isEqualTo("200 ok");
        assertThat(connections).containsExactly(0, 1);
    }

    @Test
    void aBodyThatIsNotReadWholeCostsTheConnection() throws IOException {
        client.send("GET", uri, new Headers(), null).close();
        get();
        assertThat(connections).containsExactly(0, 1);
    }

    @Test
    void aConnectionThatTheServerClosedMeanwhileIsReplacedOnce() throws IOException {
        get();
        answers.add("");
        assertThat(get()).isEqualTo("200 ok");
        assertThat(connections).containsExactly(0, 0, 1);
    }

    @Test
    void aFreshConnectionThatIsClosedIsAFailure() {
        answers.add("");
        assertThatThrownBy(this::get).isInstanceOf(IOException.class);
        assertThat(heads).hasSize(1);
    }

    @Test
    void aResponseThatWasBegunIsNotAskedForTwice() throws IOException {
        get();
        answers.add("HTTP/1.1 100 Continue\r\n\r\n");
        answers.add("HTTP/1.1 200 OK\r\nConte");
        try (Http1Client hasty = new Http1Client(HASTY)) {
            assertThatThrownBy(() -> hasty.send("GET", uri, new Headers(), null)).isInstanceOf(SocketTimeoutException.class);
            assertThatThrownBy(() -> hasty.send("GET", uri, new Headers(), null)).isInstanceOf(SocketTimeoutException.class);
        }
        assertThat(heads).hasSize(3);
    }

    @Test
    void aServerThatSaysNothingIsWaitedForNoLongerThanAsked() throws IOException {
        answers.add("...");
        answers.add("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe");
        try (Http1Client hasty = new Http1Client(HASTY)) {
            assertThatThrownBy(() -> hasty.send("GET", uri, new Headers(), null)).isInstanceOf(SocketTimeoutException.class);
            try (Http1Client.Response response = hasty.send("GET", uri, new Headers(), null)) {
                assertThatThrownBy(() -> response.bytes(100)).isInstanceOf(SocketTimeoutException.class);
            }
        }
    }

    @Test
    void aBodyBeyondWhatIsWantedIsRefused() throws IOException {
        try (Http1Client.Response response = client.send("GET", uri, new Headers(), null)) {
            assertThatThrownBy(() -> response.bytes(1)).hasMessageContaining("longer than 1");
        }
    }

    @Test
    void originsHaveTheirDefaultPortsAndOthersAreRefused() {
        assertThat(Origin.of(URI.create("http://a/x"))).isEqualTo(new Origin(false, "a", 80));
        assertThat(Origin.of(URI.create("HTTPS://a"))).isEqualTo(new Origin(true, "a", 443));
        assertThat(Origin.of(URI.create("http://[::1]:81/"))).isEqualTo(new Origin(false, "::1", 81));
        for (String bad : new String[] {"/x", "ftp://a/", "http:///x"}) {
            assertThatThrownBy(() -> Origin.of(URI.create(bad))).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void aClosedClientConnectsNoMore() throws IOException {
        get();
        client.close();
        assertThatThrownBy(this::get).isInstanceOf(IOException.class).hasMessageContaining("closed");
    }
}
