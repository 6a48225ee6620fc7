// SPDX-License-Identifier: MIT
package lambdadispatch.http.h1;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import lambdadispatch.base.log.Log;
import lambdadispatch.carrier.Threads;
import lambdadispatch.http.message.BadMessage;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.server.Exchange;
import lambdadispatch.http.server.Limits;
import lambdadispatch.support.Bounds;
import lambdadispatch.support.Http1Peer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Persistence, limits in time, and what becomes of a connection when one side fails.
class Http1ConnectionTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    static void ok(Exchange exchange) throws IOException {
        exchange.answer(200, "text/plain", exchange.request().target().getBytes(StandardCharsets.US_ASCII));
    }

    static String readAll(Exchange exchange) throws IOException {
        StringBuilder text = new StringBuilder();
        byte[] buffer = new byte[1000];
        for (int count = exchange.read(buffer, 0, buffer.length); count >= 0; count = exchange.read(buffer, 0, buffer.length)) {
            text.append(new String(buffer, 0, count, StandardCharsets.ISO_8859_1));
        }
        return text.toString();
    }

    private static String post(String fields) {
        return "POST / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n";
    }

    @Test
    void requestsFollowOneAnotherOnOneConnection() throws Exception {
        try (Http1Served served = new Http1Served(Http1ConnectionTest::ok)) {
            for (int i = 0; i < 5; i++) {
                Http1Peer.Answer answer = served.ask("GET /" + i + " HTTP/1.1\r\nHost: a\r\n\r\n");
                assertThat(answer.text()).isEqualTo("/" + i);
                assertThat(answer.closes()).isFalse();
            }
        }
    }

    @Test
    void pipelinedRequestsAreAnsweredInOrder() throws Exception {
        try (Http1Served served = new Http1Served(Http1ConnectionTest::ok)) {
            served.client.send(
                    "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\nGET /3 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
            assertThat(served.client.answersToTheEnd()).extracting(Http1Peer.Answer::text).containsExactly("/1", "/2", "/3");
        }
    }

    @Test
    void onlyOneExchangeRunsAtATime() throws Exception {
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        try (Http1Served served = new Http1Served(exchange -> {
            most.accumulateAndGet(running.incrementAndGet(), Math::max);
            Thread.yield();
            running.decrementAndGet();
            ok(exchange);
        })) {
            served.client.send(GET.repeat(50));
            for (int i = 0; i < 50; i++) {
                assertThat(served.client.answer().status()).isEqualTo(200);
            }
            assertThat(most.get()).isEqualTo(1);
        }
    }

    @Test
    void aBodyThatNobodyReadIsDroppedAndTheConnectionKept() throws Exception {
        try (Http1Served served = new Http1Served(Http1ConnectionTest::ok)) {
            assertThat(served.ask(post("Content-Length: 50000\r\n") + "x".repeat(50_000)).closes()).isFalse();
            assertThat(served.ask(post("Transfer-Encoding: chunked\r\n") + "5\r\nhello\r\n0\r\nA: b\r\n\r\n").closes()).isFalse();
            assertThat(served.ask(GET).text()).isEqualTo("/");
        }
    }

    @Test
    void aLongBodyThatNobodyReadCostsTheConnection() throws Exception {
        try (Http1Served served = new Http1Served(Http1ConnectionTest::ok)) {
            Threads.virtual("test").start(() -> {
                try {
                    served.client.send(post("Content-Length: 10000000\r\n"));
                    for (int i = 0; i < 1_000; i++) {
                        served.client.send("x".repeat(10_000));
                    }
                    served.clientEnd.shutdownOutput();
                } catch (IOException closed) {
                    return; // what the client is told is looked at below
                }
            });
            assertThat(served.client.answersToTheEnd()).extracting(Http1Peer.Answer::status).containsExactly(200);
            served.awaitEnd();
        }
    }

    @Test
    void aMalformedBodyThatNobodyReadCostsTheConnection() throws Exception {
        try (Http1Served served = new Http1Served(Http1ConnectionTest::ok)) {
            served.client.send(post("Transfer-Encoding: chunked\r\n") + "zz\r\n" + GET);
            served.clientEnd.shutdownOutput();
            assertThat(served.client.answersToTheEnd()).hasSize(1);
        }
    }

    @Test
    void aHandlerThatFailsIsAnsweredFor() throws Exception {
        try (Http1Served served = new Http1Served(exchange -> {
            throw new BadMessage(422, "unprocessable");
        })) {
            Http1Peer.Answer answer = served.ask(GET);
            assertThat(answer.status()).isEqualTo(422);
            assertThat(answer.text()).isEqualTo("unprocessable\n");
            assertThat(answer.closes()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whyAHandlerFailsIsNotTold(boolean checked) throws Exception {
        try (Http1Served served = new Http1Served(exchange -> {
            if (checked) {
                throw new IOException("a secret");
            }
            throw new IllegalStateException("a secret");
        })) {
            Http1Peer.Answer answer = served.ask(GET);
            assertThat(answer.status()).isEqualTo(500);
            assertThat(answer.text()).doesNotContain("secret");
            assertThat(answer.closes()).isTrue();
        }
    }

    @Test
    void theLogNamesTheHandlerThatFailedAndNotTheTargetWhichMayHoldASecret() throws Exception {
        String secret = "s" + Long.toHexString(System.nanoTime());
        try (Http1Served served = new Http1Served(exchange -> {
            throw new IllegalStateException("mark-" + secret.substring(1));
        })) {
            served.ask("GET /v1/" + secret + " HTTP/1.1\r\nHost: a\r\n\r\n");
        }
        Log.flush();
        String log = Files.readString(Path.of(System.getProperty("lambdadispatch.log")));
        assertThat(log).contains("mark-" + secret.substring(1)).doesNotContain(secret);
    }

    @Test
    void aHandlerThatFailsAfterItsHeadBreaksTheConnectionOff() throws Exception {
        try (Http1Served served = new Http1Served(exchange -> {
            exchange.respond(200, new Headers(), 10);
            exchange.write(new byte[] {'x'}, 0, 1);
            exchange.flush();
            throw new IOException("the rest is not to be had");
        })) {
            served.client.send(GET);
            assertThat(served.client.head()).startsWith("HTTP/1.1 200 ");
            served.awaitEnd();
        }
    }

    @Test
    void aHandlerThatForgetsToEndBreaksTheConnectionOff() throws Exception {
        try (Http1Served served = new Http1Served(exchange -> {
            exchange.respond(200, new Headers(), -1);
            exchange.flush();
        })) {
            served.client.send(GET);
            assertThat(served.client.head()).contains("transfer-encoding: chunked");
            served.awaitEnd();
        }
    }

    @Test
    void aClientThatLeavesIsNoticedWhileTheHandlerWaits() throws Exception {
        for (boolean byReset : new boolean[] {false, true}) {
            CountDownLatch gone = new CountDownLatch(1);
            try (Http1Served served = new Http1Served(exchange -> {
                exchange.onClientGone(gone::countDown);
                await(gone);
            })) {
                served.client.send(GET);
                if (byReset) {
                    served.clientEnd.reset();
                } else {
                    served.clientEnd.close();
                }
                await(gone);
                served.awaitEnd();
            }
        }
    }

    @Test
    void aClientThatLeavesInsideItsBodyIsNoticed() throws Exception {
        CountDownLatch gone = new CountDownLatch(1);
        try (Http1Served served = new Http1Served(exchange -> {
            exchange.onClientGone(gone::countDown);
            readAll(exchange);
        })) {
            served.client.send(post("Content-Length: 10\r\n") + "hello");
            served.clientEnd.close();
            await(gone);
        }
    }

    @Test
    void aClientThatStaysIsNotTakenForOneThatLeft() throws Exception {
        AtomicInteger gone = new AtomicInteger();
        SynchronousQueue<String> go = new SynchronousQueue<>();
        try (Http1Served served = new Http1Served(exchange -> {
            exchange.onClientGone(gone::incrementAndGet);
            try {
                go.take();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            ok(exchange);
        })) {
            for (int i = 0; i < 3; i++) {
                served.client.send("GET /" + i + " HTTP/1.1\r\nHost: a\r\n\r\n");
                while (!served.serverEnd.readerWaits()) { // until the watch reads ahead
                    LockSupport.parkNanos(1_000_000);
                }
                go.put("on");
                assertThat(served.client.answer().text()).isEqualTo("/" + i);
            }
            assertThat(gone.get()).isZero();
        }
    }

    static void await(CountDownLatch latch) throws IOException {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    @Test
    void stoppingClosesAnIdleConnectionAtOnce() throws Exception {
        try (Http1Served served = new Http1Served(Http1ConnectionTest::ok)) {
            served.ask(GET);
            served.connection.stop();
            served.awaitEnd();
        }
    }

    @Test
    void announcedCloseLeavesAnIdleConnectionOpenAndIsSaidInTheNextAnswer() throws Exception {
        try (Http1Served served = new Http1Served(Http1ConnectionTest::ok)) {
            assertThat(served.ask(GET).closes()).isFalse();
            served.connection.announceClose();
            assertThat(served.ask(GET).closes()).isTrue();
            served.clientEnd.shutdownOutput();
            served.awaitEnd();
        }
    }

    @Test
    void stoppingLetsTheExchangeUnderWayFinish() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        try (Http1Served served = new Http1Served(exchange -> {
            running.countDown();
            await(go);
            ok(exchange);
        })) {
            served.client.send(GET + GET);
            await(running);
            served.connection.stop();
            go.countDown();
            Http1Peer.Answer answer = served.client.answer();
            assertThat(answer.text()).isEqualTo("/");
            assertThat(answer.closes()).isTrue();
            served.clientEnd.shutdownOutput();
            assertThat(served.client.answersToTheEnd()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"GET / HT, 408", "'GET / HTTP/1.1\r\nHost: a\r\n', 408"})
    void aHeadThatTakesTooLongIsAnswered408(String part, int status) throws Exception {
        try (Http1Served served = new Http1Served(new Bounds().headTimeoutMillis(60).limits(), Http1ConnectionTest::ok)) {
            Http1Peer.Answer answer = served.ask(part);
            assertThat(answer.status()).isEqualTo(status);
            assertThat(answer.closes()).isTrue();
            served.awaitEnd();
        }
    }

    @Test
    void anIdleConnectionIsClosedWithoutAWord() throws Exception {
        try (Http1Served served = new Http1Served(new Bounds().headTimeoutMillis(60).limits(), Http1ConnectionTest::ok)) {
            assertThat(served.client.answersToTheEnd()).isEmpty(); // the first request has the time of a head
        }
        try (Http1Served served = new Http1Served(new Bounds().idleMillis(60).limits(), Http1ConnectionTest::ok)) {
            served.client.send(GET);
            assertThat(served.client.answersToTheEnd()).hasSize(1);
        }
    }

    @Test
    void aBodyThatStallsIsAnswered408() throws Exception {
        Limits limits = new Bounds().bodyStallMillis(60).limits();
        try (Http1Served served = new Http1Served(limits, exchange -> {
            readAll(exchange);
            ok(exchange);
        })) {
            Http1Peer.Answer answer = served.ask(post("Content-Length: 10\r\n") + "hello");
            assertThat(answer.status()).isEqualTo(408);
            assertThat(answer.closes()).isTrue();
        }
    }

    @Test
    void aClientThatTakesNothingIsResetAfterAWhile() throws Exception {
        CountDownLatch failed = new CountDownLatch(1);
        try (Http1Served served = new Http1Served(new Bounds().writeStallMillis(60).limits(), exchange -> {
            exchange.respond(200, new Headers(), -1);
            try {
                while (true) {
                    exchange.write(new byte[8192], 0, 8192);
                }
            } catch (IOException e) {
                failed.countDown();
                throw e;
            }
        })) {
            served.client.send(GET);
            await(failed);
        }
    }

    @Test
    void anHttp10ClientThatAsksForItKeepsItsConnection() throws Exception {
        try (Http1Served served = new Http1Served(Http1ConnectionTest::ok)) {
            Http1Peer.Answer answer = served.ask("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
            assertThat(answer.field("connection")).isEqualTo("keep-alive");
            assertThat(served.ask("GET / HTTP/1.0\r\n\r\n").closes()).isTrue();
            served.awaitEnd();
        }
    }
}
