// SPDX-License-Identifier: MIT
package lambdadispatch.carrier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Who waits for a channel, what ends a wait, and which interest is kept.
@Timeout(60)
class ChannelWaitsTest {
    private Pipe pipe;
    private ChannelWaits in;
    private ChannelWaits out;

    private interface Wait {
        void run() throws IOException;
    }

    /// A wait on a virtual thread of a carrier's.
    private static final class Waiting extends FutureTask<Boolean> {
        private final Thread thread;

        Waiting(Wait wait) {
            super(() -> {
                try {
                    wait.run();
                    return false;
                } catch (ClosedByInterruptException e) {
                    assertThat(Thread.currentThread().isInterrupted()).isTrue();
                    throw e;
                }
            });
            thread = Threads.virtual("waits").start(this);
        }

        /// Until it parks.
        Waiting begun() {
            while (thread.getState() != Thread.State.WAITING) {
                if (isDone()) {
                    throw new AssertionError("it did not wait");
                }
                LockSupport.parkNanos(100_000);
            }
            return this;
        }
    }

    @BeforeEach
    void open() throws IOException {
        assumeTrue(Threads.areOnEventLoops(), "the JDK's scheduler serves");
        pipe = Pipe.open();
        in = ChannelWaits.of(pipe.source());
        out = ChannelWaits.of(pipe.sink());
    }

    @AfterEach
    void close() throws IOException {
        if (pipe != null) {
            pipe.source().close();
            pipe.sink().close();
        }
    }

    private void send() throws IOException {
        pipe.sink().write(ByteBuffer.wrap(new byte[] {1}));
    }

    /// As much as goes in.
    private void fill() throws IOException {
        while (pipe.sink().write(ByteBuffer.allocate(4096)) > 0) {
            continue;
        }
    }

    private void drain() throws IOException {
        while (pipe.source().read(ByteBuffer.allocate(4096)) > 0) {
            continue;
        }
    }

    @Test
    void theChannelWaitsInNoCallOfItsOwnAnyMore() {
        assertThat(pipe.source().isBlocking()).isFalse();
        assertThat(pipe.sink().isBlocking()).isFalse();
    }

    @Test
    void aWaitForInputEndsWithItTimeAndAgain() throws Exception {
        assertThat(in.inputSeen()).isFalse();
        for (int i = 0; i < 3; i++) {
            Waiting waiting = new Waiting(in::awaitInput).begun();
            send();
            waiting.get();
            assertThat(in.inputSeen()).isTrue();
            drain();
            in.inputDrained();
        }
    }

    @Test
    void whoHasReadAllThereWasSaysSo() {
        in.inputShut();
        assertThat(in.inputSeen()).isTrue();
        in.inputDrained();
        assertThat(in.inputSeen()).isFalse();
    }

    /// The selector may have found it while nobody waited, and dropped its interest.
    @Test
    void inputThatIsThereEndsEachWaitForIt() throws Exception {
        send();
        for (int i = 0; i < 20; i++) {
            new Waiting(in::awaitInput).get();
            in.inputDrained(); // so somebody says, who did not read
        }
    }

    @Test
    void aWaitForOutputEndsWhenThereIsRoomAgain() throws Exception {
        for (int i = 0; i < 3; i++) {
            fill();
            Waiting waiting = new Waiting(out::awaitOutput).begun();
            drain();
            waiting.get();
        }
    }

    @Test
    void theEndOfTheInputEndsAWaitForItAsWell() throws Exception {
        Waiting waiting = new Waiting(in::awaitInput).begun();
        pipe.sink().close();
        waiting.get();
        assertThat(pipe.source().read(ByteBuffer.allocate(1))).isEqualTo(-1);
    }

    @Test
    void onlyOneThreadWaitsForInput() throws Exception {
        Waiting waiting = new Waiting(in::awaitInput).begun();
        assertThatThrownBy(() -> new Waiting(in::awaitInput).get()).hasCauseInstanceOf(IllegalStateException.class);
        assertThat(waiting.isDone()).isFalse();
        send();
        waiting.get();
        new Waiting(in::awaitInput).get(); // it is there still
    }

    @Test
    void shuttingTheInputEndsAWaitForIt() throws Exception {
        Waiting waiting = new Waiting(in::awaitInput).begun();
        in.inputShut();
        waiting.get();
        assertThat(in.inputSeen()).isTrue();
    }

    @Test
    void closingEndsAWaitAndClosesTheChannelOnce() throws Exception {
        Waiting waiting = new Waiting(in::awaitInput).begun();
        in.close();
        assertThatThrownBy(waiting::get).hasCauseInstanceOf(AsynchronousCloseException.class);
        assertThat(pipe.source().isOpen()).isFalse();
        in.close();
        fillUntilItBreaks();
        assertThatThrownBy(() -> new Waiting(in::awaitInput).get()).hasCauseInstanceOf(IOException.class);
    }

    /// The other end hears that the descriptor is released, which the selector does.
    private void fillUntilItBreaks() {
        assertThatThrownBy(() -> {
            while (true) {
                send();
                LockSupport.parkNanos(100_000);
            }
        }).isInstanceOf(IOException.class);
    }

    @Test
    void closingEndsAWaitForOutputToo() throws Exception {
        fill();
        Waiting waiting = new Waiting(out::awaitOutput).begun();
        out.close();
        assertThatThrownBy(waiting::get).hasCauseInstanceOf(AsynchronousCloseException.class);
    }

    @Test
    void oneThatNobodyEverWaitedForIsClosedAtOnce() throws Exception {
        in.close();
        assertThat(pipe.source().isOpen()).isFalse();
        assertThatThrownBy(this::send).isInstanceOf(IOException.class);
        out.closeAndRelease();
        assertThat(pipe.sink().isOpen()).isFalse();
    }

    @Test
    void theDescriptorIsReleasedWhenClosingReturns() throws Exception {
        Waiting waiting = new Waiting(in::awaitInput).begun();
        in.closeAndRelease();
        assertThatThrownBy(this::send).isInstanceOf(IOException.class);
        assertThatThrownBy(waiting::get).hasCauseInstanceOf(AsynchronousCloseException.class);
    }

    @Test
    void anInterruptEndsAWaitAndClosesTheChannel() throws Exception {
        Waiting waiting = new Waiting(in::awaitInput).begun();
        waiting.thread.interrupt();
        assertThatThrownBy(waiting::get).hasCauseInstanceOf(ClosedByInterruptException.class);
        assertThat(pipe.source().isOpen()).isFalse();
    }

    // ---- what the loop does, with a selector of the test's own

    private SelectionKey ready(Selector selector, boolean input) throws IOException {
        SelectionKey key =
                input ? pipe.source().register(selector, SelectionKey.OP_READ) : pipe.sink().register(selector, SelectionKey.OP_WRITE);
        assertThat(selector.select()).isOne();
        return key;
    }

    @Test
    void interestInInputIsDroppedWhileNobodyWaits() throws IOException {
        try (Selector selector = Selector.open()) {
            send();
            SelectionKey key = ready(selector, true);
            in.ready(key);
            assertThat(key.interestOps()).isZero();
            assertThat(in.inputSeen()).isTrue();
            key.cancel();
            in.ready(key); // harms nobody
        }
    }

    @Test
    void interestInOutputIsForOneWait() throws IOException {
        try (Selector selector = Selector.open()) {
            SelectionKey key = ready(selector, false);
            out.ready(key);
            assertThat(key.interestOps()).isZero();
            assertThat(out.inputSeen()).isFalse();
        }
    }
}
