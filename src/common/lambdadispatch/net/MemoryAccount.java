// SPDX-License-Identifier: MIT
package lambdadispatch.net;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import lambdadispatch.base.log.Log;
import lambdadispatch.carrier.Threads;

/// The octets that peers chose and that this process holds for them, and how many there may be: one account, with a [MemoryShare] for each
/// connection.
///
/// Each limit of a connection or a request may be right by itself, and the sum of all that are allowed at once still be more than the heap.
/// So whoever grows beyond what everybody gets takes it from here, and gives it back when it is over. What does not fit is refused, to him
/// who asked for it. Before it comes to that, from [#tight()] on, the shares that hold most and were answered least are ended, so that the
/// others find room.
public final class MemoryAccount {
    private static final Log LOG = Log.of("server");
    /// Of the heap: what is not peers' choice needs some, a collector as much as that again.
    private static final int EIGHTHS_OF_HEAP = 2;
    /// What may be taken for what is a choice: less than what makes the account short.
    private static final int SPARE_EIGHTHS = 3;
    /// What one address may have of the account before it gives way to all others.
    private static final int FAIR_PART = 4;
    private static final int BEYOND_FAIR_HEAVIER = 1000;
    private static final long BETWEEN_LINES_NANOS = 10_000_000_000L;

    /// What all servers of this process hold for their peers.
    public static final MemoryAccount PROCESS = new MemoryAccount(Runtime.getRuntime().maxMemory() / 8 * EIGHTHS_OF_HEAP);

    private final long most;
    private final AtomicLong held = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private final AtomicLong ended = new AtomicLong();
    private final AtomicBoolean relieving = new AtomicBoolean();
    private final Set<MemoryShare> shares = ConcurrentHashMap.newKeySet();
    private long saidNanos; // of the thread that relieves
    private boolean said;

    /// @param most octets
    public MemoryAccount(long most) {
        this.most = most;
    }

    /// Opens a share.
    /// @param holder says in the log whose it is: an address, and nothing secret
    /// @param base octets that the share costs as long as it is open
    /// @param end gives up what the share is held for, soon; any thread may run it, and it must not block
    /// @return null if there is no room for it
    public MemoryShare open(Object holder, int base, Runnable end) {
        return open(holder, base, end, false);
    }

    MemoryShare open(Object holder, int base, Runnable end, boolean part) {
        if (!(part ? take(base) : takeForNewcomer(base))) {
            return null;
        }
        MemoryShare share = new MemoryShare(this, holder, base, end, part);
        shares.add(share);
        return share;
    }

    /// False if it does not fit; nothing is taken then.
    boolean take(long octets) {
        boolean fits = add(octets, most);
        if (!fits) {
            refused.incrementAndGet();
        }
        relieveIfTight(!fits);
        return fits;
    }

    /// Who has taken all there was does not keep newcomers out while he is being ended: these may take an eighth on top, where nothing that
    /// is open grows.
    private boolean takeForNewcomer(long octets) {
        boolean fits = add(octets, most + Math.min(most / 8, Long.MAX_VALUE - most));
        if (!fits) {
            refused.incrementAndGet();
        }
        relieveIfTight(!fits);
        return fits;
    }

    /// For what is a choice: false, and nothing taken, beyond three eighths of the account.
    boolean takeSpare(long octets) {
        return add(octets, most / 8 * SPARE_EIGHTHS);
    }

    /// Takes even what does not fit: whoever asks can not go on without, and gives it back soon.
    void takeAnyway(long octets) {
        held.addAndGet(octets);
        relieveIfTight(false);
    }

    private void relieveIfTight(boolean refusing) {
        if ((refusing || held.get() > tight()) && relieving.compareAndSet(false, true)) {
            // Not by this thread: it may hold locks that ending another share needs.
            Threads.virtual("memory-relief").start(this::relieve);
        }
    }

    /// What does not fit is not even added for a moment: whoever looks meanwhile would refuse or end others for it.
    private boolean add(long octets, long bound) {
        while (true) {
            long before = held.get();
            if (before + octets > bound) {
                return false;
            }
            if (held.compareAndSet(before, before + octets)) {
                return true;
            }
        }
    }

    void give(long octets) {
        held.addAndGet(-octets);
    }

    void closed(MemoryShare share) {
        shares.remove(share);
    }

    private void relieve() {
        try {
            long now = System.nanoTime();
            long onItsWay = 0;
            for (MemoryShare share : shares) {
                if (answerable(share).isEnding()) {
                    onItsWay += share.reserved();
                }
            }
            List<Weighed> worst = heaviestFirst(now);
            // Read only now: what a share gave back before it was looked for is no reason to end another.
            long excess = held.get() - onItsWay - (tight() - most / 16);
            int count = 0;
            for (Weighed each : worst) {
                if (excess <= 0) {
                    break;
                }
                excess -= each.octets;
                count++;
            }
            report(worst, count, now);
            ended.addAndGet(count);
            worst.subList(0, count).forEach(each -> each.share.end());
        } finally {
            relieving.set(false);
        }
    }

    private Map<Object, Long> heldByPeer() {
        Map<Object, Long> octets = new HashMap<>();
        for (MemoryShare share : shares) {
            Object peer = answerable(share).peer();
            if (peer != null) {
                octets.merge(peer, share.reserved(), Long::sum);
            }
        }
        return octets;
    }

    /// One address with many connections that each hold little is heavier than another with one that holds more. One with more than a fair
    /// part of the account goes before all that have less, or connections that it opens again and again would outlive those that wait.
    /// Where all connections come from one address, as from a load balancer, this changes nothing.
    private double manyHeavier(Long octets) {
        if (octets == null) {
            return 1;
        }
        double heavier = 1 + (double) octets / Math.max(1, most / 16);
        return octets > most / FAIR_PART ? heavier * BEYOND_FAIR_HEAVIER : heavier;
    }

    /// Who answers for what a share holds: while that is kept for another he does, as long as he is there.
    private MemoryShare answerable(MemoryShare share) {
        MemoryShare bearer = share.bearer();
        return bearer != null && shares.contains(bearer) ? bearer : share;
    }

    /// @param octets that come back if it is ended
    record Weighed(MemoryShare share, double weight, long octets) {
        Weighed and(Weighed other) {
            return new Weighed(share, weight + other.weight, octets + other.octets);
        }
    }

    /// Who is to be ended before others, without those who are being ended.
    List<Weighed> heaviestFirst(long now) {
        Map<MemoryShare, Weighed> sums = new HashMap<>();
        for (MemoryShare share : shares) {
            MemoryShare who = answerable(share);
            if (!who.isEnding()) {
                sums.merge(who, new Weighed(who, share.weight(now), share.reserved()), Weighed::and);
            }
        }
        Map<Object, Long> byPeer = heldByPeer();
        List<Weighed> all = new ArrayList<>();
        for (Weighed sum : sums.values()) {
            all.add(new Weighed(sum.share, sum.weight * manyHeavier(byPeer.get(sum.share.peer())), sum.octets));
        }
        all.sort(Comparator.comparingDouble(Weighed::weight).reversed());
        return all;
    }

    private void report(List<Weighed> worst, int count, long now) {
        if (count > 0 && (!said || now - saidNanos > BETWEEN_LINES_NANOS)) {
            said = true;
            saidNanos = now;
            Weighed first = worst.getFirst();
            LOG.warn("memory for peers runs low", "held", held.get(), "most", most, "ended", count, "greatest", first.share.holder(),
                    "holds", first.octets);
        }
    }

    /// Octets that are taken.
    public long held() {
        return held.get();
    }

    public long most() {
        return most;
    }

    /// From so many octets on the greatest shares are ended.
    public long tight() {
        return most - most / 8;
    }

    /// Whether it is time to hold less where that is a choice.
    public boolean isShort() {
        return held.get() > most / 2;
    }

    /// How often something did not fit.
    public long refused() {
        return refused.get();
    }

    /// How many shares were ended to make room.
    public long ended() {
        return ended.get();
    }

    public int shares() {
        return shares.size();
    }

    @Override
    public String toString() {
        return held + " of " + most + " octets";
    }
}
