// SPDX-License-Identifier: MIT
package lambdadispatch.carrier;

import java.io.IOException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// One platform thread that runs virtual threads and sleeps in its own [Selector] while none can go on.
///
/// [#execute] may be called by any thread; all else that is not documented otherwise belongs to the loop.
///
/// **No wake-up is lost.** A task from outside is put into `submitted` first; only then `asleep` is looked at. The loop sets `asleep` first
/// and only then looks at `submitted` for the last time. Both are volatile, so at least one of the two sees the other: either the loop
/// finds the task, or whoever brought it finds the loop asleep and wakes the selector. A wake-up that comes before `select` has begun makes
/// it return at once. Deadlines that are filed from outside go the same way, with the wheel in place of `submitted`.
///
/// **Nobody starves.** In one turn the loop runs at most [#TASKS_A_TURN] tasks before it looks at the selector, takes at most as many from
/// outside, and `select` hands over at most one event for each channel, which only puts threads into the queue. The queue is first in,
/// first out, so a thread that yields in a loop lets all others go in between.
final class Carrier implements Executor {
    static final int TASKS_A_TURN = 256;
    private static final long PAUSE_AFTER_FAILURE_NANOS = 10_000_000;

    private final Selector selector;
    private final ArrayDeque<Runnable> queue = new ArrayDeque<>();
    private final Queue<Runnable> submitted;
    private final TimerWheel timers = new TimerWheel(System::nanoTime, this::wakeIfAsleep);
    private final SpareArrays spares = new SpareArrays();
    private final LoopThread thread;
    private volatile boolean asleep;

    private static final class LoopThread extends Thread {
        final Carrier carrier;

        LoopThread(Carrier carrier, String name) {
            super(null, carrier::loop, name, 0, false);
            this.carrier = carrier;
            setDaemon(true);
        }
    }

    /// Starts its thread.
    Carrier(String name) throws IOException {
        this(name, Selector.open(), new ConcurrentLinkedQueue<>());
    }

    /// For tests, which play in these two what other threads do between two steps of the loop.
    Carrier(String name, Selector selector, Queue<Runnable> submitted) {
        this.selector = selector;
        this.submitted = submitted;
        thread = new LoopThread(this, name);
        thread.start();
    }

    /// The carrier that runs this code, or null on any other thread.
    static Carrier current() {
        return CustomScheduler.currentCarrier() instanceof LoopThread loop ? loop.carrier : null;
    }

    private boolean here() {
        return CustomScheduler.currentCarrier() == thread;
    }

    Thread.Builder.OfVirtual builder() {
        return CustomScheduler.builder(this);
    }

    /// For threads on this carrier.
    SpareArrays spares() {
        return spares;
    }

    TimerWheel timers() {
        return timers;
    }

    @Override
    public void execute(Runnable task) {
        if (here()) {
            queue.add(task);
        } else {
            submitted.add(task);
            wakeIfAsleep();
        }
    }

    private void wakeIfAsleep() {
        if (asleep) {
            selector.wakeup();
        }
    }

    /// Registers a channel for good; any thread may.
    SelectionKey register(SelectableChannel channel, int operations, ChannelWaits waits) throws IOException {
        return call(() -> channel.register(selector, operations, waits));
    }

    /// Does something here that takes the selector's own locks, and waits until it is done. Any thread may call it.
    ///
    /// The selector has monitors, and so it must not meet a virtual thread of this carrier and a third thread at one of them: see
    /// [BriefLock]. Where this thread alone takes them, nobody waits there.
    /// @throws IOException as the task does
    <T> T call(Callable<T> task) throws IOException {
        FutureTask<T> future = new FutureTask<>(task);
        if (here()) {
            future.run();
        } else {
            execute(future);
        }
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return future.get();
                } catch (InterruptedException e) {
                    interrupted = true; // whoever waits for the channel asks for that next
                }
            }
        } catch (ExecutionException e) {
            throw failure(e.getCause());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static IOException failure(Throwable cause) {
        return switch (cause) {
            case IOException e -> e;
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            default -> new IOException(cause);
        };
    }

    /// As [#call], without waiting for it.
    void run(Runnable task) {
        if (here()) {
            task.run();
        } else {
            execute(task);
        }
    }

    /// Waits until the descriptors of channels that were closed before are released: a port is free then. Any thread but the loop's own may
    /// call it.
    void releaseClosed() {
        if (here()) {
            selectNow(); // from a virtual thread: the loop itself is not in `select` then
            return;
        }
        CountDownLatch released = new CountDownLatch(1);
        execute(() -> {
            selectNow();
            released.countDown();
        });
        try {
            released.await(1, TimeUnit.SECONDS); // a carrier that something holds for longer has other troubles
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void loop() {
        while (true) {
            try {
                turn();
            } catch (Throwable e) { // an Error too: this thread is all others'
                report(e);
                if (e instanceof IOException || e instanceof ClosedSelectorException) {
                    // `select` itself fails: what runs goes on, but not at full speed
                    LockSupport.parkNanos(this, PAUSE_AFTER_FAILURE_NANOS);
                }
            }
        }
    }

    private void turn() throws IOException {
        takeSubmitted(); // before anything else: what woke the selector runs without another look at it
        Runnable task;
        for (int left = TASKS_A_TURN; left > 0 && (task = queue.poll()) != null; left--) {
            runSafely(task);
        }
        takeSubmitted();
        if (queue.isEmpty()) {
            sleep();
        } else {
            selector.selectNow(Carrier::ready);
        }
        timers.expire();
    }

    private static void runSafely(Runnable task) {
        try {
            task.run();
        } catch (Throwable e) { // a virtual thread's own failure never comes here; one of the machinery must not end the others
            report(e);
        }
    }

    private void takeSubmitted() {
        Runnable task;
        for (int left = TASKS_A_TURN; left > 0 && (task = submitted.poll()) != null; left--) {
            queue.add(task);
        }
    }

    private void sleep() throws IOException {
        asleep = true;
        try {
            if (!submitted.isEmpty()) {
                return;
            }
            long nanos = timers.nanosToNext();
            if (nanos == Long.MAX_VALUE) {
                selector.select(Carrier::ready);
            } else if (nanos > 0) {
                selector.select(Carrier::ready, nanos / 1_000_000 + 1);
            }
        } finally {
            asleep = false;
        }
    }

    private void selectNow() {
        try {
            selector.selectNow(Carrier::ready);
        } catch (IOException e) {
            report(e);
        }
    }

    private static void ready(SelectionKey key) {
        try {
            ((ChannelWaits) key.attachment()).ready(key);
        } catch (RuntimeException e) { // else the keys behind it in the selector's list would go unseen
            report(e);
        }
    }

    /// As for any thread: what stays uncaught goes to the handler that the program has set, or to standard error.
    private static void report(Throwable e) {
        Thread self = Thread.currentThread();
        try {
            self.getUncaughtExceptionHandler().uncaughtException(self, e);
        } catch (RuntimeException | Error again) {
            return; // the handler failed, as far as could be told; the loop goes on
        }
    }
}
