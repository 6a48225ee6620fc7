// SPDX-License-Identifier: MIT
package lambdadispatch.http.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import lambdadispatch.http.message.Headers;
import lambdadispatch.net.Deadline;
import lambdadispatch.support.MemoryTransport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// One connection of the client over a pipe: the octets of a request, the limits of an exchange, and what is left of it.
@Timeout(60)
class ClientConnectionTest {
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static final URI ROOT = URI.create("http://a/");
    private static final Http1Client.Options OPTIONS = Http1Client.Options.DEFAULT;

    private final MemoryTransport[] ends = MemoryTransport.pair(1 << 16);
    private final ClientPool pool = pool(OPTIONS);

    private static ClientPool pool(Http1Client.Options options) {
        return new ClientPool(options, new ClientConnector(options, ClientConnector.Names.SYSTEM));
    }

    @AfterEach
    void close() {
        pool.close();
        ends[0].close();
        ends[1].close();
    }

    private ClientConnection connection(ClientPool of, Duration writeLimit) {
        return new ClientConnection(of, Origin.of(ROOT), ends[1], writeLimit);
    }

    private void say(String text) throws IOException {
        ends[0].write(text.getBytes(StandardCharsets.ISO_8859_1), 0, text.length());
    }

    private String heard() throws IOException {
        byte[] octets = new byte[ends[0].unread()];
        int count = octets.length == 0 ? 0 : ends[0].read(octets, 0, octets.length);
        return new String(octets, 0, count, StandardCharsets.ISO_8859_1);
    }

    private String request(ClientPool of, String method, String uri, Headers headers, byte[] body) throws IOException {
        say(OK);
        connection(of, Duration.ZERO).exchange(method, URI.create(uri), headers, body, Duration.ZERO).bytes(2);
        return heard();
    }

    @ParameterizedTest
    @CsvSource({"http://a, /", "http://a/, /", "http://a?b=%20c, /?b=%20c", "http://a/b%2fc?d, /b%2fc?d", "http://a/b#c, /b"})
    void theTargetIsPathAndQueryAsTheyAre(String uri, String target) throws IOException {
        assertThat(request(pool, "GET", uri, new Headers(), null)).isEqualTo("GET " + target + " HTTP/1.1\r\nhost: a\r\n\r\n");
    }

    @Test
    void theHostIsTheAuthorityUnlessTheCallerSaysOne() throws IOException {
        assertThat(request(pool, "GET", "http://a:81/", new Headers(), null)).contains("\r\nhost: a:81\r\n");
        assertThat(request(pool, "GET", "http://a/", Headers.of("Host", "b"), null)).isEqualTo("GET / HTTP/1.1\r\nHost: b\r\n\r\n");
    }

    @ParameterizedTest
    @CsvSource({"POST, true", "PUT, true", "GET, false", "DELETE, false"})
    void whoMaySendABodySaysThatThereIsNone(String method, boolean said) throws IOException { // RFC 9110 §8.6
        String none = said ? "content-length: 0\r\n" : "";
        assertThat(request(pool, method, "http://a/", new Headers(), null))
                .isEqualTo(method + " / HTTP/1.1\r\nhost: a\r\n" + none + "\r\n");
        byte[] body = "hi".getBytes(StandardCharsets.US_ASCII);
        assertThat(request(pool, method, "http://a/", new Headers(), body)).endsWith("\r\nhost: a\r\ncontent-length: 2\r\n\r\nhi");
        assertThat(request(pool, method, "http://a/", Headers.of("content-length", "2"), body))
                .isEqualTo(method + " / HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\nhi");
    }

    @Test
    void whoKeepsNoConnectionSaysSoOnce() throws IOException {
        try (ClientPool none = pool(OPTIONS.withIdle(Duration.ZERO))) {
            assertThat(request(none, "GET", "http://a/", new Headers(), null))
                    .isEqualTo("GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
        }
        assertThatThrownBy(() -> ends[1].read(new byte[1], 0, 1)).isInstanceOf(ClosedChannelException.class);
    }

    @Test
    void aCallersOwnConnectionFieldIsTheOnlyOneAndItsCloseCloses() throws IOException {
        say(OK);
        ClientConnection connection = connection(pool, Duration.ZERO);
        connection.exchange("GET", ROOT, Headers.of("Connection", "close"), null, Duration.ZERO).bytes(2);
        assertThat(heard()).isEqualTo("GET / HTTP/1.1\r\nhost: a\r\nConnection: close\r\n\r\n");
        assertThat(pool.takeIdle(Origin.of(ROOT))).isNull();
        assertThatThrownBy(() -> ends[1].read(new byte[1], 0, 1)).isInstanceOf(ClosedChannelException.class);
    }

    @Test
    void nothingOfARequestIsSentWithTheNext() throws IOException {
        ClientConnection connection = connection(pool, Duration.ZERO);
        for (String path : new String[] {"http://a/one", "http://a/2"}) {
            say(OK);
            connection.exchange("GET", URI.create(path), new Headers(), null, Duration.ZERO).bytes(2);
            assertThat(heard()).isEqualTo("GET " + path.substring(8) + " HTTP/1.1\r\nhost: a\r\n\r\n");
            assertThat(pool.takeIdle(Origin.of(ROOT))).isSameAs(connection);
        }
    }

    private static void pass(Duration time) throws InterruptedException {
        CountDownLatch later = new CountDownLatch(1);
        try (Deadline deadline = new Deadline(later::countDown)) {
            deadline.arm(time);
            later.await();
        }
    }

    /// The limit is longer each time, until this machine writes a request within it.
    @Test
    void theLimitForARequestEndsWithItAndIsNoneForTheResponse() throws Exception {
        boolean written = false;
        for (long millis = 100; !written; millis *= 2) {
            MemoryTransport[] pipe = MemoryTransport.pair(1 << 16);
            ClientConnection connection = new ClientConnection(pool, Origin.of(ROOT), pipe[1], Duration.ofMillis(millis));
            FutureTask<Integer> exchange = new FutureTask<>(
                    () -> connection.exchange("GET", ROOT, new Headers(), null, Duration.ZERO).bytes(2).length);
            Thread.ofVirtual().start(exchange);
            while (!pipe[1].readerWaits() && !exchange.isDone()) {
                Thread.onSpinWait();
            }
            written = !exchange.isDone();
            if (written) {
                pass(Duration.ofMillis(millis + 100));
                pipe[0].write(OK.getBytes(StandardCharsets.US_ASCII), 0, OK.length());
                assertThat(exchange.get()).isEqualTo(2);
            } else {
                assertThatThrownBy(exchange::get).hasCauseInstanceOf(SocketTimeoutException.class);
            }
            pipe[0].close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 200 OK\r\nConte"})
    void anEndBeforeTheFinalHeadIsOneOfAStaleConnectionOnlyBeforeAnythingCame(String before) throws IOException {
        say(before);
        ends[0].shutdownOutput();
        Class<? extends IOException> expected = before.isEmpty() ? ClientConnection.Stale.class : EOFException.class;
        assertThatThrownBy(() -> connection(pool, Duration.ZERO).exchange("GET", ROOT, new Headers(), null, Duration.ZERO))
                .isExactlyInstanceOf(expected);
        assertThatThrownBy(() -> ends[1].read(new byte[1], 0, 1)).isInstanceOf(ClosedChannelException.class);
    }

    @ParameterizedTest
    @CsvSource({"'', true", "'HTTP/1.1 100 Continue\r\n\r\n', false", "'HTTP/1.1 2', false"})
    void soIsAReset(String before, boolean stale) throws Exception {
        FutureTask<?> exchange = new FutureTask<>(
                () -> connection(pool, Duration.ZERO).exchange("GET", ROOT, new Headers(), null, Duration.ZERO));
        say(before);
        Thread.ofVirtual().start(exchange);
        while (!ends[1].readerWaits() || ends[1].unread() > 0) {
            Thread.onSpinWait();
        }
        ends[0].reset();
        assertThatThrownBy(exchange::get).satisfies(e -> assertThat(e.getCause()).isInstanceOf(IOException.class)
                .matches(cause -> cause instanceof ClientConnection.Stale == stale));
    }

    @Test
    void aHeadIsAnsweredWithoutABody() throws IOException {
        say("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
        ClientConnection connection = connection(pool, Duration.ZERO);
        assertThat(connection.exchange("HEAD", ROOT, new Headers(), null, Duration.ZERO).bytes(10)).isEmpty();
        assertThat(pool.takeIdle(Origin.of(ROOT))).isSameAs(connection);
    }

    @Test
    void itIsQuietUntilSomethingComesUnasked() throws IOException {
        ClientConnection connection = connection(pool, Duration.ZERO);
        assertThat(connection.quiet()).isTrue();
        say("x");
        assertThat(connection.quiet()).isFalse();
    }

    // ---- what is left

    private static boolean forgotten(WeakReference<?> what) {
        for (int i = 0; i < 20 && what.get() != null; i++) {
            System.gc();
        }
        return what.get() == null;
    }

    /// The transport that each part of it has, whatever still waits for the part.
    private WeakReference<MemoryTransport> ofOneThatIsClosed() throws IOException {
        MemoryTransport[] pipe = MemoryTransport.pair(1 << 16);
        pipe[0].write(OK.getBytes(StandardCharsets.US_ASCII), 0, OK.length());
        ClientConnection connection = new ClientConnection(pool, Origin.of(ROOT), pipe[1], Duration.ofMinutes(10));
        connection.exchange("GET", ROOT, new Headers(), null, Duration.ofMinutes(10)).bytes(2);
        assertThat(pool.takeIdle(Origin.of(ROOT))).isSameAs(connection);
        connection.close();
        return new WeakReference<>(pipe[1]);
    }

    @Test
    void aConnectionThatIsClosedIsForgottenAtOnceWhateverLimitsItHadSet() throws IOException {
        assertThat(forgotten(ofOneThatIsClosed())).isTrue();
    }

    private WeakReference<ClientPool> closedWithAKeptConnection() throws IOException {
        ClientPool own = pool(OPTIONS.withIdle(Duration.ofMinutes(10)));
        say(OK);
        connection(own, Duration.ZERO).exchange("GET", ROOT, new Headers(), null, Duration.ZERO).bytes(2);
        own.close();
        assertThat(own.takeIdle(Origin.of(ROOT))).as("none is given out any more").isNull();
        return new WeakReference<>(own);
    }

    @Test
    void soIsAPool() throws IOException {
        assertThat(forgotten(closedWithAKeptConnection())).isTrue();
    }
}
