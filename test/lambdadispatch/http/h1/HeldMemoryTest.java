// SPDX-License-Identifier: MIT
package lambdadispatch.http.h1;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.server.Exchange;
import lambdadispatch.http.server.Handler;
import lambdadispatch.http.server.Limits;
import lambdadispatch.net.MemoryAccount;
import lambdadispatch.net.MemoryShare;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What an HTTP/1.1 connection holds of what its client sends and does not take.
@Timeout(60)
class HeldMemoryTest {
    private static final int PIPE = 64 << 10;

    private final MemoryAccount account = new MemoryAccount(1 << 20);
    private final MemoryShare memory = account.open("a", 0, () -> { });
    private final BlockingQueue<Long> held = new LinkedBlockingQueue<>();

    private Http1Served served(Handler handler) {
        return new Http1Served(Limits.DEFAULT, PIPE, memory, handler);
    }

    private long heldWhileHandled() throws InterruptedException {
        return held.poll(30, TimeUnit.SECONDS);
    }

    private void noteAndAnswer(Exchange exchange) throws IOException {
        byte[] bin = new byte[4096];
        while (exchange.read(bin, 0, bin.length) >= 0) {
            continue;
        }
        held.add(memory.held());
        exchange.answer(200, "text/plain", new byte[0]);
    }

    @Test
    void aLongTargetCountsAndIsForgottenWithItsRequest() throws Exception {
        try (Http1Served served = served(this::noteAndAnswer)) {
            String target = "/" + "x".repeat(50_000);
            assertThat(served.ask("GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n").status()).isEqualTo(200);
            assertThat(heldWhileHandled()).isGreaterThan(50_000);
            served.ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(heldWhileHandled()).isLessThan(MemoryShare.FREE);
        }
    }

    @Test
    void whoWaitsForALeavingClientHoldsNoBufferOfWhatItSentBefore() throws Exception {
        AtomicReference<Http1Served> beside = new AtomicReference<>();
        Handler slow = exchange -> {
            exchange.onClientGone(() -> { });
            while (beside.get() == null || !beside.get().serverEnd.readerWaits()) {
                LockSupport.parkNanos(1_000_000); // until the watch reads ahead
            }
            held.add(memory.held());
            exchange.answer(200, "text/plain", new byte[0]);
        };
        try (Http1Served served = served(slow)) {
            served.client.send("GET /" + "x".repeat(50_000) + " HTTP/1.1\r\nHost: a\r\n\r\n");
            beside.set(served);
            assertThat(heldWhileHandled()).as("the head itself").isBetween(50_000L, 60_000L);
            assertThat(served.client.answer().status()).isEqualTo(200);
        }
    }

    @Test
    void trailersCountUntilTheExchangeIsOver() throws Exception {
        try (Http1Served served = served(this::noteAndAnswer)) {
            String fields = ("X-T: " + "t".repeat(1000) + "\r\n").repeat(40);
            String post = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
            assertThat(served.ask(post + "1\r\nx\r\n0\r\n" + fields + "\r\n").status()).isEqualTo(200);
            assertThat(heldWhileHandled()).isGreaterThan(40_000);
            served.ask(post + "1\r\nx\r\n0\r\n\r\n");
            assertThat(heldWhileHandled()).isLessThan(MemoryShare.FREE);
        }
    }

    @Test
    void trailersThatThereIsNoRoomForAreNobodysFaultAndEndTheirRequestOnly() throws Exception {
        MemoryShare other = account.open("b", 0, () -> { });
        assertThat(other.take((1 << 20) - 12_000)).isTrue();
        try (Http1Served served = served(this::noteAndAnswer)) {
            String fields = ("X-T: " + "t".repeat(1000) + "\r\n").repeat(40);
            served.client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + fields + "\r\n");
            assertThat(served.client.answer().status()).isEqualTo(503);
            served.awaitEnd();
        }
    }

    /// A head is the app's choice, and stays here whole until the client has taken it.
    private static void answerWithALongHead(Exchange exchange) throws IOException {
        Headers headers = new Headers();
        for (int i = 0; i < 100; i++) {
            headers.add("x-long", "v".repeat(1000));
        }
        exchange.respond(200, headers, 0);
        exchange.end();
    }

    private static void awaitWriter(Http1Served served) {
        while (!served.serverEnd.writerWaits()) {
            Thread.onSpinWait();
        }
    }

    @Test
    void whatASlowClientDoesNotTakeCountsUntilItHasTakenIt() throws Exception {
        try (Http1Served served = served(HeldMemoryTest::answerWithALongHead)) {
            served.client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            awaitWriter(served);
            assertThat(memory.held()).isGreaterThan(100_000);
            assertThat(served.client.answer().status()).isEqualTo(200);
            served.client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
            assertThat(served.client.answer().status()).isEqualTo(200);
            served.awaitEnd();
            assertThat(memory.held()).isLessThan(MemoryShare.FREE);
        }
    }

    @Test
    void whatAClientThatLeftDidNotTakeIsGivenBackWithItsConnection() throws Exception {
        try (Http1Served served = served(HeldMemoryTest::answerWithALongHead)) {
            served.client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            awaitWriter(served);
        }
        memory.close();
        assertThat(account.held()).isZero();
    }
}
