// SPDX-License-Identifier: MIT
package lambdadispatch.carrier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A connection that is made by a thread of the system is often there before that thread has looked whether its interest is registered.
/// Interest in the connection that outlived it would have the carrier spin: `select` returns for it at once, and has nothing to tell.
@Timeout(60)
class ConnectInterestTest {
    /// Of so many connections some hundred meet that moment.
    private static final int CONNECTIONS = 2000;

    @Test
    void noInterestInTheConnectionOutlivesIt() throws Exception {
        assumeTrue(Threads.areOnEventLoops(), "the JDK's scheduler has no selector of ours");
        try (ServerSocketChannel listener = ServerSocketChannel.open()) {
            listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1000);
            for (int i = 0; i < CONNECTIONS; i++) {
                try (SocketChannel channel = SocketChannel.open()) {
                    ChannelWaits waits = ChannelWaits.of(channel);
                    if (!channel.connect(listener.getLocalAddress())) {
                        do {
                            waits.awaitConnection();
                        } while (!channel.finishConnect());
                    }
                    assertThat(waits.interest() & SelectionKey.OP_CONNECT).as("after connection " + i).isZero();
                    waits.close();
                    listener.accept().close();
                }
            }
        }
    }
}
