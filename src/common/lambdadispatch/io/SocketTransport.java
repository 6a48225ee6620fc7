// SPDX-License-Identifier: MIT
package lambdadispatch.io;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/// A TCP connection as a [Transport]: a blocking-mode [SocketChannel], to be used from virtual threads.
public final class SocketTransport implements Transport {
    private static final ByteBuffer NONE = ByteBuffer.allocate(0);

    private final SocketChannel channel;
    private final InetSocketAddress remote;
    private final InetSocketAddress local;
    // The views wrap the caller's array, which is nearly always the same one: no allocation per call.
    private ByteBuffer readView = NONE;
    private ByteBuffer writeView = NONE;

    public SocketTransport(SocketChannel channel) throws IOException {
        this.channel = channel;
        this.remote = (InetSocketAddress) channel.getRemoteAddress();
        this.local = (InetSocketAddress) channel.getLocalAddress();
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    }

    /// Opens a connection; call from a virtual thread.
    /// @throws SocketTimeoutException not connected within the limit
    public static SocketTransport connect(InetSocketAddress address, Duration limit) throws IOException {
        SocketChannel channel = SocketChannel.open();
        try {
            channel.socket().connect(address, Math.toIntExact(Math.max(1, limit.toMillis())));
            return new SocketTransport(channel);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /// Lets the kernel probe a silent connection, so that NAT and load balancers keep it (they drop idle paths after 350 s on AWS)
    /// and a dead peer is noticed.
    public void keepAliveProbes(Duration idle) throws IOException {
        channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
        int seconds = Math.toIntExact(Math.max(1, idle.toSeconds()));
        // These options come from the module jdk.net, which need not be in the run-time image: found by name, the kernel's own times otherwise.
        for (SocketOption<?> option : channel.supportedOptions()) {
            switch (option.name()) {
                case "TCP_KEEPIDLE" -> setSeconds(option, seconds);
                case "TCP_KEEPINTERVAL" -> setSeconds(option, Math.max(1, seconds / 4));
                case "TCP_KEEPCOUNT" -> setSeconds(option, 4);
                default -> { }
            }
        }
    }

    @SuppressWarnings("unchecked") // all three are documented as Integer options
    private void setSeconds(SocketOption<?> option, int value) throws IOException {
        channel.setOption((SocketOption<Integer>) option, value);
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        ByteBuffer view = readView;
        if (view.array() != into) {
            view = ByteBuffer.wrap(into);
            readView = view;
        }
        view.limit(offset + length).position(offset);
        return channel.read(view);
    }

    /// Reads what has arrived, without waiting: 0 if nothing has, -1 at the end of the stream. One system call. While nobody else reads or writes.
    public int readAtOnce(byte[] into, int offset, int length) throws IOException {
        channel.configureBlocking(false); // no system call: a virtual thread that reads has the descriptor non-blocking already
        try {
            return channel.read(ByteBuffer.wrap(into, offset, length));
        } finally {
            if (channel.isOpen()) {
                channel.configureBlocking(true);
            }
        }
    }

    @Override
    public void write(byte[] from, int offset, int length) throws IOException {
        ByteBuffer view = writeView;
        if (view.array() != from) {
            view = ByteBuffer.wrap(from);
            writeView = view;
        }
        view.limit(offset + length).position(offset);
        while (view.hasRemaining()) {
            channel.write(view);
        }
    }

    @Override
    public boolean quiet() {
        try {
            channel.configureBlocking(false);
            try {
                return channel.read(ByteBuffer.allocate(1)) == 0;
            } finally {
                channel.configureBlocking(true);
            }
        } catch (IOException e) {
            return false; // reset, or closed by us
        }
    }

    /// Forgets the arrays last used, so that an idle connection does not keep them alive.
    public void forgetViews() {
        readView = NONE;
        writeView = NONE;
    }

    @Override
    public void shutdownOutput() throws IOException {
        channel.shutdownOutput();
    }

    @Override
    public void shutdownInput() {
        try {
            channel.shutdownInput();
        } catch (IOException e) {
            close(); // not connected any more: closing is all that is left to do
        }
    }

    @Override
    public void reset() {
        try {
            channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        } catch (IOException e) {
            close(); // already closed: no reset can be sent any more
            return;
        }
        close();
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // The descriptor is released whatever close reports (close(2)); there is nobody left to tell.
            return;
        }
    }

    @Override
    public InetSocketAddress remoteAddress() {
        return remote;
    }

    @Override
    public InetSocketAddress localAddress() {
        return local;
    }
}
