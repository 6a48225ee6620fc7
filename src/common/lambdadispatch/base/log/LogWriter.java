// SPDX-License-Identifier: MIT
package lambdadispatch.base.log;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import lambdadispatch.base.Bytes;
import lambdadispatch.carrier.Threads;

/// Owns the buffer between those who log and the output, and the one thread that empties it.
///
/// The thread is a platform thread (a full pipe may hold it as long as it likes) and parks while there is nothing to write: an idle
/// program is never woken. The first line after a pause wakes it; it then lets lines collect for [#COLLECT] before it writes.
final class LogWriter {
    /// Bytes that may wait; more are dropped and counted.
    static final int CAPACITY = 1 << 20;
    /// How long a line may wait for company.
    static final Duration COLLECT = Duration.ofMillis(20);

    private static final int WORTH_WRITING = CAPACITY / 4;
    /// A buffer that grew beyond it is not kept. Two of them last for a batch of fifty thousand lines a second.
    private static final int KEPT_CAPACITY = 512 << 10;

    private final OutputStream out;
    private final Object lock = new Object();
    private Bytes pending = new Bytes(); // this and all below under the lock
    private Bytes spare = new Bytes();
    private Thread thread;
    private boolean urgent;
    private long dropped;
    private long accepted; // batches are numbered: flush waits until the batch that is filling now was written
    private long written;

    LogWriter(OutputStream out) {
        this.out = out;
    }

    /// Appends one line, which ends in a line feed. Never blocks on the output.
    /// @param promptly whether not to wait for company
    void append(Bytes line, boolean promptly) {
        append(out -> out.append(line.array(), 0, line.length()), line.length(), promptly);
    }

    /// As [#append(Bytes, boolean)], for a line that is made in its place: no copy of it, and no object.
    /// @param line appends what it has to say, and a line feed; must not log
    /// @param longest octets that it may have
    void append(Consumer<Bytes> line, int longest, boolean promptly) {
        Thread wake = null;
        synchronized (lock) {
            if (pending.length() + longest > CAPACITY) {
                dropped++;
                return;
            }
            int before = pending.length();
            try {
                line.accept(pending);
            } catch (RuntimeException | Error e) {
                pending.length(before); // no half line
                throw e;
            }
            boolean full = before < WORTH_WRITING && pending.length() >= WORTH_WRITING;
            if (before == 0 || (promptly || full) && !urgent) {
                wake = thread();
            }
            urgent |= promptly || full;
        }
        if (wake != null) {
            LockSupport.unpark(wake);
        }
    }

    /// Waits until all lines appended so far have been written, or the output has not taken them for `patience`. Returns whether it has.
    boolean flush(Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        synchronized (lock) {
            long wanted = pending.length() > 0 ? accepted + 1 : accepted;
            urgent |= pending.length() > 0;
            LockSupport.unpark(thread);
            while (written < wanted) {
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                try {
                    lock.wait(left / 1_000_000 + 1);
                } catch (InterruptedException interrupted) {
                    Thread.currentThread().interrupt();
                    return false;
                }
            }
        }
        return true;
    }

    private Thread thread() {
        if (thread == null) {
            thread = Threads.platform("log").unstarted(this::run);
            thread.start();
        }
        return thread;
    }

    private void run() {
        while (true) {
            Bytes batch = next();
            try {
                out.write(batch.array(), 0, batch.length());
                out.flush();
            } catch (IOException closed) {
                // Nobody reads the log any more, and there is nobody left to tell.
            }
            synchronized (lock) {
                written++;
                spare = batch.array().length > KEPT_CAPACITY ? new Bytes() : batch.clear();
                lock.notifyAll();
            }
        }
    }

    /// Waits for a line, then for its company, and takes what there is.
    private Bytes next() {
        while (!hasPending()) {
            LockSupport.park(this);
        }
        long deadline = System.nanoTime() + COLLECT.toNanos();
        for (long left = COLLECT.toNanos(); left > 0 && !isUrgent(); left = deadline - System.nanoTime()) {
            LockSupport.parkNanos(this, left);
        }
        synchronized (lock) {
            Bytes batch = pending;
            pending = spare;
            urgent = false;
            accepted++;
            if (dropped > 0) {
                LineFormat.time(batch, Instant.now());
                batch.append(" WARN  log lines dropped count=").appendDecimal(dropped).append('\n');
                dropped = 0;
            }
            return batch;
        }
    }

    private boolean hasPending() {
        synchronized (lock) {
            return pending.length() > 0;
        }
    }

    private boolean isUrgent() {
        synchronized (lock) {
            return urgent;
        }
    }
}
