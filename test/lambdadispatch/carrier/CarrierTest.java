// SPDX-License-Identifier: MIT
package lambdadispatch.carrier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.Pipe;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The loop itself; what waits in it for sockets is in `io`. Skipped where the JDK's scheduler serves.
@Timeout(60)
class CarrierTest {
    private static Carrier one;
    private static Carrier two;

    @BeforeAll
    static void start() throws IOException {
        assumeTrue(Threads.areOnEventLoops(), "needs --add-opens java.base/java.lang");
        one = new Carrier("test-carrier-1");
        two = new Carrier("test-carrier-2");
    }

    @Test
    void aThreadStaysOnItsCarrierAndSoDoWhatItStarts() throws Exception {
        List<Carrier> seen = new ArrayList<>();
        Thread outer = two.builder().start(() -> {
            seen.add(Carrier.current());
            Thread inner = Threads.virtual("inner").start(() -> seen.add(Carrier.current()));
            join(inner);
            seen.add(Carrier.current());
        });
        outer.join();
        assertThat(seen).containsExactly(two, two, two);
        assertThat(Carrier.current()).isNull();
    }

    @Test
    void noWakeUpFromOutsideIsLost() throws Exception {
        for (Carrier partner : new Carrier[] {null, two}) { // a platform thread, then a thread of another carrier
            SynchronousQueue<Integer> there = new SynchronousQueue<>();
            SynchronousQueue<Integer> back = new SynchronousQueue<>();
            Thread inside = one.builder().start(() -> {
                for (int i = 0; i < 10_000; i++) {
                    put(back, take(there));
                }
            });
            Random random = new Random(1);
            Runnable play = () -> {
                for (int i = 0; i < 10_000; i++) {
                    for (int pause = random.nextInt(2_000); pause > 0; pause--) {
                        Thread.onSpinWait(); // so that the loop is met on all of its ways to sleep
                    }
                    put(there, i);
                    assertThat(take(back)).isEqualTo(i);
                }
            };
            if (partner == null) {
                play.run();
            } else {
                partner.builder().start(play).join();
            }
            inside.join();
        }
    }

    @Test
    void deadlinesThatManyThreadsFileKeepNoLoopFromTurning() throws Exception {
        AtomicInteger filed = new AtomicInteger();
        long until = System.nanoTime() + 2_000_000_000;
        Runnable file = () -> {
            while (System.nanoTime() - until < 0) {
                Filed entry = new Filed(one.timers());
                entry.arm(60_000_000_000L);
                entry.forget();
                filed.incrementAndGet();
            }
        };
        List<Thread> outside = List.of(Thread.ofPlatform().start(file), Thread.ofPlatform().start(file));
        // a wait of the virtual thread's for the wheel must not become one of its carrier's for the virtual thread
        while (System.nanoTime() - until < 0) {
            Thread inside = one.builder().start(() -> {
                Filed entry = new Filed(one.timers());
                for (int i = 0; i < 20; i++) {
                    entry.arm(60_000_000_000L - i * 1_000_000_000L);
                    Thread.yield();
                }
                entry.forget();
            });
            assertThat(inside.join(Duration.ofSeconds(20))).as("the loop turns").isTrue();
        }
        for (Thread thread : outside) {
            thread.join();
        }
        assertThat(filed).hasPositiveValue();
    }

    @Test
    void channelsThatManyThreadsWaitForAndCloseKeepNoLoopFromTurning() throws Exception {
        long until = System.nanoTime() + 5_000_000_000L;
        Runnable use = () -> {
            while (System.nanoTime() - until < 0) {
                useOneChannel();
            }
        };
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            threads.add(Thread.ofPlatform().start(use));
            threads.add(Threads.spread("test").start(use));
            threads.add(Threads.spread("test").start(use));
        }
        for (Thread thread : threads) {
            assertThat(thread.join(Duration.ofSeconds(20))).as("the loop turns").isTrue();
        }
    }

    /// A reader in the middle of a read holds up whoever closes the channel, and that one has the channel's monitor. If it is a virtual
    /// thread, its carrier must not come to wait for that monitor for another closer.
    @Test
    void channelThatManyThreadsCloseAtOnceKeepsNoLoopFromTurning() throws Exception {
        Carrier mine = new Carrier("test-carrier-3"); // it would be lost to the other tests
        long until = System.nanoTime() + 1_000_000_000L;
        while (System.nanoTime() - until < 0) {
            Pipe.SourceChannel source = filled();
            ChannelWaits waits = ChannelWaits.of(source);
            CountDownLatch begin = new CountDownLatch(1);
            Thread first = mine.builder().start(() -> {
                awaitInput(waits); // so that the channel is this carrier's
                Thread reader = Thread.ofPlatform().daemon().start(() -> readUntilClosed(source, begin));
                await(begin);
                close(waits);
                join(reader);
            });
            List<Thread> others = new ArrayList<>();
            for (Thread.Builder each : List.of(mine.builder(), mine.builder(), two.builder(), Thread.ofPlatform().daemon())) {
                others.add(each.start(() -> {
                    await(begin);
                    close(waits);
                }));
            }
            assertThat(first.join(Duration.ofSeconds(20))).as("the loop turns").isTrue();
            for (Thread each : others) {
                assertThat(each.join(Duration.ofSeconds(20))).as("the loop turns").isTrue();
            }
            assertThat(source.isOpen()).isFalse();
        }
    }

    private static void readUntilClosed(Pipe.SourceChannel source, CountDownLatch reads) {
        try {
            while (true) {
                source.read(ByteBuffer.allocate(8));
                reads.countDown();
            }
        } catch (ClosedChannelException e) {
            assertThat(source.isOpen()).isFalse();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void awaitInput(ChannelWaits waits) {
        try {
            waits.awaitInput();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void close(ChannelWaits waits) {
        try {
            waits.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void useOneChannel() {
        try (Pipe.SourceChannel source = filled()) {
            ChannelWaits waits = ChannelWaits.of(source);
            waits.awaitInput();
            assertThat(source.read(ByteBuffer.allocate(8))).isEqualTo(1);
            waits.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Its other end is closed.
    private static Pipe.SourceChannel filled() throws IOException {
        Pipe pipe = Pipe.open();
        try (Pipe.SinkChannel sink = pipe.sink()) {
            sink.write(ByteBuffer.allocate(1));
        }
        return pipe.source();
    }

    private static final class Filed extends TimerWheel.Entry {
        Filed(TimerWheel wheel) {
            super(wheel);
        }

        void arm(long nanos) {
            armFor(nanos);
        }

        void forget() {
            remove();
        }

        @Override
        protected void due(long armedFor) {
            takeUp(armedFor);
        }
    }

    @Test
    void tasksFromManyThreadsAllRunOnce() throws Exception {
        AtomicInteger ran = new AtomicInteger();
        List<Thread> senders = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            senders.add(Thread.ofPlatform().start(() -> {
                for (int n = 0; n < 5_000; n++) {
                    one.execute(ran::incrementAndGet);
                }
            }));
        }
        for (Thread sender : senders) {
            sender.join();
        }
        onCarrier(one, () -> null); // first in, first out
        assertThat(ran).hasValue(20_000);
    }

    @Test
    void aTaskThatFailsIsToldAndEndsNothing() throws Exception {
        CompletableFuture<Throwable> told = new CompletableFuture<>();
        Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
        Thread.setDefaultUncaughtExceptionHandler((thread, e) -> told.complete(e));
        try {
            one.execute(() -> {
                throw new StackOverflowError("broken");
            });
            assertThat(told.get(20, TimeUnit.SECONDS)).hasMessage("broken");
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(before);
        }
        assertThat(onCarrier(one, () -> "goes on")).isEqualTo("goes on");
    }

    @Test
    void threadsThatAlwaysHaveWorkKeepNeitherSocketsNorDeadlinesNorOthersWaiting() throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        Thread busy = one.builder().start(() -> {
            while (!over.get()) {
                Thread.yield();
            }
        });
        AtomicBoolean flooding = new AtomicBoolean(true);
        Runnable[] again = new Runnable[1];
        again[0] = () -> {
            if (flooding.get()) {
                two.execute(() -> one.execute(again[0]));
            }
        };
        again[0].run();
        Pipe pipe = Pipe.open();
        CountDownLatch read = new CountDownLatch(1);
        CountDownLatch due = new CountDownLatch(1);
        Thread reader = one.builder().start(() -> {
            new TimerWheel.Entry(Threads.timers()) {
                @Override
                protected void due(long armedFor) {
                    due.countDown();
                }

                void arm() {
                    armFor(1);
                }
            }.arm();
            readOne(pipe);
            read.countDown();
        });
        try {
            pipe.sink().write(ByteBuffer.wrap(new byte[1]));
            assertThat(read.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(due.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(onCarrier(one, () -> 1)).isEqualTo(1);
        } finally {
            flooding.set(false);
            over.set(true);
            busy.join();
            reader.join();
            pipe.sink().close();
        }
    }

    @Test
    void aLoopThatSleepsWakesForADeadlineThatAnotherThreadArms() throws Exception {
        CountDownLatch due = new CountDownLatch(1);
        TimerWheel.Entry entry = onCarrier(one, () -> new TimerWheel.Entry(Threads.timers()) {
            @Override
            protected void due(long armedFor) {
                due.countDown();
            }

            @Override
            public String toString() {
                armFor(1);
                return "armed";
            }
        });
        assertThat(entry).hasToString("armed");
        assertThat(due.await(20, TimeUnit.SECONDS)).isTrue();
    }

    /// The waiters come from two carriers in turn, so that the loop drops interest while another thread takes it up.
    @Test
    void noReadinessIsLostBetweenCarriers() throws Exception {
        Pipe pipe = Pipe.open();
        ChannelWaits waits = ChannelWaits.of(pipe.source());
        int octets = 3_000;
        Thread sender = Thread.ofPlatform().start(() -> {
            Random random = new Random(2);
            for (int i = 0; i < octets; i++) {
                if (random.nextInt(3) == 0) {
                    LockSupport.parkNanos(random.nextInt(100_000));
                }
                writeOne(pipe);
            }
        });
        for (int left = octets; left > 0;) {
            for (Carrier carrier : List.of(one, two)) {
                left -= left == 0 ? 0 : onCarrier(carrier, () -> {
                    ByteBuffer some = ByteBuffer.allocate(3);
                    while (pipe.source().read(some) == 0) {
                        waits.awaitInput();
                    }
                    return some.position();
                });
            }
        }
        sender.join();
        waits.close();
        pipe.sink().close();
    }

    @Test
    void waitsForMonitorsAndSleepsDoNotHoldTheCarrier() throws Exception {
        Object lock = new Object();
        CountDownLatch taken = new CountDownLatch(1);
        CountDownLatch letGo = new CountDownLatch(1);
        Thread holder = one.builder().start(() -> {
            synchronized (lock) {
                taken.countDown();
                await(letGo);
            }
        });
        Thread waiter = one.builder().start(() -> {
            await(taken);
            synchronized (lock) {
                LockSupport.parkNanos(1);
            }
        });
        taken.await();
        assertThat(onCarrier(one, () -> 1)).isEqualTo(1);
        onCarrier(one, () -> {
            Thread.sleep(1);
            letGo.countDown();
            return null;
        });
        holder.join();
        waiter.join();
    }

    private static <T> T onCarrier(Carrier carrier, Callable<T> task) throws Exception {
        CompletableFuture<T> result = new CompletableFuture<>();
        carrier.builder().start(() -> {
            try {
                result.complete(task.call());
            } catch (Throwable e) {
                result.completeExceptionally(e);
            }
        });
        return result.get(30, TimeUnit.SECONDS);
    }

    private static void readOne(Pipe pipe) {
        try {
            ChannelWaits waits = ChannelWaits.of(pipe.source());
            while (pipe.source().read(ByteBuffer.allocate(1)) == 0) {
                waits.awaitInput();
            }
            waits.close();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void writeOne(Pipe pipe) {
        try {
            pipe.sink().write(ByteBuffer.wrap(new byte[1]));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void put(SynchronousQueue<Integer> queue, int value) {
        try {
            queue.put(value);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static int take(SynchronousQueue<Integer> queue) {
        try {
            return queue.take();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
