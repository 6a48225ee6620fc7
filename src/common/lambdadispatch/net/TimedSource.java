// SPDX-License-Identifier: MIT
package lambdadispatch.net;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.function.BooleanSupplier;

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
    private long patienceUntil; // of the wait under way, 0 for no end
    private boolean waiting; // in a wait that can be left
    private volatile boolean left; // that wait was; written under the lock
    private final BooleanSupplier hasLeft = () -> left;
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
        limitRead(0);
    }

    /// @param patienceNanos for a wait that can be left, 0 for as long as it likes
    private void limitRead(long patienceNanos) {
        boolean begins = allReadsNanos != 0 && allReadsUntil == 0;
        long now = eachReadNanos != 0 || begins || patienceNanos != 0 ? System.nanoTime() : 0;
        if (eachReadNanos != 0) {
            until = notZero(now + eachReadNanos);
        } else {
            if (begins) {
                allReadsUntil = notZero(now + allReadsNanos);
            }
            until = allReadsUntil;
        }
        patienceUntil = patienceNanos == 0 ? 0 : notZero(now + patienceNanos);
        arm();
    }

    /// Called under the lock.
    private void arm() {
        if (patienceUntil != 0 && (until == 0 || patienceUntil - until < 0)) {
            deadline.armUntil(patienceUntil);
        } else if (until != 0) {
            deadline.armUntil(until);
        } else {
            deadline.disarm();
        }
    }

    private static long notZero(long nanos) {
        return nanos == 0 ? 1 : nanos;
    }

    private void ranOut() {
        synchronized (this) {
            if (!reading) {
                return; // the read that this was for has ended
            }
            long now = System.nanoTime();
            if (patienceUntil != 0 && patienceUntil - now <= 0) {
                leave();
            }
            if (until == 0 || until - now > 0) {
                arm(); // another has begun, or the limit was moved
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

    /// As [#awaitInput()], but no longer than `patience`, nor than until [#leave].
    /// @return false if that was the end of the wait. The limit goes on then, for whoever takes the wait over by [Transport#rest] or by
    /// another call; there must be one of these
    public boolean awaitInput(Duration patience) throws IOException {
        synchronized (this) {
            reading = true;
            waiting = true;
            limitRead(patience.toNanos());
        }
        boolean came = true;
        try {
            transport.awaitInput(hasLeft);
        } finally {
            synchronized (this) {
                waiting = false;
                patienceUntil = 0;
                came = !left;
                if (came) {
                    reading = false;
                    deadline.disarm();
                } else {
                    left = false;
                    arm();
                }
            }
        }
        return came;
    }

    /// Ends the wait of whoever is in [#awaitInput(Duration)], if anybody is.
    public synchronized void leave() {
        if (waiting) {
            patienceUntil = 0;
            left = true;
            transport.endInputWait();
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
