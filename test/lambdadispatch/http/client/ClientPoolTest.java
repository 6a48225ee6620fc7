// SPDX-License-Identifier: MIT
package lambdadispatch.http.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The client's books: which connections are open, kept, or over.
@Timeout(30)
class ClientPoolTest {
    private static final Http1Client.Options OPTIONS = Http1Client.Options.DEFAULT;

    private final ClientPool pool = new ClientPool(OPTIONS, new ClientConnector(OPTIONS, ClientConnector.Names.SYSTEM));
    private ServerSocket server;
    private Origin origin;

    @BeforeEach
    void listen() throws Exception {
        server = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
        origin = Origin.of(URI.create("http://127.0.0.1:" + server.getLocalPort() + "/"));
    }

    @AfterEach
    void close() throws Exception {
        pool.close();
        server.close();
    }

    /// A connection and its other end.
    private record Open(ClientConnection connection, Socket peer) {
        boolean over() throws Exception {
            return peer.getInputStream().read() < 0;
        }
    }

    private Open open() throws Exception {
        ClientConnection[] connection = new ClientConnection[1];
        Thread thread = Thread.ofVirtual().start(() -> {
            try {
                connection[0] = pool.open(origin);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        Socket peer = server.accept();
        peer.setSoTimeout(20_000);
        thread.join();
        return new Open(connection[0], peer);
    }

    @Test
    void whatIsOpenIsClosedWithThePoolKeptOrInUse() throws Exception {
        Open inUse = open();
        Open kept = open();
        pool.release(kept.connection);
        pool.close();
        assertThat(inUse.over()).isTrue();
        assertThat(kept.over()).isTrue();
    }

    @Test
    void whatIsReleasedAfterThePoolsEndIsClosed() throws Exception {
        Open open = open();
        pool.close();
        pool.release(open.connection);
        assertThat(open.over()).isTrue();
        assertThat(pool.takeIdle(origin)).isNull();
    }

    @Test
    void theOneThatWasUsedLastComesFirstAndNoMoreThan64AreKept() throws Exception {
        Open first = open();
        pool.release(first.connection);
        for (int i = 0; i < 63; i++) {
            pool.release(open().connection);
        }
        Open tooMany = open();
        pool.release(tooMany.connection);
        assertThat(tooMany.over()).isTrue();
        List<ClientConnection> kept = new ArrayList<>();
        for (ClientConnection each = pool.takeIdle(origin); each != null; each = pool.takeIdle(origin)) {
            kept.add(each);
        }
        assertThat(kept).hasSize(64).last().isSameAs(first.connection);
    }

    @Test
    void theBooksAreChangedByOneThreadAtATime() throws Exception {
        Open open = open();
        Thread closes = new Thread(open.connection::close);
        synchronized (pool) {
            closes.start();
            while (closes.getState() != Thread.State.BLOCKED && closes.isAlive()) {
                Thread.onSpinWait();
            }
            assertThat(closes.isAlive()).as("it waits for the books").isTrue();
        }
        closes.join();
        assertThat(open.over()).isTrue();
    }
}
