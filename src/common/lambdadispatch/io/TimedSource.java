// SPDX-License-Identifier: MIT
package lambdadispatch.io;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;

/// Reads from a [Transport] under a time limit. When it runs out the input is shut, so that the blocked reader wakes and can still answer.
public final class TimedSource implements Input.Source, AutoCloseable {
    private final Transport transport;
    private final Deadline deadline;
    private long eachReadNanos;
    private long allReadsUntil; // System.nanoTime(), 0 for none
    private long allReadsNanos; // armed at the next read
    private volatile boolean expired;

    public TimedSource(Transport transport) {
        this.transport = transport;
        this.deadline = new Deadline(() -> {
            expired = true;
            transport.shutdownInput();
        });
    }

    /// From now on each single read may last this long; zero for no limit.
    public void limitEachRead(Duration limit) {
        eachReadNanos = limit.toNanos();
        allReadsUntil = 0;
        allReadsNanos = 0;
    }

    /// From the next read on, all of them together may last this long.
    public void limitAllReads(Duration limit) {
        eachReadNanos = 0;
        allReadsUntil = 0;
        allReadsNanos = limit.toNanos();
    }

    /// Puts a read that is already blocked (on another thread) under a limit.
    public void limitCurrentRead(Duration limit) {
        deadline.arm(limit);
    }

    /// Whether a limit ran out; the input stays shut then.
    public boolean expired() {
        return expired;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        if (eachReadNanos != 0) {
            deadline.armNanos(eachReadNanos);
        } else if (allReadsNanos != 0) {
            if (allReadsUntil == 0) {
                allReadsUntil = System.nanoTime() + allReadsNanos;
            }
            deadline.armNanos(Math.max(1, allReadsUntil - System.nanoTime()));
        }
        int count;
        try {
            count = transport.read(into, offset, length);
        } catch (IOException e) {
            throw expired ? timeout() : e;
        } finally {
            deadline.disarm();
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
