// SPDX-License-Identifier: MIT
package lambdadispatch.http.h1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import lambdadispatch.http.h1.InputSteps.Step;
import lambdadispatch.http.message.BadMessage;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.server.Limits;
import lambdadispatch.support.Bounds;
import lambdadispatch.support.Http1Peer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What an exchange says, in which order and at which moment, and how it breaks off, step by step.
@Timeout(60)
class Http1ResponseTest {
    private static final byte[] HELLO = "hello".getBytes(StandardCharsets.US_ASCII);
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final String EXPECT = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n";
    private static final String CHUNKED = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    private static final String CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n";

    private InputSteps steps = new InputSteps(Limits.DEFAULT);

    @AfterEach
    void close() {
        steps.close();
    }

    /// What has left for the client by now.
    private String sent() throws IOException {
        StringBuilder text = new StringBuilder();
        byte[] octets = new byte[1000];
        while (steps.client.unread() > 0) {
            text.append(new String(octets, 0, steps.client.read(octets, 0, octets.length), StandardCharsets.ISO_8859_1));
        }
        return text.toString();
    }

    private int readOn() throws IOException {
        return steps.client.read(new byte[1], 0, 1);
    }

    // ---- interim responses

    @Test
    void anInterimResponseLeavesAtOnce() throws Exception {
        Http1Exchange exchange = steps.begin(GET);
        exchange.inform(103, Headers.of("link", "<a>"));
        assertThat(sent()).isEqualTo("HTTP/1.1 103 Early Hints\r\nlink: <a>\r\n\r\n");
        exchange.inform(102, new Headers());
        assertThat(sent()).isEqualTo("HTTP/1.1 102 Processing\r\n\r\n");
        exchange.answer(200, "text/plain", HELLO);
        assertThat(sent()).startsWith("HTTP/1.1 200 OK\r\n").endsWith("\r\n\r\nhello");
    }

    @Test
    void noneFollowsTheFinalHead() throws Exception {
        Http1Exchange exchange = steps.begin(GET);
        exchange.respond(200, new Headers(), 0);
        exchange.inform(103, new Headers());
        exchange.end();
        exchange.inform(103, new Headers());
        exchange.flush();
        assertThat(sent()).startsWith("HTTP/1.1 200 OK\r\n").doesNotContain("103");
    }

    @ParameterizedTest
    @CsvSource({"101, HTTP/1.1", "103, HTTP/1.0"})
    void someAreNotForTheClient(int status, String version) throws Exception { // RFC 9110 §15.2, §7.8
        Http1Exchange exchange = steps.begin(GET.replace("HTTP/1.1", version));
        exchange.inform(status, new Headers());
        exchange.flush();
        assertThat(sent()).isEmpty();
    }

    @Test
    void aHandlerMaySendContinueItselfAndNoOtherFollows() throws Exception {
        Http1Exchange exchange = steps.begin(EXPECT);
        exchange.inform(103, new Headers());
        assertThat(sent()).startsWith("HTTP/1.1 103 ");
        exchange.inform(100, new Headers());
        assertThat(sent()).isEqualTo(CONTINUE);
        steps.send("hello");
        assertThat(exchange.read(new byte[5], 0, 5)).isEqualTo(5);
        exchange.answer(200, "text/plain", HELLO);
        assertThat(sent()).startsWith("HTTP/1.1 200 OK\r\n").doesNotContain("connection: close");
        assertThat(exchange.finish()).isTrue();
    }

    @Test
    void anotherInterimResponseIsNoContinue() throws Exception {
        Http1Exchange exchange = steps.begin(EXPECT);
        exchange.inform(103, new Headers());
        sent();
        Step<Integer> read = steps.reading(() -> exchange.read(new byte[5], 0, 5));
        assertThat(sent()).isEqualTo(CONTINUE);
        steps.send("hello");
        assertThat(read.get()).isEqualTo(5);
    }

    @Test
    void continueIsSentOnceHoweverOftenTheBodyIsRead() throws Exception {
        Http1Exchange exchange = steps.begin(EXPECT);
        Step<Integer> read = steps.reading(() -> exchange.read(new byte[5], 0, 5));
        assertThat(sent()).isEqualTo(CONTINUE);
        steps.send("he");
        assertThat(read.get()).isEqualTo(2);
        read = steps.reading(() -> exchange.read(new byte[5], 0, 5));
        steps.send("llo");
        assertThat(read.get()).isEqualTo(3);
        assertThat(sent()).isEmpty();
    }

    @Test
    void aBodyThatHasBegunToArriveNeedsNoContinue() throws Exception { // RFC 9110 §10.1.1
        Http1Exchange exchange = steps.begin(EXPECT + "he");
        assertThat(exchange.read(new byte[5], 0, 5)).isEqualTo(2);
        Step<Integer> read = steps.reading(() -> exchange.read(new byte[5], 0, 5));
        steps.send("llo");
        assertThat(read.get()).isEqualTo(3);
        exchange.answer(200, "text/plain", HELLO);
        assertThat(sent()).startsWith("HTTP/1.1 200 OK\r\n").doesNotContain("connection: close");
    }

    @Test
    void aRequestWithoutABodyIsOwedNoContinue() throws Exception {
        Http1Exchange exchange = steps.begin("GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n");
        assertThat(exchange.read(new byte[5], 0, 5)).isEqualTo(-1);
        exchange.answer(200, "text/plain", HELLO);
        assertThat(sent()).startsWith("HTTP/1.1 200 OK\r\n").doesNotContain("connection: close");
        assertThat(exchange.finish()).isTrue();
    }

    // ---- how it breaks off

    /// RFC 9112 §8: a client takes the end of the connection for the end of a body that has no other.
    @Test
    void aBodyThatTheEndWouldMakeWholeIsBrokenOffByAReset() throws Exception {
        Http1Exchange exchange = steps.begin("GET / HTTP/1.0\r\n\r\n");
        exchange.respond(200, new Headers(), -1);
        exchange.write(HELLO, 0, 5);
        exchange.flush();
        exchange.abort();
        assertThat(sent()).endsWith("hello");
        assertThatThrownBy(this::readOn).isInstanceOf(SocketException.class);
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 10})
    void anyOtherIsBrokenOffByTheEnd(long length) throws Exception {
        Http1Exchange exchange = steps.begin(GET);
        exchange.respond(200, new Headers(), length);
        exchange.write(HELLO, 0, 5);
        exchange.flush();
        assertThat(exchange.aborted()).isFalse();
        exchange.abort();
        assertThat(exchange.aborted()).isTrue();
        assertThat(sent()).contains("hello");
        assertThat(readOn()).isEqualTo(-1);
        assertThat(exchange.finish()).as("not to be used again").isFalse();
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 5})
    void oneThatIsNotEndedWhenItsHandlerReturnsIsBrokenOff(long length) throws Exception {
        Http1Exchange exchange = steps.begin(GET);
        exchange.respond(200, new Headers(), length);
        exchange.write(HELLO, 0, 5);
        assertThat(exchange.finish()).isFalse();
        assertThat(exchange.aborted()).isTrue();
        assertThat(readOn()).as("nothing had left").isEqualTo(-1);
    }

    @Test
    void oneThatIsEndedIsNot() throws Exception {
        Http1Exchange exchange = steps.begin(GET);
        exchange.answer(200, "text/plain", HELLO);
        assertThat(exchange.finish()).isTrue();
        assertThat(exchange.aborted()).isFalse();
        assertThat(sent()).endsWith("hello");
    }

    @Test
    void nothingCanBeAnsweredWhenItsHandlerHasReturned() throws Exception {
        Http1Exchange exchange = steps.begin(GET);
        assertThat(exchange.finish()).isFalse();
        assertThat(exchange.aborted()).isTrue();
        assertThatThrownBy(() -> exchange.respond(200, new Headers(), 0)).isInstanceOf(IOException.class).hasMessage("exchange is over");
        assertThat(exchange.responded()).isFalse();
    }

    @Test
    void aBodyHasTheLengthThatWasAnnounced() throws Exception {
        Http1Exchange exchange = steps.begin(GET);
        exchange.respond(200, new Headers(), 5);
        exchange.write(HELLO, 0, 2);
        assertThatThrownBy(() -> exchange.write(HELLO, 0, 4)).isInstanceOf(IllegalStateException.class);
        exchange.write(HELLO, 2, 2);
        assertThatThrownBy(exchange::end).isInstanceOf(IOException.class).hasMessageContaining("shorter");
        exchange.write(HELLO, 4, 1);
        exchange.end();
        assertThat(sent()).endsWith("\r\n\r\nhello");
        assertThatThrownBy(exchange::end).isInstanceOf(IllegalStateException.class);
    }

    // ---- whether the connection goes on

    @Test
    void anExchangeThatTheConnectionIsToldToStopInIsItsLast() throws Exception {
        Http1Exchange exchange = steps.begin(GET);
        exchange.answer(200, "text/plain", HELLO);
        assertThat(sent()).doesNotContain("connection: close");
        steps.input.stop();
        assertThat(exchange.finish()).isFalse();
        assertThat(exchange.aborted()).isFalse();
    }

    @Test
    void whatIsInDoubtIsNotKept() throws Exception {
        Http1Exchange exchange = steps.begin(GET);
        exchange.closeAfterwards();
        exchange.answer(200, "text/plain", HELLO);
        assertThat(sent()).contains("\r\nconnection: close\r\n");
        assertThat(exchange.finish()).isFalse();
    }

    @Test
    void aBodyThatIsNotReadToItsEndIsReadOffTheConnection() throws Exception {
        Http1Exchange exchange = steps.begin("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 50000\r\n\r\n");
        exchange.answer(200, "text/plain", HELLO);
        steps.send("x".repeat(50_000) + "next");
        assertThat(exchange.finish()).isTrue();
        assertThat(steps.server.unread() + steps.in.available()).isEqualTo(4);
    }

    // ---- bodies that are too long, or end

    @Test
    void whereNoBodyIsTakenNoOctetIs() throws Exception {
        steps.close();
        steps = new InputSteps(new Bounds().bodyBytes(0).limits());
        Http1Exchange none = steps.begin(GET);
        assertThat(none.read(new byte[5], 0, 5)).isEqualTo(-1);
        steps.input.finish();
        Http1Exchange exchange = steps.begin(CHUNKED + "1\r\nx\r\n");
        assertThatThrownBy(() -> exchange.read(new byte[5], 0, 5)).isInstanceOfSatisfying(BadMessage.class,
                e -> assertThat(e.status()).isEqualTo(413));
        steps.close();
        steps = new InputSteps(new Bounds().bodyBytes(0).limits());
        Http1Exchange expects = steps.begin(EXPECT);
        assertThatThrownBy(() -> expects.read(new byte[5], 0, 5)).isInstanceOf(BadMessage.class);
        assertThat(sent()).as("nor is it asked for").isEmpty();
    }

    @Test
    void anExchangeWhoseBodyIsReadStillWhenItsThreadIsInterruptedIsBrokenOff() throws Exception {
        Http1Exchange exchange = steps.begin(CHUNKED);
        exchange.answer(200, "text/plain", HELLO);
        Step<Integer> read = steps.reading(() -> exchange.read(new byte[5], 0, 5));
        Step<Boolean> finish = new Step<>(exchange::finish);
        finish.awaitState(Thread.State.WAITING);
        finish.thread.interrupt();
        assertThat(finish.get()).isFalse();
        assertThat(exchange.aborted()).isTrue();
        assertThatThrownBy(read::get).hasCauseInstanceOf(IOException.class);
    }

    @Test
    void aRequestWithoutABodyBeginsNoConversation() throws Exception {
        Http1Exchange exchange = steps.begin(GET);
        exchange.respond(200, new Headers(), -1);
        assertThat(exchange.conversation()).isFalse();
    }

    @Test
    void aBodyOfTheGreatestLengthIsTaken() throws Exception {
        steps.close();
        steps = new InputSteps(new Bounds().bodyBytes(5).limits());
        Http1Exchange exchange = steps.begin("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello");
        assertThat(exchange.read(new byte[9], 0, 9)).isEqualTo(5);
    }

    @Test
    void aClientThatEndsInsideItsBodyIsToldThatItIsNotComplete() throws Exception {
        try (Http1Served served = new Http1Served(exchange -> {
            byte[] bin = new byte[100];
            while (exchange.read(bin, 0, bin.length) >= 0) {
                continue;
            }
        })) {
            served.client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhell");
            served.clientEnd.shutdownOutput();
            Http1Peer.Answer answer = served.client.answer();
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.text()).isEqualTo("request body not complete\n");
            assertThat(answer.closes()).isTrue();
        }
    }

    // ---- a client that leaves

    @Test
    void whoeverAsksIsToldOnceThatTheClientHasGone() throws Exception {
        Http1Exchange exchange = steps.begin(CHUNKED);
        AtomicInteger told = new AtomicInteger();
        exchange.onClientGone(told::incrementAndGet);
        steps.client.shutdownOutput();
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> exchange.read(new byte[5], 0, 5)).isInstanceOf(IOException.class);
            assertThat(told).hasValue(1);
        }
        assertThat(exchange.cut()).isTrue();
        exchange.onClientGone(() -> told.addAndGet(10));
        assertThat(told).as("who asks later hears at once").hasValue(11);
    }

    @Test
    void aMalformedBodyOrOneThatStallsIsNoClientThatHasGone() throws Exception {
        AtomicInteger told = new AtomicInteger();
        Http1Exchange malformed = steps.begin(CHUNKED + "x\r\n");
        malformed.onClientGone(told::incrementAndGet);
        assertThatThrownBy(() -> malformed.read(new byte[5], 0, 5)).isInstanceOf(BadMessage.class);
        assertThat(malformed.cut()).isFalse();
        steps.close();
        steps = new InputSteps(new Bounds().bodyStallMillis(10).limits());
        Http1Exchange stalls = steps.begin(CHUNKED);
        stalls.onClientGone(told::incrementAndGet);
        assertThatThrownBy(() -> stalls.read(new byte[5], 0, 5)).isInstanceOf(IOException.class);
        assertThat(stalls.cut()).isFalse();
        assertThat(told).hasValue(0);
    }

    @Test
    void nobodyIsToldWhenTheHandlerHasReturned() throws Exception {
        Http1Exchange exchange = steps.begin(GET);
        AtomicInteger told = new AtomicInteger();
        exchange.onClientGone(told::incrementAndGet);
        exchange.answer(200, "text/plain", HELLO);
        exchange.finish();
        exchange.clientGone();
        assertThat(told).hasValue(0);
    }

    @Test
    void aClientThatDoesNotTakeItsAnswerIsBehind() throws Exception {
        steps.close();
        steps = new InputSteps(new Bounds().leastRate(1, 3_600_000).limits());
        Http1Exchange exchange = steps.begin(GET);
        assertThat(exchange.behindNanos()).isZero();
        exchange.respond(200, new Headers(), 3 << 20);
        Step<Boolean> writes = new Step<>(() -> {
            exchange.write(new byte[3 << 20], 0, 3 << 20);
            return true;
        });
        while (exchange.behindNanos() == 0) {
            Thread.onSpinWait();
        }
        steps.client.close();
        assertThatThrownBy(writes::get).hasCauseInstanceOf(IOException.class);
    }

    private static final int LONG = 2 << 20;

    private static void awaitBehind(Http1Exchange exchange, long nanos) {
        while (exchange.behindNanos() < nanos) {
            Thread.onSpinWait();
        }
    }

    private void take(int octets) throws IOException {
        byte[] bin = new byte[64 << 10];
        for (int left = octets; left > 0; ) {
            left -= steps.client.read(bin, 0, Math.min(left, bin.length));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whoWasSlowToTakeOneAnswerIsNotBehindWithTheNextOrWithWhatFollowsAnUpgrade(boolean upgraded) throws Exception {
        steps.close();
        steps = new InputSteps(new Bounds().leastRate(1_000_000_000, 3_600_000).limits());
        Http1Exchange slow = steps.begin(GET);
        slow.respond(200, new Headers(), LONG);
        slow.flush();
        sent();
        Step<Boolean> writes = new Step<>(() -> {
            slow.write(new byte[LONG], 0, LONG);
            slow.end();
            return true;
        });
        awaitBehind(slow, 100_000_000);
        take(LONG);
        writes.get();
        assertThat(slow.finish()).isTrue();

        long begun = System.nanoTime();
        Http1Exchange next = steps.begin(GET);
        Step<Boolean> another = new Step<>(() -> {
            if (upgraded) {
                next.tunnel(new Headers()).write(new byte[LONG], 0, LONG);
            } else {
                next.respond(200, new Headers(), LONG);
                next.write(new byte[LONG], 0, LONG);
            }
            return true;
        });
        awaitBehind(next, 1);
        long behind = next.behindNanos();
        assertThat(behind).isLessThanOrEqualTo(System.nanoTime() - begun);
        steps.client.close();
        assertThatThrownBy(another::get).hasCauseInstanceOf(IOException.class);
    }
}
