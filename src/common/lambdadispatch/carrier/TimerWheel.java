// SPDX-License-Identifier: MIT
package lambdadispatch.carrier;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/// Deadlines by when they are due, in slots of [#TICK_NANOS] each; a carrier looks at it before it sleeps and after.
///
/// Arming and disarming are a write each. An entry is *filed* for a time that is not later than it is due, and stays there while it is
/// disarmed and armed again for later: what it is armed for is looked at when its slot comes up. Only an entry that is in no slot, or in
/// one too late, takes the lock. A connection that arms a limit of 30 s for each of a thousand requests a second is filed once in 30 s.
///
/// An entry fires up to one tick late. What lies beyond the last slot is filed for that, and moves on from there.
public final class TimerWheel {
    private static final int TICK_SHIFT = 25; // 34 ms
    public static final long TICK_NANOS = 1L << TICK_SHIFT;
    static final int SLOTS = 512; // 17 s
    private static final int WORD_BITS = 64;

    /// Something that is due at a time and can be armed again and again, by any thread.
    public abstract static class Entry {
        private static final VarHandle AT;

        static {
            try {
                AT = MethodHandles.lookup().findVarHandle(Entry.class, "at", long.class);
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }

        private final TimerWheel wheel;
        private volatile long at; // 0 while not armed
        private volatile long filedFor; // 0 while in no slot; written under the wheel's lock
        private boolean closed; // this and the links are guarded by the wheel's lock
        private Entry previous;
        private Entry next;

        protected Entry(TimerWheel wheel) {
            this.wheel = wheel;
        }

        /// The time has come; called by whoever turns the wheel. It must not block. [#takeUp] says whether the entry is still armed for
        /// that.
        protected abstract void due(long armedFor);

        /// Starts or restarts the clock. Zero or less means no limit.
        protected final void armFor(long nanos) {
            if (nanos <= 0) {
                at = 0;
                return;
            }
            armAt(wheel.clock.getAsLong() + nanos);
        }

        /// As [#armFor], until a time of the wheel's clock.
        protected final void armAt(long time) {
            long then = time == 0 ? 1 : time;
            at = then;
            // The wheel empties `filedFor` before it looks at `at`: one of the two sees the other.
            long filed = filedFor;
            if (filed == 0 || filed - then > 0) {
                wheel.file(this, then);
            }
        }

        /// Disarms. False if it was not armed, or is taken up already.
        protected final boolean takeBack() {
            return at != 0 && (long) AT.getAndSet(this, 0L) != 0;
        }

        /// Disarms if it is still armed for what it fell due for. From then on nobody can take it back.
        protected final boolean takeUp(long armedFor) {
            return AT.compareAndSet(this, armedFor, 0L);
        }

        /// Disarms for good.
        protected final void remove() {
            at = 0;
            wheel.remove(this);
        }
    }

    private final LongSupplier clock;
    private final Runnable earlier;
    private final BriefLock lock = new BriefLock();
    private final Entry[] slots = new Entry[SLOTS]; // first of each; all below are guarded by the lock
    private final long[] occupied = new long[SLOTS / WORD_BITS];
    private volatile int filed; // how many entries
    private long cursor; // the last tick of those that are over: all entries are filed for later ones. A multiple of TICK_NANOS
    private long dueFor;

    /// @param clock counts nanoseconds
    /// @param earlier told when an entry was filed before all others: whoever sleeps until the next one may have to wake
    public TimerWheel(LongSupplier clock, Runnable earlier) {
        this.clock = clock;
        this.earlier = earlier;
    }

    /// For programs without carriers of ours: a daemon thread that sleeps until something may be due.
    static TimerWheel onThreadOfItsOwn() {
        Thread[] turner = new Thread[1];
        TimerWheel wheel = new TimerWheel(System::nanoTime, () -> LockSupport.unpark(turner[0]));
        turner[0] = Threads.platform("deadlines").unstarted(() -> {
            while (true) {
                wheel.expire();
                long nanos = wheel.nanosToNext();
                if (nanos == Long.MAX_VALUE) {
                    LockSupport.park(wheel);
                } else {
                    LockSupport.parkNanos(wheel, nanos);
                }
            }
        });
        turner[0].start();
        return wheel;
    }

    private void file(Entry entry, long then) {
        boolean first;
        lock.lock();
        try {
            first = fileFirst(entry, then);
        } finally {
            lock.unlock();
        }
        if (first) {
            earlier.run();
        }
    }

    /// Files it, unless it is filed early enough. Whether that was before all others.
    private boolean fileFirst(Entry entry, long then) {
        long known = entry.filedFor;
        if (entry.closed || known != 0 && known - then <= 0) {
            return false;
        }
        if (known != 0) {
            unlink(entry);
        }
        if (filed == 0) {
            cursor = clock.getAsLong() & -TICK_NANOS;
        }
        boolean alone = filed == 0;
        long others = nextTick();
        long tick = link(entry, then);
        return alone || tick - others < 0;
    }

    /// @return the tick that it is filed for
    private long link(Entry entry, long then) {
        long ticks = Math.clamp((then - cursor + TICK_NANOS - 1) >> TICK_SHIFT, 1, SLOTS - 1);
        long tick = cursor + (ticks << TICK_SHIFT);
        int slot = slot(tick);
        Entry second = slots[slot];
        entry.next = second;
        if (second != null) {
            second.previous = entry;
        }
        slots[slot] = entry;
        occupied[slot / WORD_BITS] |= 1L << slot;
        filed++;
        entry.filedFor = tick == 0 ? -1 : tick; // 0 means in no slot; one nanosecond earlier is as good
        return tick;
    }

    private void unlink(Entry entry) {
        int slot = slot(entry.filedFor == -1 ? 0 : entry.filedFor);
        if (entry.previous == null) {
            slots[slot] = entry.next;
        } else {
            entry.previous.next = entry.next;
        }
        if (entry.next != null) {
            entry.next.previous = entry.previous;
        }
        if (slots[slot] == null) {
            occupied[slot / WORD_BITS] &= ~(1L << slot);
        }
        entry.previous = null;
        entry.next = null;
        entry.filedFor = 0;
        filed--;
    }

    private void remove(Entry entry) {
        lock.lock();
        try {
            entry.closed = true;
            if (entry.filedFor != 0) {
                unlink(entry);
            }
        } finally {
            lock.unlock();
        }
    }

    private static int slot(long tick) {
        return (int) (tick >> TICK_SHIFT) & SLOTS - 1;
    }

    /// The first tick after the cursor for which something is filed; the cursor itself if nothing is.
    private long nextTick() {
        if (filed == 0) {
            return cursor;
        }
        int from = slot(cursor);
        int ticks = 1;
        while (ticks < SLOTS) {
            int slot = from + ticks & SLOTS - 1;
            long rest = occupied[slot / WORD_BITS] >>> slot;
            if (rest != 0) {
                ticks += Long.numberOfTrailingZeros(rest);
                break;
            }
            ticks += WORD_BITS - slot % WORD_BITS;
        }
        return cursor + ((long) ticks << TICK_SHIFT);
    }

    /// Nanoseconds until something may be due: 0 or less if it may be already, `Long.MAX_VALUE` if nothing is filed.
    public long nanosToNext() {
        if (filed == 0) {
            return Long.MAX_VALUE;
        }
        lock.lock();
        try {
            return filed == 0 ? Long.MAX_VALUE : nextTick() - clock.getAsLong();
        } finally {
            lock.unlock();
        }
    }

    /// Lets all entries know that are due by now.
    public void expire() {
        if (filed == 0) {
            return;
        }
        long now = clock.getAsLong();
        while (true) {
            Entry entry;
            long armedFor;
            lock.lock();
            try {
                entry = takeDue(now);
                armedFor = dueFor;
            } finally {
                lock.unlock();
            }
            if (entry == null) {
                return;
            }
            entry.due(armedFor);
        }
    }

    /// Takes the next entry that is due off the wheel, null if none is, and notes in `dueFor` what it was armed for. What was armed for
    /// later is filed anew on the way, and what is not armed falls off.
    private Entry takeDue(long now) {
        while (filed > 0) {
            long tick = nextTick();
            if (tick - now > 0) {
                break;
            }
            cursor = tick - TICK_NANOS;
            Entry entry = slots[slot(tick)];
            unlink(entry);
            long at = entry.at; // after `filedFor` was emptied
            if (at != 0 && at - now <= 0) {
                dueFor = at;
                return entry;
            }
            if (at != 0) {
                link(entry, at);
            }
        }
        cursor = now & -TICK_NANOS;
        return null;
    }
}
