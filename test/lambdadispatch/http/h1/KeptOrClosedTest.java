// SPDX-License-Identifier: MIT
package lambdadispatch.http.h1;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import lambdadispatch.http.server.Handler;
import lambdadispatch.support.Bounds;
import lambdadispatch.support.Http1Peer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// When a connection is kept after an exchange, and what is still watched on it.
@Timeout(60)
class KeptOrClosedTest {
    private static final String GET = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";
    private static final Handler HELLO = exchange -> exchange.answer(200, "text/plain", new byte[] {'a'});

    /// Lets it wait until the connection reads ahead, as it does for an exchange that lasts.
    private static void untilReadAhead(Http1Served served) {
        while (!served.serverEnd.readerWaits()) {
            LockSupport.parkNanos(1_000_000); // not spinning: on one carrier nobody else would run
        }
    }

    @Test
    void connectionThatRestsAfterASlowExchangeEndsAfterItsIdleTime() throws Exception {
        AtomicReference<Http1Served> self = new AtomicReference<>();
        CountDownLatch known = new CountDownLatch(1);
        Http1Served served = new Http1Served(new Bounds().idleMillis(100).limits(), exchange -> {
            exchange.onClientGone(() -> { });
            await(known);
            untilReadAhead(self.get());
            HELLO.handle(exchange);
        });
        self.set(served);
        known.countDown();
        assertThat(served.ask(GET).status()).isEqualTo(200);
        served.awaitEnd();
    }

    @Test
    void clientThatLeavesAfterItsBodyIsNoticedThoughTheWatchBeganBeforeThat() throws Exception {
        CountDownLatch watching = new CountDownLatch(1);
        CountDownLatch read = new CountDownLatch(1);
        CountDownLatch gone = new CountDownLatch(1);
        Http1Served served = new Http1Served(exchange -> {
            exchange.onClientGone(gone::countDown);
            watching.countDown();
            byte[] body = new byte[3];
            for (int count = 0; count < 3; ) {
                count += exchange.read(body, count, 3 - count);
            }
            read.countDown();
            await(gone);
            HELLO.handle(exchange);
        });
        served.client.send("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\n\r\n");
        await(watching);
        LockSupport.parkNanos(Duration.ofMillis(250).toNanos()); // the watch has looked, and found a body that is not whole
        served.client.send("abc");
        await(read);
        untilReadAhead(served);
        served.clientEnd.close();
        assertThat(gone.await(20, TimeUnit.SECONDS)).isTrue();
        served.close();
    }

    @ParameterizedTest
    @CsvSource({"262144, true", "262145, false"})
    void bodyThatNobodyWantedIsReadToItsLimitSoThatTheConnectionIsKept(int length, boolean kept) throws Exception {
        Http1Served served = new Http1Served(HELLO);
        served.client.send("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: " + length + "\r\n\r\n");
        assertThat(served.client.answer().status()).isEqualTo(200);
        boolean written = true;
        try {
            served.clientEnd.write(new byte[length], 0, length);
            served.client.send(GET);
        } catch (IOException e) {
            written = false; // the connection is over before the body is
        }
        if (kept) {
            assertThat(written).isTrue();
            assertThat(served.client.answer().status()).isEqualTo(200);
        } else {
            assertThat(served.clientEnd.read(new byte[1], 0, 1)).as("no second answer").isEqualTo(-1);
        }
        served.close();
    }

    @Test
    void connectionIsNotKeptAfterABodyThatBrokeAlthoughItsHandlerAnsweredWell() throws Exception {
        Http1Served served = new Http1Served(exchange -> {
            try {
                exchange.read(new byte[10], 0, 10);
            } catch (IOException e) {
                HELLO.handle(exchange); // as if nothing had happened
            }
        });
        served.client.send("POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nx\r\n");
        Http1Peer.Answer answer = served.client.answer();
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.head()).containsIgnoringCase("connection: close");
        served.awaitEnd();
    }

    private static void await(CountDownLatch latch) throws IOException {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }
}
