// SPDX-License-Identifier: MIT
package lambdadispatch.carrier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A channel for which nobody waits on a thread: whatever would end a wait starts the task, once, and none is started that was not left.
@Timeout(60)
class RestingChannelTest {
    private Carrier carrier;
    private Pipe pipe;
    private ChannelWaits waits;
    private final AtomicInteger runs = new AtomicInteger();
    private final CompletableFuture<Thread> ran = new CompletableFuture<>();
    private final AtomicReference<Carrier> where = new AtomicReference<>();

    @BeforeEach
    void open() throws IOException {
        Assumptions.assumeTrue(Threads.areOnEventLoops(), "on the JDK's scheduler there are no such waits");
        carrier = new Carrier("test-carrier-rest");
        pipe = Pipe.open();
        waits = ChannelWaits.of(pipe.source());
    }

    @AfterEach
    void close() throws IOException {
        if (waits != null) {
            waits.close();
            pipe.sink().close();
        }
    }

    private <T> T onCarrier(Callable<T> task) throws Exception {
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

    private void task() {
        runs.incrementAndGet();
        where.set(Carrier.current());
        ran.complete(Thread.currentThread());
    }

    private boolean rest() throws Exception {
        return onCarrier(() -> waits.rest("goes-on", this::task));
    }

    private void write() throws IOException {
        pipe.sink().write(ByteBuffer.wrap(new byte[1]));
    }

    /// All that the loop had to do before it has done by then.
    private void turn() throws Exception {
        for (int i = 0; i < 3; i++) {
            onCarrier(() -> null);
        }
    }

    @Test
    void inputStartsTheTaskOnceOnAThreadOfTheChannelsCarrier() throws Exception {
        assertThat(rest()).isTrue();
        turn();
        assertThat(runs).hasValue(0);
        write();
        Thread thread = ran.get(20, TimeUnit.SECONDS);
        assertThat(thread.isVirtual()).isTrue();
        assertThat(thread.getName()).isEqualTo("goes-on");
        assertThat(where.get()).isSameAs(carrier);
        write();
        turn();
        waits.close();
        turn();
        assertThat(runs).hasValue(1);
    }

    @Test
    void aShutInputStartsTheTask() throws Exception {
        assertThat(rest()).isTrue();
        waits.inputShut();
        ran.get(20, TimeUnit.SECONDS);
        assertThat(where.get()).as("whoever shuts it").isSameAs(carrier);
    }

    @Test
    void theOtherEndsEndStartsTheTask() throws Exception {
        assertThat(rest()).isTrue();
        pipe.sink().close();
        ran.get(20, TimeUnit.SECONDS);
    }

    @Test
    void aCloseStartsTheTask() throws Exception {
        assertThat(rest()).isTrue();
        waits.close();
        ran.get(20, TimeUnit.SECONDS);
        turn();
        assertThat(runs).hasValue(1);
    }

    @Test
    void whereThereIsReasonToGoOnAlreadyTheTaskNeverRuns() throws Exception {
        write();
        onCarrier(() -> {
            waits.awaitInput();
            return null;
        });
        assertThat(rest()).as("input was seen and not taken").isFalse();
        waits.inputDrained();
        waits.inputShut();
        assertThat(rest()).as("the input is shut").isFalse();
        waits.inputDrained();
        waits.close();
        assertThat(rest()).as("it is closed").isFalse();
        turn();
        assertThat(runs).hasValue(0);
    }

    @Test
    void oneThatWasNeverWaitedForAndIsClosedDoesNotRest() throws Exception {
        pipe.source().close();
        assertThat(rest()).isFalse();
        turn();
        assertThat(runs).hasValue(0);
    }

    @Test
    void nobodyElseMayWaitMeanwhile() throws Exception {
        assertThat(rest()).isTrue();
        assertThatThrownBy(this::rest).hasCauseInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> onCarrier(() -> {
            waits.awaitInput();
            return null;
        })).hasCauseInstanceOf(IllegalStateException.class);
        write();
        ran.get(20, TimeUnit.SECONDS);
        assertThat(runs).hasValue(1);
    }

    @Test
    void whoGoesOnMayWaitAndRestAgain() throws Exception {
        for (int i = 1; i <= 3; i++) {
            CompletableFuture<Integer> read = new CompletableFuture<>();
            assertThat(onCarrier(() -> waits.rest("goes-on", () -> {
                try {
                    read.complete(pipe.source().read(ByteBuffer.allocate(8)));
                    waits.inputDrained();
                } catch (IOException e) {
                    read.completeExceptionally(e);
                }
            }))).isTrue();
            write();
            assertThat(read.get(20, TimeUnit.SECONDS)).isEqualTo(1);
        }
    }

    private CompletableFuture<Boolean> waiting(AtomicBoolean left) {
        CompletableFuture<Boolean> came = new CompletableFuture<>();
        Thread waiter = carrier.builder().start(() -> {
            try {
                came.complete(waits.awaitInput(left::get));
            } catch (IOException | RuntimeException e) {
                came.completeExceptionally(e);
            }
        });
        while (waiter.getState() != Thread.State.WAITING && !came.isDone()) {
            LockSupport.parkNanos(1_000_000);
        }
        return came;
    }

    @Test
    void aWaitThatIsLeftEndsAndSaysSoAndTheNextIsAWaitAgain() throws Exception {
        AtomicBoolean left = new AtomicBoolean();
        CompletableFuture<Boolean> came = waiting(left);
        waits.endInputWait(); // for nothing: it was not left
        turn();
        assertThat(came).isNotDone();
        left.set(true);
        waits.endInputWait();
        assertThat(came.get(20, TimeUnit.SECONDS)).isFalse();
        assertThat(waits.inputSeen()).as("nothing has come").isFalse();
        assertThat(waiting(left).get(20, TimeUnit.SECONDS)).as("it was left before it began").isFalse();
        left.set(false);
        CompletableFuture<Boolean> next = waiting(left);
        turn();
        assertThat(next).isNotDone();
        write();
        assertThat(next.get(20, TimeUnit.SECONDS)).isTrue();
        assertThat(waits.inputSeen()).isTrue();
    }

    @Test
    void endingAWaitDoesNotEndARest() throws Exception {
        assertThat(rest()).isTrue();
        waits.endInputWait();
        turn();
        assertThat(runs).hasValue(0);
        write();
        ran.get(20, TimeUnit.SECONDS);
    }

    /// Whatever comes falls into every moment of going to rest: the task runs, or whoever wanted to rest is told that it will not.
    @Test
    void noInputAndNoCloseIsLostOnTheWayToRest() throws Exception {
        for (int i = 0; i < 300; i++) {
            Pipe each = Pipe.open();
            ChannelWaits those = ChannelWaits.of(each.source());
            CompletableFuture<Void> goesOn = new CompletableFuture<>();
            AtomicInteger times = new AtomicInteger();
            int how = i % 3;
            Thread other = Thread.ofPlatform().start(() -> {
                try {
                    switch (how) {
                        case 0 -> each.sink().write(ByteBuffer.wrap(new byte[1]));
                        case 1 -> those.close();
                        default -> those.inputShut();
                    }
                } catch (IOException e) {
                    goesOn.completeExceptionally(e);
                }
            });
            boolean rests = onCarrier(() -> those.rest("goes-on", () -> {
                times.incrementAndGet();
                goesOn.complete(null);
            }));
            if (rests) {
                goesOn.get(20, TimeUnit.SECONDS);
            }
            other.join();
            those.close();
            each.sink().close();
            assertThat(times).hasValue(rests ? 1 : 0);
        }
    }
}
