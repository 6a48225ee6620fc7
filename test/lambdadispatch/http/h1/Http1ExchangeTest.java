// SPDX-License-Identifier: MIT
package lambdadispatch.http.h1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicReference;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.server.Exchange;
import lambdadispatch.http.server.Handler;
import lambdadispatch.support.Bounds;
import lambdadispatch.support.Http1Peer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// How one request is read and its response written.
class Http1ExchangeTest {
    private static final byte[] HELLO = "hello".getBytes(StandardCharsets.US_ASCII);
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final String EXPECT = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n";

    private static Handler responding(int status, long length, Headers trailers) {
        return exchange -> {
            exchange.respond(status, Headers.of("x-own", "1"), length);
            exchange.write(HELLO, 0, HELLO.length);
            exchange.end(trailers);
        };
    }

    private static void reading(Exchange exchange) throws IOException {
        String body = Http1ConnectionTest.readAll(exchange);
        exchange.answer(200, "text/plain", body.getBytes(StandardCharsets.ISO_8859_1));
    }

    // --- responses ---

    @Test
    void aBodyOfKnownLengthGetsThatLength() throws Exception {
        try (Http1Served served = new Http1Served(responding(200, 5, null))) {
            Http1Peer.Answer answer = served.ask(GET);
            assertThat(answer.field("content-length")).isEqualTo("5");
            assertThat(answer.field("transfer-encoding")).isNull();
            assertThat(answer.field("date")).endsWith("GMT");
            assertThat(answer.field("x-own")).isEqualTo("1");
            assertThat(answer.text()).isEqualTo("hello");
        }
    }

    @Test
    void aBodyOfUnknownLengthIsChunkedWithItsTrailers() throws Exception {
        try (Http1Served served = new Http1Served(responding(200, -1, Headers.of("t", "1")))) {
            served.client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
            assertThat(served.client.head()).contains("transfer-encoding: chunked\r\n").doesNotContain("content-length");
            assertThat(rest(served)).isEqualTo("5\r\nhello\r\n0\r\nt: 1\r\n\r\n");
        }
    }

    @Test
    void anHttp10ClientGetsABodyOfUnknownLengthUntilTheEnd() throws Exception {
        try (Http1Served served = new Http1Served(responding(200, -1, Headers.of("t", "1")))) {
            Http1Peer.Answer answer = served.ask("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
            assertThat(answer.closes()).isTrue();
            assertThat(answer.text()).isEqualTo("hello");
        }
    }

    private static String rest(Http1Served served) throws IOException {
        StringBuilder text = new StringBuilder();
        byte[] one = new byte[1];
        while (served.clientEnd.read(one, 0, 1) >= 0) {
            text.append((char) one[0]);
        }
        return text.toString();
    }

    @Test
    void aHeadIsAnsweredWithoutABodyAndWithTheLengthOfOne() throws Exception {
        for (long length : new long[] {5, -1}) {
            try (Http1Served served = new Http1Served(responding(200, length, null))) {
                served.client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n" + "HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
                String head = served.client.head();
                assertThat(head.contains("content-length: 5")).isEqualTo(length == 5);
                assertThat(head).doesNotContain("transfer-encoding");
                assertThat(served.client.head()).startsWith("HTTP/1.1 200 OK\r\n"); // nothing between the two heads
                assertThat(rest(served)).isEmpty();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {204, 304})
    void statusesWithoutContentHaveNone(int status) throws Exception { // RFC 9110 §6.4.1
        try (Http1Served served = new Http1Served(responding(status, 5, null))) {
            served.client.send(GET + "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
            String head = served.client.head();
            assertThat(head).startsWith("HTTP/1.1 " + status).doesNotContain("transfer-encoding");
            assertThat(head.contains("content-length")).isEqualTo(status == 304); // RFC 9110 §8.6
            served.client.head();
            assertThat(rest(served)).isEmpty();
        }
    }

    @Test
    void framingIsTheEnginesAffair() throws Exception { // RFC 9110 §7.6.1
        try (Http1Served served = new Http1Served(exchange -> {
            exchange.respond(200, Headers.of("Content-Length", "99", "Transfer-Encoding", "gzip", "Connection", "close", "Keep-Alive",
                    "timeout=5", "date", "now"), 5);
            exchange.write(HELLO, 0, 5);
            exchange.end();
        })) {
            Http1Peer.Answer answer = served.ask(GET);
            assertThat(answer.head()).isEqualTo("HTTP/1.1 200 OK\r\ndate: now\r\ncontent-length: 5\r\n");
            assertThat(served.ask(GET).text()).isEqualTo("hello");
        }
    }

    @Test
    void aBodyOfAnotherLengthThanAnnouncedIsNotMadeUp() throws Exception {
        try (Http1Served served = new Http1Served(responding(200, 6, null))) {
            served.client.send(GET);
            assertThatThrownBy(served.client::answer).isInstanceOf(IOException.class);
        }
        try (Http1Served served = new Http1Served(responding(200, 4, null))) {
            served.client.send(GET);
            assertThatThrownBy(served.client::answer).isInstanceOf(IOException.class);
        }
    }

    @Test
    void aLargeBodyArrivesWholeBothWays() throws Exception {
        byte[] large = new byte[3_000_000];
        new java.util.Random(1).nextBytes(large);
        for (long length : new long[] {large.length, -1}) {
            try (Http1Served served = new Http1Served(exchange -> {
                exchange.respond(200, new Headers(), length);
                for (int at = 0, step = 1; at < large.length; at += step, step = step * 3 % 70_001 + 1) {
                    step = Math.min(step, large.length - at);
                    exchange.write(large, at, step);
                }
                exchange.end();
            })) {
                assertThat(served.ask(GET).text().getBytes(StandardCharsets.ISO_8859_1)).isEqualTo(large);
            }
        }
    }

    @Test
    void anEmptyWriteDoesNotEndAChunkedBody() throws Exception {
        try (Http1Served served = new Http1Served(exchange -> {
            exchange.respond(200, new Headers(), -1);
            exchange.write(HELLO, 0, 0);
            exchange.write(HELLO, 0, 5);
            exchange.end();
        })) {
            assertThat(served.ask(GET).text()).isEqualTo("hello");
        }
    }

    @Test
    void headAndShortBodyLeaveInOneWrite() throws Exception {
        try (Http1Served served = new Http1Served(responding(200, 5, null))) {
            served.ask(GET);
            assertThat(served.serverEnd.writes()).isEqualTo(1);
        }
    }

    @Test
    void interimResponsesGoOutAtOnceButNotToHttp10() throws Exception { // RFC 9110 §15.2
        Handler hinting = exchange -> {
            exchange.inform(103, Headers.of("link", "</a.css>", "content-length", "5"));
            exchange.answer(200, "text/plain", HELLO);
        };
        try (Http1Served served = new Http1Served(hinting)) {
            Http1Peer.Answer hint = served.ask(GET);
            assertThat(hint.status()).isEqualTo(103);
            assertThat(hint.head()).isEqualTo("HTTP/1.1 103 Early Hints\r\nlink: </a.css>\r\n");
            assertThat(served.client.answer().text()).isEqualTo("hello");
        }
        try (Http1Served served = new Http1Served(hinting)) {
            assertThat(served.ask("GET / HTTP/1.0\r\n\r\n").status()).isEqualTo(200);
        }
    }

    // --- request bodies ---

    @Test
    void continueIsSentWhenTheBodyIsWantedAndNotHereYet() throws Exception { // RFC 9110 §10.1.1
        try (Http1Served served = new Http1Served(Http1ExchangeTest::reading)) {
            assertThat(served.ask(EXPECT).status()).isEqualTo(100);
            Http1Peer.Answer answer = served.ask("hello");
            assertThat(answer.text()).isEqualTo("hello");
            assertThat(answer.closes()).isFalse();
            assertThat(served.ask(EXPECT + "hello").text()).as("not sent when the body is here").isEqualTo("hello");
        }
    }

    @Test
    void withoutContinueTheConnectionCannotGoOn() throws Exception { // the client may or may not send its body
        try (Http1Served served = new Http1Served(responding(200, 5, null))) {
            assertThat(served.ask(EXPECT).closes()).isTrue();
            served.clientEnd.shutdownOutput();
            assertThat(served.client.answersToTheEnd()).isEmpty();
        }
    }

    @Test
    void whatWasSaidAboutClosingHoldsEvenIfTheBodyIsReadAfterAll() throws Exception {
        try (Http1Served served = new Http1Served(exchange -> {
            exchange.respond(200, new Headers(), 5);
            exchange.flush();
            Http1ConnectionTest.readAll(exchange);
            exchange.write(HELLO, 0, 5);
            exchange.end();
        })) {
            served.client.send(EXPECT);
            assertThat(served.client.head()).contains("connection: close\r\n");
            served.client.send("hello" + GET);
            served.clientEnd.shutdownOutput();
            assertThat(rest(served)).isEqualTo("hello");
        }
    }

    @Test
    void aBodyOverTheLimitIsRefusedBeforeItIsAskedFor() throws Exception {
        try (Http1Served served = new Http1Served(new Bounds().bodyBytes(4).limits(), Http1ExchangeTest::reading)) {
            Http1Peer.Answer answer = served.ask(EXPECT);
            assertThat(answer.status()).isEqualTo(413);
            assertThat(answer.closes()).isTrue();
        }
        try (Http1Served served = new Http1Served(new Bounds().bodyBytes(5).limits(), Http1ExchangeTest::reading)) {
            assertThat(served.ask("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n").status())
                    .isEqualTo(200);
            assertThat(served.ask("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nhello!\r\n0\r\n\r\n").status())
                    .isEqualTo(413);
        }
    }

    @Test
    void trailersAreThereWhenTheBodyHasEnded() throws Exception {
        try (Http1Served served = new Http1Served(exchange -> {
            assertThat(exchange.bodyEnded()).isFalse();
            String body = Http1ConnectionTest.readAll(exchange);
            assertThat(exchange.bodyEnded()).isTrue();
            exchange.answer(200, "text/plain", (body + exchange.trailers().get("a")).getBytes(StandardCharsets.US_ASCII));
        })) {
            assertThat(
                    served.ask("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nA: bc\r\n\r\n").text())
                    .isEqualTo("hellobc");
        }
    }

    @Test
    void bodyAndResponseMayOverlap() throws Exception {
        try (Http1Served served = new Http1Served(exchange -> {
            exchange.respond(200, new Headers(), -1);
            byte[] buffer = new byte[100];
            for (int count = exchange.read(buffer, 0, 100); count >= 0; count = exchange.read(buffer, 0, 100)) {
                exchange.write(buffer, 0, count);
                exchange.flush();
            }
            exchange.end();
        })) {
            served.client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello");
            assertThat(served.client.head()).contains("chunked");
            byte[] piece = new byte[10];
            assertThat(served.clientEnd.read(piece, 0, 10)).isEqualTo(10);
            assertThat(new String(piece, StandardCharsets.US_ASCII)).isEqualTo("5\r\nhello\r\n");
            served.client.send("world");
            assertThat(served.clientEnd.read(piece, 0, 10)).isEqualTo(10);
            assertThat(new String(piece, StandardCharsets.US_ASCII)).isEqualTo("5\r\nworld\r\n");
        }
    }

    @Test
    void nothingCanBeReadOrSentOnceItIsOver() throws Exception {
        AtomicReference<Exchange> kept = new AtomicReference<>();
        try (Http1Served served = new Http1Served(exchange -> {
            kept.compareAndSet(null, exchange);
            exchange.answer(200, "text/plain", HELLO);
        })) {
            served.ask(GET);
            served.ask(GET);
            assertThatThrownBy(() -> kept.get().read(new byte[1], 0, 1)).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> kept.get().write(HELLO, 0, 1)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> kept.get().respond(200, new Headers(), 0)).isInstanceOf(IllegalStateException.class);
            assertThat(served.ask(GET).text()).isEqualTo("hello");
        }
    }

    @Test
    void stateIsKeptBesideTheConnection() throws Exception {
        Handler counting = exchange -> {
            int[] count = exchange.connection().state(int[].class, first -> new int[1]);
            exchange.answer(200, "text/plain", Integer.toString(++count[0]).getBytes(StandardCharsets.US_ASCII));
        };
        try (Http1Served one = new Http1Served(counting); Http1Served other = new Http1Served(counting)) {
            assertThat(one.ask(GET).text()).isEqualTo("1");
            assertThat(one.ask(GET).text()).isEqualTo("2");
            assertThat(other.ask(GET).text()).isEqualTo("1");
        }
    }
}
