// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import lambdadispatch.extension.RelayBed.AppSide;
import lambdadispatch.http.message.BadMessage;
import lambdadispatch.http.message.HeadParser;
import lambdadispatch.http.message.ResponseHead;
import lambdadispatch.net.Input;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A channel's connection to the app by itself: when a fresh one is opened, when the old one is closed, and what is remembered of the app.
@Timeout(60)
class AppLinkTest {
    private static final int PATIENCE_SECONDS = 50;
    private static final byte[] REQUEST = "..GET / HTTP/1.1\r\n\r\n..".getBytes(StandardCharsets.US_ASCII);
    private static final String SENT = "GET / HTTP/1.1\r\n\r\n";
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

    private final AppHabits habits = new AppHabits(true, System::nanoTime);
    private ServerSocket server;
    private AppLink link;

    @BeforeEach
    void listen() throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        server.setSoTimeout(PATIENCE_SECONDS * 1000);
        AppAddress address = new AppAddress(List.of(new InetSocketAddress(server.getInetAddress(), server.getLocalPort())));
        link = new AppLink(new App(address, false, habits, new Hold(Duration.ZERO)), AppLink.CONNECT_PATIENCE);
    }

    @AfterEach
    void close() throws IOException {
        link.close();
        server.close();
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        try {
            return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw (Exception) e.getCause();
        }
    }

    private static <T> T get(Callable<T> action) throws Exception {
        return get(LinkBed.inVirtualThread(action));
    }

    private CompletableFuture<Integer> asks(boolean idempotent) {
        return LinkBed.inVirtualThread(() -> link.ask(REQUEST, 2, REQUEST.length - 4, idempotent).status());
    }

    private AppSide accepted() throws IOException {
        return new AppSide(server.accept());
    }

    /// One request and its answer, behind which the connection is kept.
    private AppSide kept() throws Exception {
        CompletableFuture<Integer> status = asks(true);
        AppSide side = accepted();
        assertThat(side.read(SENT.length())).isEqualTo(SENT);
        side.send(OK);
        assertThat(get(status)).isEqualTo(200);
        get(() -> {
            link.keep(Long.MAX_VALUE);
            return null;
        });
        return side;
    }

    private void answers(AppSide side, CompletableFuture<Integer> status) throws Exception {
        assertThat(side.read(SENT.length())).isEqualTo(SENT);
        side.send(OK);
        assertThat(get(status)).isEqualTo(200);
    }

    @Test
    void aConnectionThatIsKeptCarriesTheNextRequest() throws Exception {
        assertThat(link.isOpen()).isFalse();
        try (AppSide side = kept()) {
            assertThat(link.isOpen()).isTrue();
            assertThat(link.connection().used()).isTrue();
            assertThat(link.connection().expired()).isFalse();
            answers(side, asks(false));
        }
    }

    @Test
    void oneThatIsNotKeptIsClosed() throws Exception {
        try (AppSide side = kept()) {
            link.keep(0);
            assertThat(link.isOpen()).isFalse();
            assertThat(side.closed()).isTrue();
        }
        try (AppSide side = kept()) {
            link.keep(-1);
            assertThat(side.closed()).isTrue();
        }
    }

    @Test
    void oneIsKeptForSoLongAsTheAppSays() throws Exception {
        try (AppSide side = kept()) {
            link.keep(1);
            InvocationBed.until(() -> link.connection().expired());
            CompletableFuture<Integer> status = asks(true);
            try (AppSide fresh = accepted()) {
                assertThat(side.closed()).isTrue();
                answers(fresh, status);
            }
        }
    }

    @Test
    void idleTimeCountsFromTheLastAnswer() throws Exception {
        kept();
        InvocationBed.until(() -> link.connection().idleNanos() > 3_000_000);
        long before = System.nanoTime();
        link.keep(TimeUnit.HOURS.toNanos(1));
        long idle = link.connection().idleNanos();
        assertThat(idle).isBetween(0L, System.nanoTime() - before);
        assertThat(link.connection().expired()).isFalse();
    }

    @Test
    void aConnectionThatIsKeptHoldsNoMemoryOfALongAnswer() throws Exception {
        CompletableFuture<Integer> status = asks(true);
        try (AppSide side = accepted()) {
            side.read(SENT.length());
            side.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-Long: " + "x".repeat(60_000) + "\r\n\r\n");
            assertThat(get(status)).isEqualTo(200);
            assertThat(link.input().array()).hasSizeGreaterThan(60_000);
            link.keep(Long.MAX_VALUE);
            assertThat(link.input().array()).hasSizeLessThanOrEqualTo(20 << 10);
        }
    }

    @Test
    void surplusBehindAnAnswerIsRememberedAndTheConnectionClosed() throws Exception {
        CompletableFuture<Integer> status = asks(true);
        try (AppSide side = accepted()) {
            side.read(SENT.length());
            side.send(OK + "x");
            assertThat(get(status)).isEqualTo(200);
            link.keep(Long.MAX_VALUE);
            assertThat(link.isOpen()).isFalse();
            assertThat(habits.keeps()).isFalse();
            assertThat(side.closed()).isTrue();
        }
    }

    @Test
    void whatCanNotBeSentTwiceIsNotSentAgainAndTheAppIsRemembered() throws Exception {
        try (AppSide side = kept()) {
            CompletableFuture<Integer> status = asks(false);
            side.read(SENT.length());
            assertThat(habits.trusts(0, false)).isTrue();
            side.close();
            assertThatThrownBy(() -> get(status)).hasMessage("the app closed a kept-alive connection");
            assertThat(habits.trusts(0, false)).isFalse();
        }
    }

    @Test
    void whatWasSentOnAFreshConnectionIsNotSentAgain() throws Exception {
        CompletableFuture<Integer> status = asks(true);
        try (AppSide side = accepted()) {
            side.read(SENT.length());
        }
        assertThatThrownBy(() -> get(status)).hasMessage("the app closed the connection without an answer");
        assertThat(habits.trusts(0, false)).as("it had no kept connection to close").isTrue();
    }

    @Test
    void aRequestOnAKeptConnectionIsSentAgainAndOnceOnly() throws Exception {
        try (AppSide side = kept()) {
            CompletableFuture<Integer> status = asks(true);
            side.read(SENT.length());
            side.close();
            try (AppSide second = accepted()) {
                assertThat(second.read(SENT.length())).isEqualTo(SENT);
            }
            assertThatThrownBy(() -> get(status)).hasMessage("the app closed the connection without an answer");
        }
    }

    @Test
    void soIsOneOnAConnectionThatTheAppBreaks() throws Exception {
        AppSide side = kept();
        CompletableFuture<Integer> status = asks(true);
        side.read(SENT.length());
        side.reset();
        try (AppSide second = accepted()) {
            answers(second, status);
        }
    }

    @Test
    void whatWasPartlyAnsweredIsNotSentAgainHoweverItBreaks() throws Exception {
        AppSide side = kept();
        CompletableFuture<Integer> status = asks(true);
        side.read(SENT.length());
        side.send("HTTP/1.1 2");
        InvocationBed.until(() -> link.input().available() > 0);
        side.reset();
        assertThatThrownBy(() -> get(status)).isInstanceOf(IOException.class);
    }

    @Test
    void nothingIsSentAgainWhenTheChannelIsOver() throws Exception {
        try (AppSide side = kept()) {
            CompletableFuture<Integer> status = asks(true);
            side.read(SENT.length());
            link.close();
            assertThat(link.isClosed()).isTrue();
            assertThatThrownBy(() -> get(status)).isInstanceOf(IOException.class);
            assertThat(side.closed()).isTrue();
            assertThat(habits.trusts(0, false)).as("it was not the app that closed").isTrue();
        }
    }

    @Test
    void aFreshConnectionTakesThePlaceOfTheOld() throws Exception {
        try (AppSide side = kept()) {
            get(() -> {
                link.open();
                return null;
            });
            try (AppSide fresh = accepted()) {
                assertThat(side.closed()).isTrue();
                assertThat(link.connection().used()).isFalse();
                link.drop();
                assertThat(fresh.closed()).isTrue();
                assertThat(link.isOpen()).isFalse();
                link.drop();
            }
        }
    }

    @Test
    void aConnectionThatIsOpenedTooLateIsClosedAtOnce() throws Exception {
        link.close();
        get(() -> {
            link.open();
            return null;
        });
        try (AppSide side = accepted()) {
            assertThat(side.closed()).isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "'' | QUIET", "HTTP/1.1 408 | ENDED", "'HTTP/1.0 408 Request Timeout' | ENDED", "HTTP/1.1 200 | UNASKED",
            "HTTP/1.1 40 | UNASKED", "HTTP/1x1 408 | UNASKED", "HTTP/1.2 408 | UNASKED", "x | UNASKED"})
    void aLookSaysWhatHasCome(String octets, AppConnection.Look expected) throws Exception {
        try (AppSide side = kept()) {
            side.send(octets);
            assertThat(get(() -> octets.isEmpty() ? link.connection().look() : firstSight())).isEqualTo(expected);
        }
    }

    /// Looks until something has come: what is under way on the loopback may take a moment.
    private AppConnection.Look firstSight() {
        AppConnection.Look found = link.connection().look();
        while (found == AppConnection.Look.QUIET) {
            Thread.yield();
            found = link.connection().look();
        }
        return found;
    }

    @Test
    void aLookSeesAnEnd() throws Exception {
        AppSide side = kept();
        side.close();
        assertThat(get(this::firstSight)).isEqualTo(AppConnection.Look.ENDED);
        link.connection().close();
        assertThat(get(() -> link.connection().look())).as("closed from here").isEqualTo(AppConnection.Look.ENDED);
    }

    @Test
    void anAppIsThereIfAConnectionStaysOpenForAMoment() throws Exception {
        CompletableFuture<Boolean> gone = LinkBed.inVirtualThread(() -> link.gone(new IOException("broke")));
        try (AppSide side = accepted()) {
            assertThat(get(gone)).isFalse();
            assertThat(side.closed()).as("a probe leaves nothing behind").isTrue();
        }
        gone = LinkBed.inVirtualThread(() -> link.gone(new IOException("broke")));
        accepted().close();
        assertThat(get(gone)).as("one that closes it at once is being killed").isTrue();
        gone = LinkBed.inVirtualThread(() -> link.gone(new IOException("broke")));
        try (AppSide side = accepted()) {
            side.send("x");
            assertThat(get(gone)).as("one that says something is there").isFalse();
        }
        server.close();
        assertThat(get(() -> link.gone(new IOException("broke")))).isTrue();
    }

    @Test
    void someFailuresSayByThemselvesWhetherTheAppIsThere() {
        assertThat(link.gone(new ConnectException())).isTrue();
        assertThat(link.gone(new BadMessage(502, "x"))).isFalse();
        assertThat(link.gone(new SocketTimeoutException())).isFalse();
    }

    private static ResponseHead head(String lines) throws Exception {
        byte[] octets = lines.getBytes(StandardCharsets.US_ASCII);
        ResponseHead head = new ResponseHead();
        assertThat(new HeadParser(1000, 10).parseResponse(new Input(new ByteArrayInputStream(octets)::read, 1000, 1000), head)).isTrue();
        return head;
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "HTTP/1.1 200 OK & Content-Length: 3 | false | -1", "HTTP/1.1 200 OK & Content-Length: 3 & Connection: close | false | 0",
        "HTTP/1.1 200 OK & Content-Length: 3 & Keep-Alive: timeout=5 | false | 4000", "HTTP/1.1 200 OK | false | 0",
        "HTTP/1.0 200 OK & Content-Length: 3 | false | 0", "HTTP/1.1 200 OK & Transfer-Encoding: chunked | false | -1",
        "HTTP/1.1 200 OK & Content-Length: 3 | true | 0", "HTTP/1.1 200 OK & Content-Length: 0 | true | -1",
        "HTTP/1.1 204 X & Content-Length: 3 | false | 0", "HTTP/1.1 304 X | false | -1"})
    void aHeadSaysForHowLongAConnectionMayBeKept(String lines, boolean toHead, long millis) throws Exception {
        ResponseHead head = head(lines.replace(" & ", "\r\n") + "\r\n\r\n");
        head.frame(toHead);
        long nanos = link.idleLimitNanos(head);
        assertThat(nanos == Long.MAX_VALUE ? -1 : nanos / 1_000_000).isEqualTo(millis);
    }

    @Test
    void nothingIsKeptOfAnAppThatAnswersUnasked() throws Exception {
        ResponseHead head = head("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n");
        head.frame(false);
        habits.answeredUnasked();
        assertThat(link.idleLimitNanos(head)).isZero();
    }
}
