// SPDX-License-Identifier: MIT
package lambdadispatch.support;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.util.Objects;
import lambdadispatch.net.Transport;

/// One end of a connection that lives in memory: bounded both ways, with the close semantics of a TCP socket on Linux.
///
/// - A write blocks while the peer leaves `capacity` bytes unread.
/// - After the peer closed or ended its output, what it had written is still read, then -1.
/// - Writing to a peer that has closed fails. Closing with bytes unread, or [#reset()], makes the peer's next read beyond what has arrived
///   fail.
/// - Our own close wakes our blocked reader and writer with [AsynchronousCloseException]; later calls fail with [ClosedChannelException].
public final class MemoryTransport implements Transport {
    private static final int FIRST_PORT = 50_001; // what the two ends say their ports are; nothing listens there

    private final Pipe in;
    private final Pipe out;
    private final InetSocketAddress local;
    private final InetSocketAddress remote;
    private volatile int bytesPerRead = Integer.MAX_VALUE;
    private long bytesRead; // used by the one reader
    private long splitAt = Long.MAX_VALUE;
    private volatile long writes;

    private MemoryTransport(Pipe in, Pipe out, int localPort, int remotePort) {
        this.in = in;
        this.out = out;
        this.local = new InetSocketAddress(InetAddress.getLoopbackAddress(), localPort);
        this.remote = new InetSocketAddress(InetAddress.getLoopbackAddress(), remotePort);
    }

    /// Two ends of one connection.
    /// @param capacity bytes that may be under way in each direction
    public static MemoryTransport[] pair(int capacity) {
        Pipe there = new Pipe(capacity);
        Pipe back = new Pipe(capacity);
        return new MemoryTransport[] {
            new MemoryTransport(back, there, FIRST_PORT, FIRST_PORT + 1),
            new MemoryTransport(there, back, FIRST_PORT + 1, FIRST_PORT)
        };
    }

    /// Splits what arrives: from now on each read of this end returns at most so many bytes.
    public MemoryTransport limitReads(int bytes) {
        if (bytes < 1) {
            throw new IllegalArgumentException("bytes per read: " + bytes);
        }
        bytesPerRead = bytes;
        return this;
    }

    /// Splits what arrives once: no read of this end goes across that offset, counted from the connection's first byte. Call before the
    /// first read.
    public MemoryTransport splitReadsAt(long offset) {
        splitAt = offset;
        return this;
    }

    /// How many writes with at least one byte this end has begun.
    public long writes() {
        return writes;
    }

    /// How many bytes have arrived at this end and wait to be read.
    public int unread() {
        return in.unread();
    }

    /// Whether this end's reader is waiting for bytes, so that a test can act exactly then.
    public boolean readerWaits() {
        return in.readerWaits();
    }

    /// Whether this end's writer is waiting for the peer to read.
    public boolean writerWaits() {
        return out.writerWaits();
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, into.length);
        if (length == 0) {
            throw new IllegalArgumentException("a read of nothing");
        }
        long most = bytesRead < splitAt ? Math.min(bytesPerRead, splitAt - bytesRead) : bytesPerRead;
        int count = in.read(into, offset, (int) Math.min(length, most));
        bytesRead += Math.max(0, count);
        return count;
    }

    @Override
    public boolean quiet() {
        return in.quiet();
    }

    @Override
    @SuppressWarnings("NonAtomicOperationOnVolatileField") // one writer at a time, as Transport asks
    public void write(byte[] from, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, from.length);
        if (length > 0) {
            writes = writes + 1;
        }
        out.write(from, offset, length);
    }

    @Override
    public long octetsTaken() {
        return out.passed();
    }

    @Override
    public void shutdownOutput() throws IOException {
        out.end();
    }

    @Override
    public void shutdownInput() {
        in.endByReader();
    }

    @Override
    public void reset() {
        out.abort();
        in.closeByReader();
    }

    @Override
    public void close() {
        if (in.unread() > 0) {
            out.abort(); // RFC 9293 §3.6.1 asks for a reset when received data is thrown away
        } else {
            out.closeByWriter();
        }
        in.closeByReader();
    }

    @Override
    public InetSocketAddress remoteAddress() {
        return remote;
    }

    @Override
    public InetSocketAddress localAddress() {
        return local;
    }

    @Override
    public String toString() {
        return "MemoryTransport[" + local.getPort() + ", in " + in + ", out " + out + "]";
    }

    /// One direction: a ring of bytes and what each side has said about its end.
    private static final class Pipe {
        private final byte[] ring;
        private int head;
        private int count;
        private long passed;
        private boolean ended; // no more bytes will come: FIN
        private boolean aborted; // RST
        private boolean writerClosed;
        private boolean readerClosed;
        private boolean readerEnded;
        private boolean reading;
        private boolean writing;

        Pipe(int capacity) {
            ring = new byte[capacity];
        }

        synchronized int unread() {
            return count;
        }

        synchronized long passed() {
            return passed;
        }

        synchronized boolean quiet() {
            return count == 0 && !ended && !aborted && !readerClosed && !readerEnded;
        }

        synchronized boolean readerWaits() {
            return reading;
        }

        synchronized boolean writerWaits() {
            return writing;
        }

        synchronized int read(byte[] into, int offset, int length) throws IOException {
            if (readerClosed) {
                throw new ClosedChannelException();
            }
            while (count == 0 && !ended && !aborted && !readerEnded) {
                reading = true;
                await();
                reading = false;
                if (readerClosed) {
                    throw new AsynchronousCloseException();
                }
            }
            if (count == 0) {
                if (aborted) {
                    throw new SocketException("Connection reset");
                }
                return -1;
            }
            int taken = Math.min(length, count);
            int first = Math.min(taken, ring.length - head);
            System.arraycopy(ring, head, into, offset, first);
            System.arraycopy(ring, 0, into, offset + first, taken - first);
            head = (head + taken) % ring.length;
            count -= taken;
            notifyAll();
            return taken;
        }

        synchronized void write(byte[] from, int offset, int length) throws IOException {
            if (writerClosed) {
                throw new ClosedChannelException();
            }
            int done = 0;
            while (done < length) {
                if (ended || readerClosed || aborted) {
                    throw new IOException("Broken pipe");
                }
                if (readerEnded) {
                    return; // a shut input swallows
                }
                if (count == ring.length) {
                    writing = true;
                    await();
                    writing = false;
                    if (writerClosed) {
                        throw new AsynchronousCloseException();
                    }
                    continue;
                }
                int tail = (head + count) % ring.length;
                int part = Math.min(length - done, Math.min(ring.length - count, ring.length - tail));
                System.arraycopy(from, offset + done, ring, tail, part);
                count += part;
                passed += part;
                done += part;
                notifyAll();
            }
        }

        synchronized void end() throws IOException {
            if (writerClosed) {
                throw new ClosedChannelException();
            }
            ended = true;
            notifyAll();
        }

        synchronized void closeByWriter() {
            writerClosed = true;
            ended = true;
            notifyAll();
        }

        synchronized void abort() {
            writerClosed = true;
            aborted = true;
            notifyAll();
        }

        synchronized void endByReader() {
            readerEnded = true;
            notifyAll();
        }

        synchronized void closeByReader() {
            readerClosed = true;
            notifyAll();
        }

        private void await() throws InterruptedIOException {
            try {
                wait();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException();
            }
        }

        @Override
        public synchronized String toString() {
            return count + " of " + ring.length + (aborted ? " reset" : ended ? " ended" : "") + (readerClosed ? " unread for ever" : "");
        }
    }
}
