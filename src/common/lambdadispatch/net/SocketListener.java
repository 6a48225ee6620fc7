// SPDX-License-Identifier: MIT
package lambdadispatch.net;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import lambdadispatch.carrier.ChannelWaits;

/// A bound TCP port that accepts connections. One thread accepts; any may close.
public final class SocketListener implements Closeable {
    private static final Duration LONGEST_WAY_OUT = Duration.ofSeconds(1);

    private final ServerSocketChannel channel;
    private final ChannelWaits waits; // null: the JDK's scheduler serves
    private final ReentrantLock accepting = new ReentrantLock(); // held in the JDK's `accept`

    /// Binds.
    /// @param address port 0 for an ephemeral one
    /// @param backlog connections that the kernel may establish before they are accepted
    /// @throws java.net.BindException the port is taken
    public SocketListener(InetSocketAddress address, int backlog) throws IOException {
        channel = ServerSocketChannel.open();
        try {
            channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            channel.bind(address, backlog);
            waits = ChannelWaits.of(channel);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /// Waits for a connection; it is blocking, as `accept` leaves it.
    /// @throws java.nio.channels.ClosedChannelException the listener is closed
    public SocketChannel accept() throws IOException {
        if (waits == null) {
            return acceptBlocking();
        }
        while (true) {
            SocketChannel accepted = channel.accept();
            if (accepted != null) {
                return accepted;
            }
            waits.awaitInput();
        }
    }

    private SocketChannel acceptBlocking() throws IOException {
        accepting.lock();
        try {
            return channel.accept();
        } finally {
            accepting.unlock();
        }
    }

    public InetSocketAddress address() {
        return (InetSocketAddress) channel.socket().getLocalSocketAddress();
    }

    /// Once this returns, the port is free.
    @Override
    public void close() throws IOException {
        if (waits == null) {
            channel.close();
            awaitLast();
        } else {
            waits.closeAndRelease();
        }
    }

    /// Whoever is in the JDK's `accept` releases the descriptor on his way out.
    private void awaitLast() {
        try {
            if (accepting.tryLock(LONGEST_WAY_OUT.toNanos(), TimeUnit.NANOSECONDS)) {
                accepting.unlock();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
