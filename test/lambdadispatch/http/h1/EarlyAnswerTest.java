// SPDX-License-Identifier: MIT
package lambdadispatch.http.h1;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.server.Handler;
import lambdadispatch.http.server.Limits;
import lambdadispatch.support.Http1Peer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Answers given before the request's body was read: what the client is told of the connection (RFC 9112 §9.6), and of its body (RFC 9110
/// §10.1.1).
@Timeout(60)
class EarlyAnswerTest {
    private static final String GET = "GET /next HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final Handler EARLY =
            exchange -> exchange.answer(200, "text/plain", exchange.request().target().getBytes(StandardCharsets.US_ASCII));

    private static String post(String fields) {
        return "POST / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n\r\n";
    }

    @Test
    void aShortRestOfTheBodyIsReadOffTheConnectionWhichGoesOn() throws Exception {
        try (Http1Served served = new Http1Served(EARLY)) {
            assertThat(served.ask(post("Content-Length: 100000")).closes()).isFalse();
            served.client.send(new byte[100_000]);
            assertThat(served.ask(GET).text()).isEqualTo("/next");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 300000", "Transfer-Encoding: chunked"})
    void aRestThatIsLongOrOfUnknownLengthMakesTheAnswerSayThatTheConnectionCloses(String framing) throws Exception {
        try (Http1Served served = new Http1Served(EARLY)) {
            assertThat(served.ask(post(framing)).closes()).isTrue();
            served.clientEnd.shutdownOutput();
            served.awaitEnd();
        }
    }

    @Test
    void aLongBodyOfWhichLittleIsLeftClosesNothing() throws Exception {
        try (Http1Served served = new Http1Served(exchange -> {
            byte[] buffer = new byte[8192];
            for (int left = exchange.bodyEnded() ? 0 : 250_000; left > 0; ) {
                left -= exchange.read(buffer, 0, Math.min(left, buffer.length));
            }
            EARLY.handle(exchange);
        })) {
            served.client.send(post("Content-Length: 300000")).send(new byte[300_000]);
            assertThat(served.client.answer().closes()).isFalse();
            assertThat(served.ask(GET).text()).isEqualTo("/next");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"5\r\nhello\r\n0\r\n\r\n", "0\r\n\r\n", "2;x\r\nab\r\n1\r\nc\r\n0\r\ntrailer: 1\r\n\r\n"})
    void aChunkedBodyThatIsThereWholeClosesNothing(String body) throws Exception {
        try (Http1Served served = new Http1Served(EARLY)) {
            assertThat(served.ask(post("Transfer-Encoding: chunked") + body).closes()).isFalse();
            assertThat(served.ask(GET).text()).isEqualTo("/next");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"5\r\nhel", "5\r\nhello\r\n0\r\n", "5\r\nhelloX", "zz\r\n"})
    void aChunkedBodyWhoseEndIsNotThereOrThatIsMalformedDoes(String body) throws Exception {
        try (Http1Served served = new Http1Served(EARLY)) {
            assertThat(served.ask(post("Transfer-Encoding: chunked") + body).closes()).isTrue();
        }
    }

    /// An exchange whose body is read by a thread of its own, as the proxy does.
    private static Thread reading(lambdadispatch.http.server.Exchange exchange) {
        return Thread.ofVirtual().start(() -> {
            try {
                exchange.read(new byte[10], 0, 10);
            } catch (IOException e) {
                return; // the exchange is over
            }
        });
    }

    @Test
    void anAnswerWaitsForTheContinueThatIsOnItsWay() throws Exception {
        CompletableFuture<Http1Served> itself = new CompletableFuture<>();
        CountDownLatch answering = new CountDownLatch(1);
        try (Http1Served served = new Http1Served(Limits.DEFAULT, 10, exchange -> {
            reading(exchange);
            while (!itself.join().serverEnd.writerWaits()) { // 100 (Continue) is half out
                Thread.yield();
            }
            answering.countDown();
            exchange.respond(401, Headers.of("content-type", "text/plain"), 3);
            exchange.write("no\n".getBytes(StandardCharsets.US_ASCII), 0, 3);
            exchange.end();
        })) {
            itself.complete(served);
            Thread.ofVirtual().start(() -> {
                try {
                    served.client.send(post("Expect: 100-continue\r\nContent-Length: 10"));
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            answering.await();
            assertThat(served.client.head()).isEqualTo("HTTP/1.1 100 Continue\r\n");
            Http1Peer.Answer answer = served.client.answer();
            assertThat(answer.status()).isEqualTo(401);
            assertThat(answer.head()).doesNotContain("100 Continue");
            assertThat(answer.text()).isEqualTo("no\n");
        }
    }

    @Test
    void noContinueFollowsAnAnswer() throws Exception {
        try (Http1Served served = new Http1Served(exchange -> {
            exchange.respond(401, new Headers(), 3);
            exchange.flush();
            Thread reader = reading(exchange);
            exchange.write("no\n".getBytes(StandardCharsets.US_ASCII), 0, 3);
            exchange.end();
            try {
                reader.join(Duration.ofMillis(50));
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        })) {
            served.client.send(post("Expect: 100-continue\r\nContent-Length: 10"));
            Http1Peer.Answer answer = served.client.answer();
            assertThat(answer.status()).isEqualTo(401);
            assertThat(answer.closes()).isTrue(); // whether its body comes is the client's choice
            served.clientEnd.shutdownOutput();
            assertThat(served.client.answersToTheEnd()).isEmpty();
        }
    }

    @Test
    void stoppingGivesAHeadThatHasOnlyBegunAMoment() throws Exception {
        try (Http1Served served = new Http1Served(EARLY)) {
            long start = System.nanoTime();
            served.client.send("GET / HTTP/1.1\r\nHo");
            while (served.serverEnd.unread() > 0 || !served.serverEnd.readerWaits()) {
                Thread.yield();
            }
            served.connection.stop();
            assertThat(served.client.answer().status()).isEqualTo(408);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Limits.DEFAULT.headTimeout());
        }
    }
}
