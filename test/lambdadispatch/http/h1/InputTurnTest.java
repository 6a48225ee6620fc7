// SPDX-License-Identifier: MIT
package lambdadispatch.http.h1;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import lambdadispatch.carrier.Threads;
import lambdadispatch.http.server.Exchange;
import lambdadispatch.http.server.Handler;
import lambdadispatch.http.server.Limits;
import lambdadispatch.net.Deadline;
import lambdadispatch.net.Input;
import lambdadispatch.net.TimedSource;
import lambdadispatch.net.Transport;
import lambdadispatch.support.Bounds;
import lambdadispatch.support.Http1Peer;
import lambdadispatch.support.MemoryTransport;
import lambdadispatch.support.TransportAround;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// One reads at a time, whoever it is, and under its own limit.
@Timeout(60)
class InputTurnTest {
    private static final String LAST = "GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";

    private final MemoryTransport[] ends = MemoryTransport.pair(64 << 10);
    private final OneReader server = new OneReader(ends[1]);

    /// Counts who reads at the same time.
    private static final class OneReader implements TransportAround {
        private final MemoryTransport inner;
        private final AtomicInteger reading = new AtomicInteger();
        private final AtomicInteger most = new AtomicInteger();

        OneReader(MemoryTransport inner) {
            this.inner = inner;
        }

        @Override
        public Transport inner() {
            return inner;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int now = reading.incrementAndGet();
            most.accumulateAndGet(now, Math::max);
            try {
                return inner.read(into, offset, length);
            } finally {
                reading.decrementAndGet();
            }
        }

        void awaitReader() {
            while (!inner.readerWaits()) {
                LockSupport.parkNanos(1_000_000); // not spinning: on one carrier nobody else would run
            }
        }
    }

    private Thread serve(Limits limits, Handler handler) {
        TimedSource source = new TimedSource(server);
        Input in = new Input(source, 2048, 64 << 10);
        return Threads.virtual("served").start(new Http1Connection(server, source, in, limits, handler)::run);
    }

    private static String readAll(Exchange exchange) throws IOException {
        return Http1ConnectionTest.readAll(exchange);
    }

    @Test
    void theLastWordsOfASlowExchangeWaitForTheReadAheadThatIsUnderWay() throws Exception {
        Thread served = serve(Limits.DEFAULT, exchange -> {
            exchange.onClientGone(() -> { });
            server.awaitReader();
            exchange.answer(200, "text/plain", new byte[] {'a'});
        });
        Http1Peer client = new Http1Peer(ends[0]).send(LAST);
        assertThat(client.answer().closes()).isTrue();
        client.awaitEnd(); // by now it lingers, as the read-ahead still does
        try {
            for (int i = 0; i < 10; i++) {
                LockSupport.parkNanos(2_000_000); // time for a second reader to show up
                client.send("x");
            }
        } catch (IOException e) {
            assertThat(e).as("it has lingered for long enough").hasMessage("Broken pipe");
        }
        ends[0].close();
        served.join();
        assertThat(server.most.get()).isEqualTo(1);
    }

    @Test
    void aSlowExchangeIsFollowedByTheNextWithoutASecondReader() throws Exception {
        Thread served = serve(Limits.DEFAULT, exchange -> {
            exchange.onClientGone(() -> { });
            byte[] body = readAll(exchange).getBytes(StandardCharsets.US_ASCII);
            server.awaitReader();
            exchange.answer(200, "text/plain", body);
        });
        Http1Peer client = new Http1Peer(ends[0]);
        for (int i = 0; i < 3; i++) {
            assertThat(client.send("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\nhi").answer().status()).isEqualTo(200);
        }
        ends[0].close();
        served.join();
        assertThat(server.most.get()).isEqualTo(1);
    }

    /// A handler may ask for more than there is, long after the body's end.
    @Test
    void readingBehindABodysEndPutsNoLimitOnTheClientsSilence() throws Exception {
        AtomicBoolean gone = new AtomicBoolean();
        Thread served = serve(new Bounds().bodyStallMillis(1).limits(), exchange -> {
            exchange.onClientGone(() -> gone.set(true));
            server.awaitReader();
            assertThat(exchange.read(new byte[1], 0, 1)).isEqualTo(-1);
            CountDownLatch later = new CountDownLatch(1);
            try (Deadline deadline = new Deadline(later::countDown)) {
                deadline.armNanos(200_000_000); // any limit of a millisecond has run out by then
                Http1ConnectionTest.await(later);
            }
            exchange.answer(200, "text/plain", new byte[] {'a'});
        });
        Http1Peer client = new Http1Peer(ends[0]);
        assertThat(client.send("GET / HTTP/1.1\r\nhost: a\r\n\r\n").answer().status()).isEqualTo(200);
        assertThat(gone).isFalse();
        assertThat(client.send(LAST).answer().closes()).as("the connection is still good").isTrue();
        ends[0].close();
        served.join();
    }
}
