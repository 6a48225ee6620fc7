// SPDX-License-Identifier: MIT
package lambdadispatch.net;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/// What one connection, or one stream of a connection that many share, holds of a [MemoryAccount].
///
/// The first [#FREE] octets cost nothing but what [MemoryAccount#open] took: a small request never touches the account. Beyond them it is
/// taken in steps. A share that is closed has given everything back; what is given after that is ignored, so that no way out can lose a
/// piece for good.
///
/// Guarded by itself; nothing is called under the lock but the account's counters.
public final class MemoryShare implements AutoCloseable {
    /// What everybody gets.
    public static final int FREE = 8 << 10;
    /// For peers that nobody has to be protected from.
    public static final MemoryShare UNBOUNDED = new MemoryShare(null, "", 0, () -> { }, true);

    private static final int STEP = 4 << 10;
    /// An octet that only keeps a connection open weighs so much less than one that its peer sent.
    private static final int BASE_LIGHTER = 64;
    private static final int NEVER_ANSWERED_HEAVIER = 16;
    private static final int KNOWN_LIGHTER = 16;

    private final MemoryAccount account;
    private final Object holder;
    private final Runnable end;
    private final boolean part;
    private volatile int base;
    private long held;
    private volatile long reserved; // of the account, beyond the base
    private boolean closed;
    private volatile long progressNanos = System.nanoTime();
    private volatile boolean answered;
    private volatile boolean known;
    private volatile boolean ending;
    private volatile boolean starved;
    private volatile MemoryShare bearer; // who answers for what is held here; null: this share does

    /// @param part of a connection: then that it is open is no reason to end it
    MemoryShare(MemoryAccount account, Object holder, int base, Runnable end, boolean part) {
        this.part = part;
        this.account = account;
        this.holder = holder;
        this.base = base;
        this.end = end;
    }

    /// How much something is needed that is about to be held.
    private enum Need { NEEDED, A_CHOICE, INDISPENSABLE }

    /// False if it does not fit, or the share is closed; nothing is taken then.
    public boolean take(long octets) {
        return take(octets, Need.NEEDED);
    }

    /// As [#take], for what nobody needs: false, too, beyond three eighths of the account.
    public boolean takeSpare(long octets) {
        return take(octets, Need.A_CHOICE);
    }

    /// Takes what is held for a short time and can not be done without. It is counted even if it does not fit; then others are ended for
    /// it.
    public void takeAnyway(long octets) {
        take(octets, Need.INDISPENSABLE);
    }

    private boolean fits(long step, Need need) {
        return switch (need) {
            case NEEDED -> account.take(step);
            case A_CHOICE -> account.takeSpare(step);
            case INDISPENSABLE -> {
                account.takeAnyway(step);
                yield true;
            }
        };
    }

    private boolean take(long octets, Need need) {
        if (account == null) {
            return true;
        }
        synchronized (this) {
            if (closed) {
                return false;
            }
            long step = steps(held + octets) - reserved;
            if (step > 0 && !fits(step, need)) {
                return false;
            }
            reserved += Math.max(0, step);
            held += octets;
            return true;
        }
    }

    /// Gives back what was taken.
    public void give(long octets) {
        if (account == null || octets == 0) {
            return;
        }
        synchronized (this) {
            if (!closed) {
                held -= octets;
                long surplus = reserved - steps(held);
                reserved -= surplus;
                account.give(surplus);
            }
        }
    }

    /// Something that is held grows or shrinks. False if it may not grow.
    public boolean resize(long from, long to) {
        if (to > from) {
            return take(to - from);
        }
        give(from - to);
        return true;
    }

    private static long steps(long octets) {
        return octets <= FREE ? 0 : (octets - FREE + STEP - 1) / STEP * STEP;
    }

    /// The peer was answered, or somebody took what it had sent.
    public void progressed() {
        if (account != null) {
            progressNanos = System.nanoTime();
            answered = true;
        }
    }

    /// The peer proved who it is.
    public void known() {
        known = true;
    }

    /// The connection costs so much more as long as it is open. False if there is no room for it.
    public synchronized boolean costs(int more) {
        if (account == null || closed || !account.take(more)) {
            return account == null;
        }
        base += more;
        return true;
    }

    /// A share of the same account for a part of the connection, which answers for itself.
    /// @param giveUp as in [MemoryAccount#open]
    /// @return null if there is no room for it
    public MemoryShare open(int cost, Runnable giveUp) {
        MemoryShare share = account == null ? this : account.open(holder, cost, giveUp, true);
        if (known && share != null) {
            share.known(); // what waits on its stream waits for somebody else: a client that takes its answer slowly
        }
        return share;
    }

    /// What is held here is kept for somebody else, as an answer is for a client who takes it slowly: from now on he answers for it, with
    /// what he holds himself. Null when that is over.
    public void keptFor(MemoryShare other) {
        bearer = other == null || account == null || other.account != account ? null : other;
    }

    MemoryShare bearer() {
        return bearer;
    }

    /// There was no room for what had to be held: what it is held for can not go on.
    public void starves() {
        starved = true;
    }

    /// Whether what it was held for is over for want of room, and for nobody's mistake.
    public boolean starved() {
        return starved || ending;
    }

    /// Whether it is time to hold less where that is a choice.
    public boolean isShort() {
        return account != null && account.isShort();
    }

    Object holder() {
        return holder;
    }

    /// Whose connection it is, for those whose connections count together: an address. Null for a stream of many that share a connection,
    /// and for who proved who it is.
    Object peer() {
        return part || known ? null : holder instanceof InetSocketAddress socket ? network(socket.getAddress()) : holder;
    }

    /// One network has as many addresses of version 6 as it likes.
    private static Object network(InetAddress address) {
        byte[] octets = address.getAddress();
        return octets.length == 4 ? address : ByteBuffer.wrap(octets, 0, 8);
    }

    /// Octets that were taken, beside what the share itself costs.
    public synchronized long held() {
        return held;
    }

    /// Octets that the account would get back.
    synchronized long reserved() {
        return base + reserved;
    }

    /// How much it is to be ended before others: what it holds, times how long it has held that without being answered. Under the lock, so
    /// that what is being taken counts.
    synchronized double weight(long now) {
        double octets = reserved + (part || known ? 0 : (double) base / BASE_LIGHTER);
        double weight = octets * Math.max(1, now - progressNanos);
        if (!answered) {
            weight *= NEVER_ANSWERED_HEAVIER;
        }
        return known && bearer == null ? weight / KNOWN_LIGHTER : weight;
    }

    boolean isEnding() {
        return ending;
    }

    void end() {
        ending = true;
        end.run();
    }

    @Override
    public void close() {
        if (account == null) {
            return;
        }
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            account.give(base + reserved);
            reserved = 0;
            held = 0;
        }
        account.closed(this);
    }

    @Override
    public String toString() {
        return holder + " holds " + (base + reserved) + " octets of " + account;
    }
}
