// SPDX-License-Identifier: MIT
package lambdadispatch.http.h2;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import lambdadispatch.base.ByteQueue;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.server.Failure;
import lambdadispatch.net.MemoryShare;
import lambdadispatch.net.NoRoom;

/// The receiving half of one stream: what has come of the request's body and was not read yet, and the window that bounds it (RFC 9113
/// §6.9). The connection's reader fills it; a thread of the handler's takes from it. Guarded by itself.
///
/// Each octet of DATA holds a piece of the connection's window until it leaves memory: taken, forgotten or never kept. [#released] says how
/// many have left since it was asked last, so that each is given back once, whatever happens at the same time.
final class ReceiveSide {
    /// What somebody who only pretends to send does not.
    private static final int WORTH_NOTING = 1024;

    private final int streamId;
    private final long announced; // content-length, -1 if there is none
    private final int size;
    private final ByteQueue received = new ByteQueue();
    private long total;
    private int window;
    private int unacknowledged;
    private int released;
    private int supplied; // octets received that used no window
    private boolean discarding;
    private MemoryShare memory = MemoryShare.UNBOUNDED;
    private long charged; // what of it is taken for the queue, and for trailers
    private Headers trailers = Headers.EMPTY;
    private boolean ended;
    private IOException failure;
    private Thread reader;

    /// @param size of the stream's window
    ReceiveSide(int streamId, long announced, int size, boolean ended) {
        this.streamId = streamId;
        this.announced = announced;
        this.size = size;
        this.window = size;
        this.ended = ended;
    }

    /// What is received and not read is taken from this share. Called before anything comes.
    synchronized void chargedTo(MemoryShare share) {
        memory = share;
    }

    /// Whether there is memory for what came; else all that waits is forgotten. Called under the lock.
    private boolean charge() {
        long now = received.capacity() + (trailers == Headers.EMPTY ? 0 : trailers.footprint());
        if (now == charged) {
            return true;
        }
        if (!memory.resize(charged, now)) {
            memory.starves();
            forget();
            return false;
        }
        charged = now;
        return true;
    }

    // ---- called by the connection's reader

    /// DATA arrived; `frameLength` is its length with padding. False, and nothing is held, if the stream was reset a moment ago, while the
    /// frame was on its way (RFC 9113 §5.1).
    boolean data(byte[] payload, int offset, int length, int frameLength, boolean endStream) throws StreamError {
        Thread wake;
        synchronized (this) {
            if (failure != null) {
                return false;
            }
            // RFC 9113 §5.1: after END_STREAM anything but WINDOW_UPDATE, PRIORITY or RST_STREAM is STREAM_CLOSED
            if (ended) {
                throw new StreamError(streamId, ErrorCode.STREAM_CLOSED, "DATA after END_STREAM");
            }
            window -= frameLength;
            if (window < 0) {
                throw new StreamError(streamId, ErrorCode.FLOW_CONTROL_ERROR, "more DATA than the window allows");
            }
            total += length;
            if (announced >= 0 && (total > announced || endStream && total < announced)) {
                throw new StreamError(streamId, ErrorCode.PROTOCOL_ERROR, "DATA does not add up to content-length");
            }
            ended = endStream;
            if (discarding) {
                released += frameLength;
                return true;
            }
            received.append(payload, offset, length);
            free(frameLength - length); // padding
            if (!charge()) {
                released -= frameLength; // the caller gives those back
                throw new StreamError(streamId, ErrorCode.ENHANCE_YOUR_CALM, "no memory for more of a body");
            }
            wake = takeReader();
        }
        LockSupport.unpark(wake);
        return true;
    }

    /// So many octets that used the window are gone from memory. Called under the lock.
    private void free(int octets) {
        released += octets;
        unacknowledged += octets;
    }

    /// Octets that came another way and used no window; what flow control would have held back is not taken this way either.
    boolean supply(byte[] from, int offset, int length) {
        Thread wake;
        synchronized (this) {
            if (ended || discarding || received.size() + length > size) {
                return false;
            }
            received.append(from, offset, length);
            supplied += length;
            if (!charge()) {
                return false;
            }
            wake = takeReader();
        }
        LockSupport.unpark(wake);
        return true;
    }

    void trailers(Headers fields) throws StreamError {
        Thread wake;
        synchronized (this) {
            if (ended) {
                throw new StreamError(streamId, ErrorCode.STREAM_CLOSED, "HEADERS after END_STREAM");
            }
            if (announced >= 0 && total < announced) {
                throw new StreamError(streamId, ErrorCode.PROTOCOL_ERROR, "DATA does not add up to content-length");
            }
            trailers = discarding ? Headers.EMPTY : fields;
            if (!charge()) {
                throw new StreamError(streamId, ErrorCode.ENHANCE_YOUR_CALM, "no memory for trailers");
            }
            ended = true;
            wake = takeReader();
        }
        LockSupport.unpark(wake);
    }

    /// Nothing more comes, and what came is forgotten unread.
    void fail(IOException why) {
        Thread wake;
        synchronized (this) {
            failure = why;
            ended = true;
            forget();
            wake = takeReader();
        }
        LockSupport.unpark(wake);
    }

    /// The exchange is over: what came is forgotten, and so is what still comes. It gets no new window.
    void discard() {
        Thread wake;
        synchronized (this) {
            discarding = true;
            forget();
            wake = takeReader();
        }
        LockSupport.unpark(wake);
    }

    private void forget() {
        released += Math.max(0, received.size() - supplied);
        supplied = 0;
        received.release();
        memory.give(charged);
        charged = 0;
    }

    /// How many octets of DATA have left memory since this was asked last.
    synchronized int released() {
        int count = released;
        released = 0;
        return count;
    }

    /// How many octets the peer may send before it has seen a reset; [ClosedStreams#NOTHING_DUE] after its END_STREAM.
    synchronized int due() {
        return ended ? ClosedStreams.NOTHING_DUE : Math.max(0, window);
    }

    private Thread takeReader() {
        Thread waiting = reader;
        reader = null;
        return waiting;
    }

    // ---- called by the handler's thread

    /// Takes at least one octet, waiting for it; -1 at the end of the body.
    ///
    /// @param limit of the whole body, -1 for none
    /// @param stall how long nothing may come, zero for ever
    int take(byte[] into, int offset, int length, long limit, Duration stall) throws IOException {
        while (true) {
            synchronized (this) {
                if (failure != null) {
                    throw failure instanceof NoRoom room ? room : new IOException(failure.getMessage(), failure);
                }
                if (discarding) {
                    throw new IOException("exchange is over");
                }
                if (limit >= 0 && Math.max(total, announced) > limit) {
                    throw Failure.bodyTooLong(limit);
                }
                if (received.size() > 0) {
                    int count = received.take(into, offset, length);
                    int free = Math.min(supplied, count); // those that came another way count as taken first
                    supplied -= free;
                    free(count - free);
                    charge();
                    if (count >= WORTH_NOTING) {
                        memory.progressed();
                    }
                    return count;
                }
                if (ended) {
                    return -1;
                }
                reader = Thread.currentThread();
            }
            await(stall.toNanos());
        }
    }

    private void await(long stallNanos) throws IOException {
        long start = System.nanoTime();
        if (stallNanos == 0) {
            LockSupport.park(this);
        } else {
            LockSupport.parkNanos(this, stallNanos);
        }
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException("interrupted while waiting for a body"); // parking again would return at once
        }
        if (stallNanos == 0) {
            return;
        }
        synchronized (this) {
            if (reader == Thread.currentThread() && System.nanoTime() - start >= stallNanos) {
                throw new SocketTimeoutException("no body received in time");
            }
        }
    }

    /// The increment of the stream's window to send now, 0 while it is less than half a window.
    synchronized int increment() {
        if (unacknowledged < size / 2 || ended || discarding) {
            return 0;
        }
        if (memory.isShort() && received.size() > size / 8) {
            return 0; // what is there is read first
        }
        int increment = unacknowledged;
        window += increment;
        unacknowledged = 0;
        return increment;
    }

    /// Whether a client that waits for 100 (Continue) has to be told to go on (RFC 9110 §10.1.1), as far as this side can tell.
    ///
    /// @param limit of the whole body, -1 for none: a body that announces more gets no 100
    synchronized boolean nothingCame(long limit) {
        return total == 0 && !ended && (limit < 0 || announced <= limit);
    }

    synchronized boolean ended() {
        return ended;
    }

    synchronized int available() {
        return received.size();
    }

    synchronized boolean drained() {
        return ended && received.size() == 0;
    }

    synchronized Headers trailers() {
        return trailers;
    }
}
