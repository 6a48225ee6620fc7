// SPDX-License-Identifier: MIT
package lambdadispatch.router.observe;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import lambdadispatch.base.Clock;
import lambdadispatch.router.dispatch.PoolSnapshot;
import lambdadispatch.router.dispatch.PoolView;

/// The last fifteen minutes, a sample a second; also keeps those who watch up to date.
///
/// Nothing here is on a request's path: what was counted since the last sample is the difference of two totals.
public final class Timeline {
    /// How far back the samples go.
    public static final int SECONDS = 15 * 60;

    private final Observer observer;
    private final Supplier<List<PoolView>> pools;
    private final Clock clock;

    // Guarded by this.
    private final Deque<Sample> samples = new ArrayDeque<>(SECONDS);
    private RequestTotals before;
    private long invokesBefore;
    private long lastSecond;

    public Timeline(Observer observer, Supplier<List<PoolView>> pools, Clock clock) {
        this.observer = observer;
        this.pools = pools;
        this.clock = clock;
        this.before = observer.totals();
        this.lastSecond = clock.now().getEpochSecond();
    }

    /// Takes the sample of the second that has just ended, and wakes those who wait for it.
    /// @return nanoseconds until it should be called again
    public long tick() {
        long millis = clock.now().toEpochMilli();
        long second = Math.floorDiv(millis, 1000);
        if (second != lastSecond()) {
            List<PoolView> views = pools.get(); // takes the pools' locks: not under ours
            add(second, views);
        }
        return (1000 - Math.floorMod(millis, 1000)) * 1_000_000L;
    }

    private synchronized long lastSecond() {
        return lastSecond;
    }

    private synchronized void add(long second, List<PoolView> views) {
        RequestTotals now = observer.totals();
        RequestTotals last = now.since(before);
        before = now;
        long requests = 0;
        for (long count : last.byClass()) {
            requests += count;
        }
        long invokes = views.stream().mapToLong(view -> view.snapshot().totals().invokes()).sum();
        Sample sample = new Sample(second, requests, last.byClass()[5], last.abandoned(), 1000 * last.durations().quantile(0.5),
                1000 * last.durations().quantile(0.99), 1000 * last.waits().quantile(0.99), observer.open(),
                sum(views, PoolSnapshot::pending),
                views.stream().mapToLong(PoolView::oldestWaitMillis).max().orElse(0), sum(views, pool -> pool.open() + pool.rotating()),
                sum(views, PoolSnapshot::starting), sum(views, PoolSnapshot::invokesUnderWay), sum(views, PoolSnapshot::desired),
                Math.max(0, invokes - invokesBefore));
        invokesBefore = invokes;
        lastSecond = second;
        if (samples.size() == SECONDS) {
            samples.removeFirst();
        }
        samples.addLast(sample);
        notifyAll();
    }

    private static int sum(List<PoolView> views, ToIntFunction<PoolSnapshot> count) {
        return views.stream().map(PoolView::snapshot).mapToInt(count).sum();
    }

    /// All samples there are, oldest first.
    public synchronized List<Sample> samples() {
        return new ArrayList<>(samples);
    }

    /// Waits for a sample later than that second, or for so long.
    /// @return null if none came
    public synchronized Sample after(long epochSecond, long millis) throws InterruptedException {
        long until = System.nanoTime() + millis * 1_000_000;
        while (samples.isEmpty() || samples.peekLast().epochSecond() <= epochSecond) {
            long left = (until - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                return null;
            }
            wait(left);
        }
        return samples.peekLast();
    }
}
