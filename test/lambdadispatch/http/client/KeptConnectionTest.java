// SPDX-License-Identifier: MIT
package lambdadispatch.http.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;
import lambdadispatch.http.message.Headers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What the client does with a connection that it has kept, and with one that is lost: no request reaches a server twice that must not.
@Timeout(60)
class KeptConnectionTest {
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static final Http1Client.Options OPTIONS = Http1Client.Options.DEFAULT;

    /// What the server does with a request on a connection that has served one.
    private enum Loss {
        ENDS_BEFORE_IT_IS_SENT, RESETS_BEFORE_IT_IS_SENT, SPEAKS_BEFORE_IT_IS_SENT, RESETS_WHILE_IT_IS_SENT, ENDS_BEHIND_IT,
        RESETS_BEHIND_IT,
        RESETS_LATER
    }

    private final BlockingQueue<Socket> accepted = new LinkedBlockingQueue<>();
    private final List<String> seen = new CopyOnWriteArrayList<>(); // the line of each request that came, whole or not
    private ServerSocket listener;
    private URI uri;
    private Thread sender;
    private Http1Client client = new Http1Client(OPTIONS);

    @BeforeEach
    void listen() throws IOException {
        listener = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
        uri = URI.create("http://127.0.0.1:" + listener.getLocalPort() + "/");
        Thread.ofVirtual().start(() -> {
            try {
                while (true) {
                    accepted.add(listener.accept());
                }
            } catch (IOException closed) {
                return; // the test is over
            }
        });
    }

    @AfterEach
    void close() throws IOException {
        client.close();
        listener.close();
        for (Socket socket : accepted) {
            socket.close();
        }
    }

    private FutureTask<String> send(String method, byte[] body) {
        FutureTask<String> task = new FutureTask<>(() -> {
            try (Http1Client.Response response = client.send(method, uri, new Headers(), body)) {
                return response.status() + " " + new String(response.bytes(100), StandardCharsets.US_ASCII);
            }
        });
        sender = Thread.ofVirtual().start(task);
        return task;
    }

    /// The request is written, and its answer is waited for.
    private void untilItsSenderWaits() {
        while (sender.getState() != Thread.State.WAITING && sender.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
    }

    /// Reads up to the end of the next head.
    private void readHead(Socket socket) throws IOException {
        StringBuilder head = new StringBuilder();
        InputStream in = socket.getInputStream();
        while (head.indexOf("\r\n\r\n") < 0) {
            int octet = in.read();
            if (octet < 0) {
                throw new IOException("the client left");
            }
            head.append((char) octet);
        }
        seen.add(head.substring(0, head.indexOf("\r\n")));
    }

    private static void answer(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static void reset(Socket socket) throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    /// The first request and its answer: the connection is kept now.
    private Socket kept() throws Exception {
        FutureTask<String> first = send("GET", null);
        Socket socket = accepted.take();
        readHead(socket);
        answer(socket, OK);
        assertThat(first.get()).isEqualTo("200 ok");
        return socket;
    }

    private void lose(Socket socket, Loss how) throws IOException {
        switch (how) {
            case ENDS_BEFORE_IT_IS_SENT -> socket.close();
            case RESETS_BEFORE_IT_IS_SENT -> reset(socket);
            case SPEAKS_BEFORE_IT_IS_SENT -> answer(socket, "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n");
            case RESETS_WHILE_IT_IS_SENT -> {
                readHead(socket);
                reset(socket);
            }
            case ENDS_BEHIND_IT -> {
                readHead(socket);
                socket.getInputStream().readNBytes(5);
                socket.close();
            }
            case RESETS_BEHIND_IT -> {
                readHead(socket);
                socket.getInputStream().readNBytes(5);
                reset(socket);
            }
            case RESETS_LATER -> {
                readHead(socket);
                socket.getInputStream().readNBytes(5);
                untilItsSenderWaits(); // the server works on it
                reset(socket);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Loss.class)
    void whatMustNotBeSentTwiceIsNotWheneverTheConnectionIsLost(Loss how) throws Exception {
        Socket first = kept();
        boolean before = how.name().endsWith("BEFORE_IT_IS_SENT");
        if (before) {
            lose(first, how);
        }
        FutureTask<String> post =
                send("POST", how == Loss.RESETS_WHILE_IT_IS_SENT ? new byte[16 << 20] : "hello".getBytes(StandardCharsets.US_ASCII));
        if (before) {
            Socket fresh = accepted.take();
            readHead(fresh);
            answer(fresh, OK);
            assertThat(post.get()).as("what had gone before is no fault of this request").isEqualTo("200 ok");
            fresh.close();
        } else {
            lose(first, how);
            assertThatThrownBy(post::get).hasCauseInstanceOf(IOException.class);
        }
        assertThat(seen).as("two sends, two requests").containsExactly("GET / HTTP/1.1", "POST / HTTP/1.1");
        assertThat(accepted).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(value = Loss.class, names = {"ENDS_BEHIND_IT", "RESETS_BEHIND_IT", "RESETS_LATER"})
    void whatChangesNothingIsSentOnceMoreOnAFreshConnection(Loss how) throws Exception {
        Socket first = kept();
        FutureTask<String> get = send("GET", "hello".getBytes(StandardCharsets.US_ASCII));
        lose(first, how);
        Socket fresh = accepted.take();
        readHead(fresh);
        answer(fresh, OK);
        assertThat(get.get()).isEqualTo("200 ok");
        fresh.close();
    }

    @Test
    void aConnectionThatNobodyAsksForAgainIsClosedWhenItsTimeIsOver() throws Exception {
        client = new Http1Client(OPTIONS.withIdle(Duration.ofMillis(100)));
        Socket first = kept();
        assertThat(first.getInputStream().read()).as("closed by the client, by itself").isEqualTo(-1);
        Socket second = kept();
        assertThat(second.getInputStream().read()).as("and so is the one after it").isEqualTo(-1);
    }

    @Test
    void aClientThatKeepsNothingSaysSoAndClosesBehindEachResponse() throws Exception {
        client = new Http1Client(OPTIONS.withIdle(Duration.ZERO));
        Socket first = kept();
        assertThat(first.getInputStream().read()).isEqualTo(-1);
        FutureTask<String> second = send("GET", null);
        Socket socket = accepted.take();
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) socket.getInputStream().read());
        }
        assertThat(head.toString()).containsOnlyOnce("connection: close\r\n");
        answer(socket, OK);
        second.get();
        socket.close();
    }

    @Test
    void aPeerThatDoesNotReadHoldsNoThreadForEver() throws Exception {
        client = new Http1Client(OPTIONS.withWrite(Duration.ofMillis(200)));
        FutureTask<String> post = send("POST", new byte[64 << 20]);
        Socket socket = accepted.take();
        assertThatThrownBy(post::get).hasCauseInstanceOf(SocketTimeoutException.class)
                .hasMessageContaining("did not take the request in time");
        socket.close();
    }

    @Test
    void aBodyThatTricklesInIsNotWaitedForBeyondTheResponsesLimit() throws Exception {
        client = new Http1Client(OPTIONS.withResponse(Duration.ofMillis(500)));
        FutureTask<String> get = send("GET", null);
        Socket socket = accepted.take();
        readHead(socket);
        answer(socket, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n");
        Thread.ofVirtual().start(() -> {
            try {
                while (true) {
                    answer(socket, ".");
                    LockSupport.parkNanos(10_000_000); // it trickles
                }
            } catch (IOException left) {
                return; // which is what the test waits for
            }
        });
        assertThatThrownBy(get::get).hasCauseInstanceOf(SocketTimeoutException.class);
        socket.close();
    }
}
