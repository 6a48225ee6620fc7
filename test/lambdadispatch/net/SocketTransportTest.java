// SPDX-License-Identifier: MIT
package lambdadispatch.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import jdk.net.ExtendedSocketOptions;
import lambdadispatch.carrier.Threads;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A look at a socket that does not wait.
@Timeout(60)
class SocketTransportTest {
    private interface Look {
        void at(SocketTransport near, Socket far) throws Exception;
    }

    private static void connected(Look look) throws Exception {
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                SocketTransport near = SocketTransport.connect(new InetSocketAddress(server.getInetAddress(), server.getLocalPort()),
                        Duration.ofSeconds(30));
                Socket far = server.accept()) {
            onVirtualThread(() -> {
                look.at(near, far);
                return null;
            });
        }
    }

    private static void onVirtualThread(Callable<Void> work) throws Exception {
        FutureTask<Void> task = new FutureTask<>(work);
        Threads.virtual("look").start(task);
        task.get();
    }

    /// Waits until something is there: what a peer has sent is on its way for a moment.
    private static int found(SocketTransport near, byte[] into) throws IOException {
        int count;
        do {
            count = near.readAtOnce(into, 0, into.length);
            Thread.onSpinWait();
        } while (count == 0);
        return count;
    }

    @Test
    void nothingIsThereAndReadingStillWaits() throws Exception {
        connected((near, far) -> {
            assertThat(near.readAtOnce(new byte[4], 0, 4)).isZero();
            Thread sender = Thread.ofPlatform().start(() -> {
                try {
                    far.getOutputStream().write('a');
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            byte[] into = new byte[4];
            assertThat(near.read(into, 1, 3)).isEqualTo(1);
            assertThat(into).startsWith(0, 'a');
            sender.join();
            assertThat(near.readAtOnce(into, 0, 4)).isZero();
        });
    }

    @Test
    void octetsThatAreThereAreRead() throws Exception {
        connected((near, far) -> {
            far.getOutputStream().write(new byte[] {1, 2, 3});
            byte[] into = new byte[8];
            assertThat(found(near, into)).isEqualTo(3);
            assertThat(into).startsWith(1, 2, 3);
        });
    }

    @Test
    void endOfTheStreamIsSeen() throws Exception {
        connected((near, far) -> {
            far.close();
            assertThat(found(near, new byte[8])).isEqualTo(-1);
        });
    }

    @Test
    void connectionThatWasClosedHereCanNotBeLookedAt() throws Exception {
        connected((near, far) -> {
            near.close();
            assertThatThrownBy(() -> near.readAtOnce(new byte[8], 0, 8)).isInstanceOf(ClosedChannelException.class);
        });
    }

    @Test
    void probesAreAskedForAtTheTimesGivenAndNothingIsHeldBack() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                SocketChannel channel = SocketChannel.open(server.getLocalSocketAddress());
                SocketTransport transport = new SocketTransport(channel)) {
            assertThat(channel.getOption(StandardSocketOptions.TCP_NODELAY)).isTrue();
            assertThat(channel.getOption(StandardSocketOptions.SO_KEEPALIVE)).isFalse();
            transport.keepAliveProbes(Duration.ofSeconds(60));
            assertThat(channel.getOption(StandardSocketOptions.SO_KEEPALIVE)).isTrue();
            assertThat(channel.getOption(ExtendedSocketOptions.TCP_KEEPIDLE)).isEqualTo(60);
            assertThat(channel.getOption(ExtendedSocketOptions.TCP_KEEPINTERVAL)).isEqualTo(15);
            assertThat(channel.getOption(ExtendedSocketOptions.TCP_KEEPCOUNT)).isEqualTo(4);
            assertThat(transport.remoteAddress()).isEqualTo(server.getLocalSocketAddress());
            assertThat(transport.localAddress()).isEqualTo(channel.getLocalAddress());
        }
    }

    @Test
    void itIsQuietUntilSomethingComesOrItEnds() throws Exception {
        connected((near, far) -> {
            assertThat(near.quiet()).isTrue();
            far.getOutputStream().write(1);
            while (near.quiet()) {
                Thread.onSpinWait(); // on its way
            }
            far.close();
            while (near.readAtOnce(new byte[1], 0, 1) == 0) {
                Thread.onSpinWait();
            }
            assertThat(near.quiet()).isFalse();
            near.close();
            assertThat(near.quiet()).isFalse();
            near.reset(); // and closing it once more harms nobody
            near.close();
        });
    }

    @Test
    void whatThePeerTakesOfALongWriteIsCounted() throws Exception {
        int octets = 16 << 20;
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                SocketTransport near = SocketTransport.connect(new InetSocketAddress(server.getInetAddress(), server.getLocalPort()),
                        Duration.ofSeconds(30));
                Socket far = server.accept()) {
            FutureTask<Void> write = new FutureTask<>(() -> {
                near.write(new byte[octets], 0, octets);
                return null;
            });
            assertThat(near.octetsTaken()).isZero();
            Threads.virtual("write").start(write);
            assertThat(far.getInputStream().readNBytes(octets)).hasSize(octets);
            write.get();
            assertThat(near.octetsTaken()).isBetween(1L, (long) octets);
        }
    }
}
