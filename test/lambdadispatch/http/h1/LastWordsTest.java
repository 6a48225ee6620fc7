// SPDX-License-Identifier: MIT
package lambdadispatch.http.h1;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import lambdadispatch.carrier.Threads;
import lambdadispatch.http.server.Handler;
import lambdadispatch.http.server.Limits;
import lambdadispatch.net.Input;
import lambdadispatch.net.TimedSource;
import lambdadispatch.support.Bounds;
import lambdadispatch.support.Http1Peer;
import lambdadispatch.support.MemoryTransport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What a connection that is about to end says, and how long it listens after that.
@Timeout(60)
class LastWordsTest {
    private static final Handler HELLO = exchange -> exchange.answer(200, "text/plain", new byte[] {'a'});

    /// What is left of the body is little, so that nothing but its fault stands against keeping the connection.
    @Test
    void anAnswerBehindABodyThatStalledSaysThatTheConnectionCloses() throws Exception {
        Http1Served served = new Http1Served(new Bounds().bodyStallMillis(50).limits(), exchange -> {
            byte[] body = new byte[10];
            try {
                while (exchange.read(body, 0, body.length) >= 0) {
                    continue;
                }
            } catch (SocketTimeoutException e) {
                HELLO.handle(exchange); // as if nothing had happened
            }
        });
        served.client.send("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\nabc");
        Http1Peer.Answer answer = served.client.answer();
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.head()).containsIgnoringCase("connection: close");
        served.awaitEnd();
    }

    @Test
    void aClientThatGoesOnSendingIsListenedToForAWhileOnly() throws Exception {
        MemoryTransport[] ends = MemoryTransport.pair(1 << 16);
        TimedSource source = new TimedSource(ends[1]);
        Http1Connection connection =
                new Http1Connection(ends[1], source, new Input(source, 2048, 1 << 16), Limits.DEFAULT, HELLO, Duration.ofMillis(200));
        Thread server = Threads.virtual("served").start(connection::run);
        Http1Peer client = new Http1Peer(ends[0]);
        assertThat(client.send("GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").answer().status()).isEqualTo(200);
        try {
            while (server.isAlive()) {
                ends[0].write(new byte[1], 0, 1);
                LockSupport.parkNanos(1_000_000);
            }
        } catch (IOException hungUp) {
            server.join(); // its last step
        }
        assertThat(server.isAlive()).isFalse();
        ends[0].close();
    }
}
