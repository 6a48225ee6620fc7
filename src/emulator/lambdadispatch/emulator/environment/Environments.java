// SPDX-License-Identifier: MIT
package lambdadispatch.emulator.environment;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import lambdadispatch.base.log.Log;
import lambdadispatch.carrier.Threads;
import lambdadispatch.emulator.process.Guardian;

/// The environments of one function: which are idle, how many may run, and when an idle one is given up.
public final class Environments implements AutoCloseable {
    private static final Log LOG = Log.of("emulator");
    private static final AtomicInteger NUMBERS = new AtomicInteger();
    /// An environment that has answered still has to ask for what is next; a caller who invokes again at once is not throttled for that.
    private static final Duration SETTLING = Duration.ofMillis(100);

    private record Idle(Environment environment, long sinceNanos) {}

    private final String function;
    private final FunctionSettings settings;
    private final Guardian guardian;
    private final Set<Environment> all = ConcurrentHashMap.newKeySet();
    private final Deque<Idle> idle = new ArrayDeque<>(); // the last is the most recently used; guarded by this, as is the rest
    private final List<SharedPlace> shared = new ArrayList<>();
    private int running;
    private int settling;
    private boolean closed;

    public Environments(String function, FunctionSettings settings, Guardian guardian) {
        this.function = function;
        this.settings = settings;
        this.guardian = guardian;
        Threads.virtual("reaper of " + function).start(this::reap);
    }

    public List<Environment> environments() {
        return all.stream().sorted((a, b) -> a.id().compareTo(b.id())).toList();
    }

    public synchronized int running() {
        return running;
    }

    FunctionSettings settings() {
        return settings;
    }

    /// Counts a further invocation as running, and takes the most recently used idle environment for it. Returns null for "start one".
    synchronized Environment reserve(String version) throws Throttled, InterruptedException {
        long patience = System.nanoTime() + SETTLING.toNanos();
        while (running >= settings.concurrency() && settling > 0 && patience - System.nanoTime() > 0) {
            wait(SETTLING.toMillis());
        }
        if (closed || running >= settings.concurrency()) {
            throw new Throttled("ReservedFunctionConcurrentInvocationLimitExceeded");
        }
        running++;
        for (Idle last = takeIdle(version); last != null; last = takeIdle(version)) {
            if (!last.environment().broken()) {
                return last.environment();
            }
            Environment dead = last.environment();
            Threads.virtual("discard").start(() -> discard(dead));
        }
        return null;
    }

    /// Counts a further invocation as running, and takes a place for it in the fullest environment that has one, or in a new one, which
    /// whoever gets it first has to start. (Managed instances add environments by CPU load, within minutes, and refuse what finds no room
    /// until then.)
    synchronized SharedPlace join(String version) throws Throttled {
        if (closed || running >= settings.concurrency() * settings.perEnvironment()) {
            throw new Throttled("ReservedFunctionConcurrentInvocationLimitExceeded");
        }
        running++;
        for (SharedPlace dead : shared.stream().filter(SharedPlace::over).toList()) {
            shared.remove(dead);
            Threads.virtual("discard").start(() -> discard(dead.environment()));
        }
        SharedPlace fullest = null;
        for (SharedPlace place : shared) {
            if (place.takes(version, settings.perEnvironment()) && (fullest == null || place.used() > fullest.used())) {
                fullest = place;
            }
        }
        if (fullest == null) {
            fullest = new SharedPlace(create(version));
            shared.add(fullest);
        }
        fullest.enter();
        return fullest;
    }

    /// The opposite of [#join]. The last to leave a broken environment ends it.
    void leave(SharedPlace place, String reason) {
        boolean over;
        synchronized (this) {
            running--;
            over = place.leave();
            if (over) {
                shared.remove(place);
            }
        }
        if (over) {
            retire(place.environment(), reason);
        }
    }

    /// The most recently used one that runs this version; null if there is none.
    private Idle takeIdle(String version) {
        for (Iterator<Idle> latestFirst = idle.descendingIterator(); latestFirst.hasNext(); ) {
            Idle candidate = latestFirst.next();
            if (candidate.environment().version().equals(version)) {
                latestFirst.remove();
                return candidate;
            }
        }
        return null;
    }

    Environment create(String version) {
        Environment environment = new Environment("env-" + NUMBERS.incrementAndGet(), function, version, settings, guardian);
        all.add(environment);
        if (isClosed()) {
            discard(environment);
        }
        return environment;
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    void discard(Environment environment) {
        environment.kill();
        all.remove(environment);
    }

    synchronized void settling() {
        settling++;
    }

    synchronized void settled() {
        settling--;
    }

    /// Gives the reservation back, with the environment if it can be used again.
    synchronized void release(Environment usable) {
        running--;
        if (usable != null) {
            idle.addLast(new Idle(usable, System.nanoTime()));
        }
        notifyAll();
    }

    private void reap() {
        try {
            for (Environment expired = awaitExpired(); expired != null; expired = awaitExpired()) {
                LOG.info("idle environment reclaimed", "environment", expired.id());
                Environment environment = expired;
                Threads.virtual("retire").start(() -> retire(environment, "spindown"));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized Environment awaitExpired() throws InterruptedException {
        while (!closed) {
            Idle oldest = idle.peekFirst();
            long left = oldest == null ? Long.MAX_VALUE : oldest.sinceNanos() + settings.idleLife().toNanos() - System.nanoTime();
            if (left <= 0) {
                return idle.removeFirst().environment();
            }
            wait(oldest == null ? 0 : Math.max(1, left / 1_000_000));
        }
        return null;
    }

    /// The shutdown phase, then the end.
    void retire(Environment environment, String reason) {
        try {
            environment.shutDown(reason, FunctionSettings.SHUTDOWN_LIMIT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            discard(environment);
        }
    }

    /// Ends all environments, as Lambda does when a function is deleted; those that run as well.
    @Override
    public void close() {
        List<Environment> ending;
        synchronized (this) {
            closed = true;
            idle.clear();
            notifyAll();
            ending = new ArrayList<>(all);
        }
        List<Thread> threads =
                ending.stream().map(environment -> Threads.virtual("retire").start(() -> retire(environment, "spindown"))).toList();
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
