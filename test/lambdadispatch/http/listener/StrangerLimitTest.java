// SPDX-License-Identifier: MIT
package lambdadispatch.http.listener;

import static lambdadispatch.support.WireFrame.get;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import lambdadispatch.http.server.Exchange;
import lambdadispatch.http.server.Handler;
import lambdadispatch.net.SocketTransport;
import lambdadispatch.support.Bounds;
import lambdadispatch.support.ConnectionLog;
import lambdadispatch.support.Http1Peer;
import lambdadispatch.support.Http2Peer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/// How long a connection may be a stranger's where peers prove who they are.
@Timeout(60)
class StrangerLimitTest {
    @RegisterExtension
    final ConnectionLog log = new ConnectionLog();

    private Server start() throws IOException {
        Handler handler = new Handler() {
            @Override
            public void handle(Exchange exchange) throws IOException {
                if (exchange.request().path().equals("/token")) {
                    exchange.connection().trustPeer();
                }
                exchange.answer(200, "text/plain", new byte[0]);
            }

            @Override
            public boolean knowsItsPeers() {
                return true;
            }
        };
        Server server =
                new Server("test", new InetSocketAddress("127.0.0.1", 0), null, new Bounds().headTimeoutMillis(700).limits(), handler);
        server.start();
        return log.owns(server);
    }

    private Http2Peer connect(Server server) throws IOException {
        return log.add(new Http2Peer(SocketTransport.connect(server.address(), Duration.ofSeconds(20)))).begin();
    }

    @Test
    void aConnectionOfAStrangerEndsWhateverItSaysAndOneOfAFriendGoesOn() throws IOException {
        Server server = start();
        Http2Peer friend = connect(server).send(get(1, "/token"));
        assertThat(friend.answer(1).status()).isEqualTo(200);
        Http2Peer stranger = connect(server);
        assertThat(endsAlthoughItAsksOnAndOn(stranger)).isTrue();
        assertThat(friend.send(get(3, "/")).answer(3).status()).isEqualTo(200);
    }

    private static boolean endsAlthoughItAsksOnAndOn(Http2Peer stranger) {
        try {
            for (int id = 1; ; id += 2) {
                stranger.send(get(id, "/")).answer(id);
            }
        } catch (IOException | AssertionError over) {
            return true;
        }
    }

    @Test
    void overHttp1ItEndsTooWhicheverWayItIsBusy() throws IOException {
        Http1Peer peer = new Http1Peer(SocketTransport.connect(start().address(), Duration.ofSeconds(20)));
        try (peer) {
            int served = 0;
            try {
                while (peer.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").answer().status() == 200) {
                    served++;
                }
            } catch (IOException | AssertionError over) {
                assertThat(served).isPositive();
            }
        }
    }
}
