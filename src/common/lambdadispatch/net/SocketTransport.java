// SPDX-License-Identifier: MIT
package lambdadispatch.net;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import lambdadispatch.carrier.ChannelWaits;

/// A TCP connection as a [Transport], to be used from virtual threads. On carriers of ours the channel is non-blocking and waits by
/// [ChannelWaits]; with the JDK's scheduler it is blocking, and the thread waits inside of it.
public final class SocketTransport implements Transport {
    private static final ByteBuffer NONE = ByteBuffer.allocate(0);
    private static final int KEEP_VIEWED = 4096;

    private final SocketChannel channel;
    private final ChannelWaits waits; // null: the JDK's scheduler serves
    private final InetSocketAddress remote;
    private final InetSocketAddress local;
    // The views wrap the caller's array, which is nearly always the same one: no allocation per call.
    private ByteBuffer readView = NONE;
    private ByteBuffer writeView = NONE;
    private volatile long taken; // of writes that did not go out at once

    /// @param channel connected; this transport's alone from now on
    public SocketTransport(SocketChannel channel) throws IOException {
        this(channel, ChannelWaits.of(channel));
    }

    private SocketTransport(SocketChannel channel, ChannelWaits waits) throws IOException {
        this.channel = channel;
        this.waits = waits;
        this.remote = (InetSocketAddress) channel.getRemoteAddress();
        this.local = (InetSocketAddress) channel.getLocalAddress();
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    }

    /// Opens a connection; call from a virtual thread.
    /// @throws SocketTimeoutException not connected within the limit
    /// @throws UnknownHostException the address was not resolved
    public static SocketTransport connect(InetSocketAddress address, Duration limit) throws IOException {
        if (address.isUnresolved()) {
            throw new UnknownHostException(address.getHostString());
        }
        SocketChannel channel = SocketChannel.open();
        ChannelWaits waits = null;
        try {
            waits = ChannelWaits.of(channel);
            if (waits == null) {
                channel.socket().connect(address, Math.toIntExact(Math.max(1, limit.toMillis())));
            } else if (!channel.connect(address)) {
                awaitConnection(channel, waits, limit);
            }
            return new SocketTransport(channel, waits);
        } catch (IOException | RuntimeException e) {
            close(channel, waits);
            throw e;
        }
    }

    private static void awaitConnection(SocketChannel channel, ChannelWaits waits, Duration limit) throws IOException {
        try (Deadline deadline = new Deadline(() -> close(channel, waits))) {
            deadline.arm(limit.isPositive() ? limit : Duration.ofMillis(1));
            try {
                do {
                    waits.awaitConnection();
                } while (!channel.finishConnect());
            } catch (ClosedByInterruptException e) {
                throw e;
            } catch (ClosedChannelException e) { // nobody else knows this channel
                throw new SocketTimeoutException("Connect timed out");
            }
        }
    }

    /// Lets the kernel probe a silent connection, so that NAT and load balancers keep it (they drop idle paths after 350 s on AWS)
    /// and a dead peer is noticed.
    public void keepAliveProbes(Duration idle) throws IOException {
        channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
        int seconds = Math.toIntExact(Math.max(1, idle.toSeconds()));
        // These options come from the module jdk.net, which need not be in the run-time image: found by name, the kernel's own times
        // otherwise.
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
        return waits == null ? channel.read(view) : read(view, length);
    }

    @Override
    public void awaitInput(BooleanSupplier left) throws IOException {
        readView = NONE; // so that these do not keep the arrays last used alive
        if (writeView.capacity() > KEEP_VIEWED) {
            writeView = NONE;
        }
        if (waits != null && !waits.inputSeen()) {
            waits.awaitInput(left);
        }
    }

    @Override
    public void endInputWait() {
        if (waits != null) {
            waits.endInputWait();
        }
    }

    @Override
    public boolean rest(String thread, Runnable task) {
        readView = NONE;
        writeView = NONE;
        return waits != null && waits.rest(thread, task);
    }

    private int read(ByteBuffer view, int length) throws IOException {
        while (true) {
            if (waits.inputSeen()) {
                int count = channel.read(view);
                if (count >= 0 && count < length) {
                    waits.inputDrained();
                }
                if (count != 0) {
                    return count;
                }
            }
            waits.awaitInput();
        }
    }

    /// Reads what has arrived, without waiting: 0 if nothing has, -1 at the end of the stream. One system call, also where the carrier's
    /// selector has looked since the last read: what it saw may be as old as the loop's whole turn. While nobody else reads or writes.
    public int readAtOnce(byte[] into, int offset, int length) throws IOException {
        ByteBuffer view = ByteBuffer.wrap(into, offset, length);
        if (waits != null) {
            return channel.read(view);
        }
        channel.configureBlocking(false); // no system call: a virtual thread that reads has the descriptor non-blocking already
        try {
            return channel.read(view);
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
        channel.write(view);
        while (view.hasRemaining()) {
            if (waits != null) {
                waits.awaitOutput(); // a short write means that the socket is full
            }
            int count = channel.write(view);
            taken = taken + count; // one thread writes at a time
        }
    }

    @Override
    public long octetsTaken() {
        return taken;
    }

    @Override
    public boolean quiet() {
        try {
            return readAtOnce(new byte[1], 0, 1) == 0;
        } catch (IOException e) {
            return false; // reset, or closed by us
        }
    }

    @Override
    public void shutdownOutput() throws IOException {
        channel.shutdownOutput();
    }

    @Override
    public void shutdownInput() {
        try {
            channel.shutdownInput();
            if (waits != null) {
                waits.inputShut();
            }
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
        close(channel, waits);
    }

    private static void close(SocketChannel channel, ChannelWaits waits) {
        try {
            if (waits == null) {
                channel.close();
            } else {
                waits.close();
            }
        } catch (IOException e) {
            return; // the descriptor is released whatever close reports (close(2)); there is nobody left to tell
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
