// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import lambdadispatch.carrier.Threads;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class DownlinkTest {
    private final AtomicInteger resets = new AtomicInteger();
    private final Downlink downlink = new Downlink(resets::incrementAndGet);
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicInteger cancelled = new AtomicInteger();

    @BeforeEach
    void subscribe() {
        downlink.onSubscribe(new Flow.Subscription() {
            @Override
            public void request(long n) {
                asked.addAndGet((int) n);
            }

            @Override
            public void cancel() {
                cancelled.incrementAndGet();
            }
        });
    }

    private void arrives(int... lengths) {
        List<ByteBuffer> buffers = new ArrayList<>();
        for (int length : lengths) {
            buffers.add(ByteBuffer.allocate(length));
        }
        downlink.onNext(buffers);
    }

    private int read(int length) throws IOException {
        return downlink.read(new byte[length], 0, length);
    }

    @Test
    void responseIsThereBeforeItsBody() {
        assertThat(downlink.getBody().toCompletableFuture()).isCompleted();
    }

    @Test
    void severalBuffersOfOneFrameStayInOrder() throws IOException {
        downlink.onNext(List.of(ByteBuffer.wrap(new byte[] {1, 2}), ByteBuffer.wrap(new byte[] {3}), ByteBuffer.wrap(new byte[] {4, 5})));
        byte[] read = new byte[8];
        assertThat(downlink.read(read, 1, 7)).isEqualTo(5);
        assertThat(read).containsExactly(0, 1, 2, 3, 4, 5, 0, 0);
    }

    @Test
    void moreIsAskedForOnlyWhileLittleWaits() throws IOException {
        assertThat(asked).hasValue(1);
        arrives(16 << 10);
        assertThat(asked).as("little waits: go on").hasValue(2);
        arrives(16 << 10, 16 << 10, 16 << 10);
        assertThat(asked).as("64 KiB wait: stop").hasValue(2);
        assertThat(read(100)).isEqualTo(100);
        assertThat(asked).as("room again: once").hasValue(3);
        read(100);
        assertThat(asked).as("asked already").hasValue(3);
    }

    @Test
    void readerSleepsUntilSomethingComes() throws Exception {
        CompletableFuture<Integer> count = waitingRead();
        arrives(7);
        assertThat(count.get(10, TimeUnit.SECONDS)).isEqualTo(7);
    }

    @Test
    void endOfTheStreamComesAfterWhatHadArrived() throws IOException {
        arrives(3);
        downlink.onComplete();
        assertThat(read(10)).isEqualTo(3);
        assertThat(read(10)).isEqualTo(-1);
        assertThat(resets).hasValue(0);
        assertThat(downlink.broken()).isFalse();
    }

    @Test
    void resetIsAFailureAndNotAnEnd() {
        arrives(3);
        downlink.onError(new IOException("stream reset"));
        assertThatThrownBy(() -> read(10)).isInstanceOf(IOException.class).hasMessageContaining("stream reset");
        assertThat(resets).hasValue(1);
        assertThat(downlink.broken()).isTrue();
    }

    @Test
    void cancellingBreaksTheStreamOff() {
        downlink.reset();
        assertThat(cancelled).hasValue(1);
        assertThatThrownBy(() -> read(10)).isInstanceOf(IOException.class);
    }

    @Test
    void cancellingBeforeThereIsAStreamIsNoFault() {
        Downlink never = new Downlink(resets::incrementAndGet);
        never.reset();
        assertThatThrownBy(() -> never.read(new byte[1], 0, 1)).isInstanceOf(IOException.class);
    }

    @Test
    void readerThatIsInterruptedDoesNotSpin() throws Exception {
        CompletableFuture<Integer> read = new CompletableFuture<>();
        Thread reader = Thread.ofVirtual().start(() -> {
            try {
                read.complete(read(1));
            } catch (IOException e) {
                read.completeExceptionally(e);
            }
        });
        reader.interrupt();
        assertThatThrownBy(() -> read.get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(java.io.InterruptedIOException.class);
    }

    /// A read on a thread of its own, once that waits.
    private CompletableFuture<Integer> waitingRead() {
        CompletableFuture<Integer> count = new CompletableFuture<>();
        Thread reader = Threads.virtual("test").start(() -> {
            try {
                count.complete(read(10));
            } catch (IOException e) {
                count.completeExceptionally(e);
            }
        });
        while (reader.getState() != Thread.State.WAITING) {
            assertThat(count).isNotDone();
            Thread.onSpinWait();
        }
        return count;
    }

    @Test
    void readerIsWokenByTheEnd() throws Exception {
        CompletableFuture<Integer> count = waitingRead();
        downlink.onComplete();
        assertThat(count.get(10, TimeUnit.SECONDS)).isEqualTo(-1);
    }

    @Test
    void readerIsWokenByAReset() {
        CompletableFuture<Integer> count = waitingRead();
        downlink.onError(new IOException("stream reset"));
        assertThatThrownBy(() -> count.get(10, TimeUnit.SECONDS)).hasRootCauseMessage("stream reset");
    }

    @Test
    void readerIsWokenWhenTheChannelIsGivenUp() {
        CompletableFuture<Integer> count = waitingRead();
        downlink.reset();
        assertThatThrownBy(() -> count.get(10, TimeUnit.SECONDS)).hasRootCauseMessage("channel given up");
        assertThat(resets).as("nobody has to be told").hasValue(0);
        assertThat(downlink.broken()).isTrue();
    }

    @Test
    void littleIsLessThan64KiB() throws IOException {
        arrives((64 << 10) - 1);
        assertThat(asked).hasValue(2);
        arrives(2);
        assertThat(asked).as("one octet above").hasValue(2);
        read(1);
        assertThat(asked).as("exactly that much").hasValue(2);
        read(1);
        assertThat(asked).as("one below").hasValue(3);
    }

    @Test
    void nothingIsAskedForBehindTheEnd() throws IOException {
        arrives(64 << 10);
        assertThat(asked).hasValue(1);
        downlink.onComplete();
        assertThat(read(100)).isEqualTo(100);
        assertThat(asked).hasValue(1);
    }

    @Test
    void severalReadersInTurnAreWoken() throws Exception {
        for (int i = 1; i <= 3; i++) {
            CompletableFuture<Integer> count = waitingRead();
            arrives(i);
            assertThat(count.get(10, TimeUnit.SECONDS)).isEqualTo(i);
        }
    }
}
