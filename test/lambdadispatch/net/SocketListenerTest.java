// SPDX-License-Identifier: MIT
package lambdadispatch.net;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.FutureTask;
import lambdadispatch.carrier.Threads;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SocketListenerTest {
    @Test
    void onceItIsClosedNobodyConnectsAnyMore() throws Exception {
        for (int i = 0; i < 300; i++) {
            SocketListener listener = new SocketListener(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
            InetSocketAddress address = listener.address();
            FutureTask<Void> waits = new FutureTask<>(() -> {
                while (true) {
                    listener.accept().close();
                }
            });
            Threads.spread("test").start(waits);
            new Socket(address.getAddress(), address.getPort()).close(); // so it has come as far as `accept`
            listener.close();
            assertThatThrownBy(() -> new Socket(address.getAddress(), address.getPort())).as("time " + i)
                    .isInstanceOf(ConnectException.class);
            assertThatThrownBy(waits::get).hasCauseInstanceOf(ClosedChannelException.class);
        }
    }
}
