// SPDX-License-Identifier: MIT
package lambdadispatch.http2;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import lambdadispatch.http.BadMessage;
import lambdadispatch.http.Headers;
import lambdadispatch.io.ByteQueue;

/// The receiving half of one stream: what has come of the request's body and was not read yet, and the window that bounds it (RFC 9113 §6.9).
/// The connection's reader fills it; a thread of the handler's takes from it. Guarded by itself.
final class ReceiveSide {
    private static final Headers NONE = new Headers(0);

    private final int streamId;
    private final long announced; // content-length, -1 if there is none
    private final int size;
    private final ByteQueue received = new ByteQueue();
    private long total;
    private int window;
    private int unacknowledged;
    private int supplied; // octets received that used no window
    private Headers trailers = NONE;
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

    // ---- called by the connection's reader

    /// DATA arrived; `frameLength` is its length with padding. False if the stream was reset a moment ago, while the frame was on its way (RFC 9113 §5.1).
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
            received.append(payload, offset, length);
            ended = endStream;
            wake = takeReader();
        }
        LockSupport.unpark(wake);
        return true;
    }

    /// Octets that came another way and used no window; what flow control would have held back is not taken this way either.
    boolean supply(byte[] from, int offset, int length) {
        Thread wake;
        synchronized (this) {
            if (ended || received.size() + length > size) {
                return false;
            }
            received.append(from, offset, length);
            supplied += length;
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
            trailers = fields;
            ended = true;
            wake = takeReader();
        }
        LockSupport.unpark(wake);
    }

    /// Nothing more comes. Returns how many octets of the window were forgotten unread.
    int fail(IOException why) {
        Thread wake;
        int forgotten;
        synchronized (this) {
            failure = why;
            ended = true;
            forgotten = Math.max(0, received.size() - supplied);
            received.clear();
            wake = takeReader();
        }
        LockSupport.unpark(wake);
        return forgotten;
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
                    throw new IOException(failure.getMessage(), failure);
                }
                if (limit >= 0 && Math.max(total, announced) > limit) {
                    throw new BadMessage(413, "body longer than " + limit + " bytes");
                }
                if (received.size() > 0) {
                    return received.take(into, offset, length);
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
        if (stallNanos == 0) {
            LockSupport.park(this);
            return;
        }
        long start = System.nanoTime();
        LockSupport.parkNanos(this, stallNanos);
        synchronized (this) {
            if (reader == Thread.currentThread() && System.nanoTime() - start >= stallNanos) {
                throw new SocketTimeoutException("no body received in time");
            }
        }
    }

    /// How many of so many octets taken used the window: those that came another way count as taken first.
    synchronized int windowed(int count) {
        int free = Math.min(supplied, count);
        supplied -= free;
        return count - free;
    }

    /// So many octets of the window are free again. Returns the increment to send, 0 while it is less than half a window.
    synchronized int consumed(int count) {
        unacknowledged += count;
        if (unacknowledged < size / 2 || ended) {
            return 0;
        }
        int increment = unacknowledged;
        window += increment;
        unacknowledged = 0;
        return increment;
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
