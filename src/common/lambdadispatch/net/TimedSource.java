// SPDX-License-Identifier: MIT
package lambdadispatch.net;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;

/// Reads from a [Transport] under a time limit. When it runs out the input is shut, so that the blocked reader wakes and can still answer.
///
/// One thread reads at a time; any thread may set a limit. A limit that is set while a read is blocked holds for that read too, counted
/// from then on. It ends with the read that it is for: one that comes too late to find its read shuts nothing.
public final class TimedSource implements Input.Source, AutoCloseable {
    private final Transport transport;
    private final Deadline deadline;
    private long eachReadNanos; // this and what follows guarded by this
    private long allReadsNanos; // counted from the next read on
    private long allReadsUntil; // System.nanoTime(), 0 before that read
    private boolean reading;
    private long until; // of the read under way, 0 for no limit
    private volatile boolean expired;

    public TimedSource(Transport transport) {
        this.transport = transport;
        this.deadline = new Deadline(this::ranOut);
    }

    /// From now on each single read may last this long, the one under way included; zero for no limit.
    public synchronized void limitEachRead(Duration limit) {
        eachReadNanos = limit.toNanos();
        allReadsNanos = 0;
        allReadsUntil = 0;
        if (reading) {
            limitRead();
        }
    }

    /// From the next read on, or from now on if one is under way, all of them together may last this long.
    public synchronized void limitAllReads(Duration limit) {
        eachReadNanos = 0;
        allReadsNanos = limit.toNanos();
        allReadsUntil = 0;
        if (reading) {
            limitRead();
        }
    }

    /// Called under the lock.
    private void limitRead() {
        if (eachReadNanos != 0) {
            until = notZero(System.nanoTime() + eachReadNanos);
        } else {
            if (allReadsNanos != 0 && allReadsUntil == 0) {
                allReadsUntil = notZero(System.nanoTime() + allReadsNanos);
            }
            until = allReadsUntil;
        }
        if (until == 0) {
            deadline.disarm();
        } else {
            deadline.armUntil(until);
        }
    }

    private static long notZero(long nanos) {
        return nanos == 0 ? 1 : nanos;
    }

    private void ranOut() {
        synchronized (this) {
            if (!reading || until == 0) {
                return; // the read that this was for has ended
            }
            long left = until - System.nanoTime();
            if (left > 0) {
                deadline.armNanos(left); // another has begun, or the limit was moved
                return;
            }
            expired = true;
        }
        transport.shutdownInput();
    }

    /// Whether a limit ran out; the input stays shut then.
    public boolean expired() {
        return expired;
    }

    /// Under the limit for reads. Where that runs out the input is shut, so this returns, and the read that follows says so.
    @Override
    public void awaitInput() throws IOException {
        synchronized (this) {
            reading = true;
            limitRead();
        }
        try {
            transport.awaitInput();
        } finally {
            synchronized (this) {
                reading = false;
                deadline.disarm();
            }
        }
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        synchronized (this) {
            reading = true;
            limitRead();
        }
        int count;
        try {
            count = transport.read(into, offset, length);
        } catch (IOException e) {
            throw expired ? timeout() : e;
        } finally {
            synchronized (this) {
                reading = false;
                deadline.disarm();
            }
        }
        if (count < 0 && expired) {
            throw timeout();
        }
        return count;
    }

    private static SocketTimeoutException timeout() {
        return new SocketTimeoutException("nothing received in time");
    }

    @Override
    public void close() {
        deadline.close();
    }
}
