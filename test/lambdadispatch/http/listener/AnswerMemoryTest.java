// SPDX-License-Identifier: MIT
package lambdadispatch.http.listener;

import static lambdadispatch.support.WireFrame.INITIAL_WINDOW_SIZE;
import static lambdadispatch.support.WireFrame.get;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import lambdadispatch.http.server.Limits;
import lambdadispatch.net.MemoryAccount;
import lambdadispatch.net.SocketTransport;
import lambdadispatch.support.ConnectionLog;
import lambdadispatch.support.Http1Peer;
import lambdadispatch.support.Http2Peer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Answers that are made whole before they are sent, as those of the metrics and admin ports are, and clients that do not take them.
@Timeout(60)
class AnswerMemoryTest {
    private static final int ANSWER = 100_000;
    private static final int MOST = 1 << 20;

    @RegisterExtension
    final ConnectionLog log = new ConnectionLog();

    private final MemoryAccount account = new MemoryAccount(MOST);

    private Server start(int octets) throws IOException {
        Server server = new Server("test", new InetSocketAddress("127.0.0.1", 0), null, Limits.DEFAULT, exchange -> {
            exchange.answer(200, "text/plain", new byte[octets]);
        }, account);
        server.start();
        return log.owns(server);
    }

    private Http2Peer peer(Server server) throws IOException {
        return log.add(new Http2Peer(SocketTransport.connect(server.address(), Duration.ofSeconds(20))));
    }

    private void awaitHeld(long least, long most) {
        while (account.held() < least || account.held() > most) {
            LockSupport.parkNanos(1_000_000); // the class has a time limit
        }
    }

    @Test
    void whatIsNotTakenIsHeldForTheClientUntilHeLeaves() throws IOException {
        Server server = start(ANSWER);
        Http2Peer peer = peer(server).begin(INITIAL_WINDOW_SIZE, 0);
        for (int i = 0; i < 4; i++) {
            peer.send(get(1 + 2 * i, "/"));
        }
        awaitHeld(4 * ANSWER, MOST);
        peer.close();
        awaitHeld(0, 0);
    }

    @Test
    void whoAsksForMoreAndMoreOfThemIsEndedAndOthersAreAnswered() throws IOException {
        Server server = start(ANSWER);
        Http2Peer greedy = peer(server).begin(INITIAL_WINDOW_SIZE, 0);
        try {
            for (int i = 0; i < 100; i++) {
                greedy.send(get(1 + 2 * i, "/"));
            }
        } catch (IOException ended) {
            assertThat(account.ended()).isPositive();
        }
        greedy.awaitEnd();
        assertThat(account.ended()).isEqualTo(1);
        Http1Peer other = log.owns(new Http1Peer(SocketTransport.connect(server.address(), Duration.ofSeconds(20))));
        assertThat(other.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").answer().text()).hasSize(ANSWER);
    }

    @Test
    void aShortAnswerNeedsNoAccount() throws IOException {
        Server server = start(4_000);
        Http1Peer client = log.owns(new Http1Peer(SocketTransport.connect(server.address(), Duration.ofSeconds(20))));
        for (int i = 0; i < 3; i++) {
            assertThat(client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").answer().text()).hasSize(4_000);
            assertThat(account.held()).isEqualTo(ServedConnection.PLAIN_OCTETS);
        }
    }
}
