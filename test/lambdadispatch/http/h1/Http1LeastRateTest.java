// SPDX-License-Identifier: MIT
package lambdadispatch.http.h1;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import lambdadispatch.carrier.Threads;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.server.Exchange;
import lambdadispatch.http.server.Limits;
import lambdadispatch.support.Bounds;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Clients that are slower than they may be, while the limits of each single read and write are far.
@Timeout(30)
class Http1LeastRateTest {
    private static final long DRIP_NANOS = 20_000_000;
    private static final Limits LIMITS = new Bounds().leastRate(1_000_000, 1000).limits();

    private interface Dripping {
        void drip() throws IOException;
    }

    private static void drip(Dripping drop) {
        Threads.virtual("drip").start(() -> {
            try {
                while (true) {
                    drop.drip();
                    LockSupport.parkNanos(DRIP_NANOS);
                }
            } catch (IOException e) {
                return; // the other end has had enough
            }
        });
    }

    private static void readAll(Exchange exchange) throws IOException {
        byte[] buffer = new byte[8192];
        while (exchange.read(buffer, 0, buffer.length) >= 0) {
            continue;
        }
    }

    @Test
    void bodyThatComesOctetByOctetIsAnswered408() throws Exception {
        try (Http1Served served = new Http1Served(LIMITS, exchange -> {
            readAll(exchange);
            exchange.answer(200, "text/plain", new byte[0]);
        })) {
            served.client.send("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 100000\r\n\r\n");
            drip(() -> served.client.send("x"));
            assertThat(served.client.answer().status()).isEqualTo(408);
        }
    }

    @Test
    void clientThatTakesAnOctetNowAndThenIsCutOff() throws Exception {
        BlockingQueue<String> failures = new LinkedBlockingQueue<>();
        try (Http1Served served = new Http1Served(LIMITS, 1000, exchange -> {
            try {
                exchange.answer(200, "text/plain", new byte[200_000]);
            } catch (IOException e) {
                failures.add(e.toString());
                throw e;
            }
        })) {
            served.client.send("GET / HTTP/1.1\r\nhost: a\r\n\r\n");
            byte[] octet = new byte[1];
            drip(() -> served.clientEnd.read(octet, 0, 1));
            assertThat(failures.poll(20, TimeUnit.SECONDS)).isNotNull();
        }
    }

    /// It waits for the other side, which may have nothing to say.
    @Test
    void bodyOfUnknownLengthMayPauseOnceTheAnswerHasBegun() throws Exception {
        CountDownLatch paused = new CountDownLatch(1);
        BlockingQueue<Long> behind = new LinkedBlockingQueue<>();
        try (Http1Served served = new Http1Served(new Bounds().leastRate(1, 3_600_000).limits(), exchange -> {
            Thread reader = Threads.virtual("reads").start(() -> {
                try {
                    readAll(exchange);
                    paused.countDown();
                } catch (IOException e) {
                    return; // and so nobody counts down
                }
            });
            while (exchange.behindNanos() == 0) {
                Thread.yield(); // until it waits
            }
            exchange.respond(200, Headers.of("content-type", "text/plain"), -1);
            exchange.flush();
            behind.add(exchange.behindNanos());
            try {
                reader.join();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            exchange.end();
        })) {
            served.client.send("POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n");
            assertThat(behind.poll(20, TimeUnit.SECONDS)).isZero();
            served.client.send("1\r\nx\r\n0\r\n\r\n");
            assertThat(paused.await(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void whoIsWaitedForIsBehind() throws Exception {
        BlockingQueue<Exchange> exchanges = new LinkedBlockingQueue<>();
        try (Http1Served served = new Http1Served(new Bounds().leastRate(1, 3_600_000).limits(), exchange -> {
            exchanges.add(exchange);
            readAll(exchange);
            exchange.answer(200, "text/plain", new byte[0]);
        })) {
            served.client.send("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\n\r\n");
            Exchange exchange = exchanges.poll(20, TimeUnit.SECONDS);
            for (long behind = 0; behind == 0; behind = exchange.behindNanos()) {
                Thread.yield();
            }
            served.client.send("x");
            assertThat(served.client.answer().status()).isEqualTo(200);
            while (exchange.behindNanos() > 0) {
                Thread.yield(); // the answer can be here before the write of it has returned
            }
        }
    }
}
