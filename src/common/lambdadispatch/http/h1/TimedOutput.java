// SPDX-License-Identifier: MIT
package lambdadispatch.http.h1;

import java.io.IOException;
import java.time.Duration;
import lambdadispatch.http.server.LeastRate;
import lambdadispatch.http.server.Pace;
import lambdadispatch.net.Deadline;
import lambdadispatch.net.Transport;

/// Writes to a [Transport] whose peer must take what it is sent: resets it once nothing was taken for too long, or too little.
final class TimedOutput implements AutoCloseable {
    /// In pieces, so that a slow reader is judged by progress and not by the length of one write.
    private static final int PIECE = 64 << 10;

    private final Transport transport;
    private final long stallNanos;
    private final Deadline deadline;
    private final Pace pace; // null where any rate will do
    private boolean writing; // this and what follows guarded by this
    private long progressNanos;
    private long taken; // of the transport's count, when it was last looked at
    private long counted; // of the piece under way

    TimedOutput(Transport transport, Duration stall, LeastRate rate) {
        this.transport = transport;
        this.stallNanos = stall.toNanos();
        this.pace = rate.none() ? null : new Pace(rate);
        this.deadline = new Deadline(this::look);
    }

    /// What follows is for another exchange, whose client has not been slow yet.
    void begin() {
        if (pace != null) {
            pace.restart();
        }
    }

    void write(byte[] from, int offset, int length) throws IOException {
        int end = offset + length;
        for (int at = offset; at < end; at += PIECE) {
            int count = Math.min(PIECE, end - at);
            deadline.armNanos(begun());
            try {
                transport.write(from, at, count);
            } finally {
                ended(count);
            }
        }
    }

    private synchronized long begun() {
        writing = true;
        counted = 0;
        taken = transport.octetsTaken();
        progressNanos = System.nanoTime();
        return patience(pace == null ? Long.MAX_VALUE : Math.max(1, pace.begin(progressNanos)));
    }

    /// A deadline of zero is none, and so is a stall of zero.
    private long patience(long nanos) {
        return stallNanos == 0 ? nanos == Long.MAX_VALUE ? 0 : nanos : Math.min(nanos, stallNanos);
    }

    private synchronized void ended(int count) {
        deadline.disarm();
        writing = false;
        if (pace != null) {
            pace.end(System.nanoTime(), Math.max(0, count - counted));
        }
    }

    /// So long has one write gone on. Whoever takes enough meanwhile may go on.
    private void look() {
        synchronized (this) {
            if (!writing) {
                return;
            }
            long now = System.nanoTime();
            long progress = transport.octetsTaken() - taken;
            taken += progress;
            counted += progress;
            progressNanos = progress > 0 ? now : progressNanos;
            long left = pace == null ? Long.MAX_VALUE : pace.goOn(now, progress);
            if (left > 0 && (stallNanos == 0 || now - progressNanos < stallNanos)) {
                deadline.armNanos(patience(left));
                return;
            }
        }
        transport.reset();
    }

    /// See [lambdadispatch.http.server.Exchange#behindNanos].
    long behindNanos(long now) {
        return pace == null ? 0 : pace.behindNanos(now);
    }

    @Override
    public void close() {
        deadline.close();
    }
}
