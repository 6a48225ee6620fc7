// SPDX-License-Identifier: MIT
package lambdadispatch.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import lambdadispatch.support.MemoryTransport;
import lambdadispatch.support.StubTransport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Which reads a limit is for.
@Timeout(60)
class TimedSourceTest {
    private static final Duration SHORT = Duration.ofMillis(20);

    private final MemoryTransport[] ends = MemoryTransport.pair(1024);
    private final TimedSource source = new TimedSource(ends[0]);

    @AfterEach
    void close() {
        source.close();
        ends[0].close();
        ends[1].close();
    }

    private int read() throws IOException {
        return source.read(new byte[1], 0, 1);
    }

    private FutureTask<Integer> blockedRead() {
        FutureTask<Integer> read = new FutureTask<>(this::read);
        Thread.ofVirtual().start(read);
        while (!ends[0].readerWaits()) {
            Thread.yield();
        }
        return read;
    }

    private void send() throws IOException {
        ends[1].write(new byte[] {1}, 0, 1);
    }

    /// Until deadlines that were armed before and are as short have fired.
    private static void aWhile() throws InterruptedException {
        CountDownLatch later = new CountDownLatch(1);
        try (Deadline deadline = new Deadline(later::countDown)) {
            deadline.arm(SHORT.multipliedBy(4));
            later.await();
        }
    }

    @Test
    void aReadThatLastsTooLongEnds() {
        source.limitEachRead(SHORT);
        assertThatThrownBy(this::read).isInstanceOf(SocketTimeoutException.class);
        assertThat(source.expired()).isTrue();
    }

    @Test
    void aLimitIsForTheReadThatIsBlockedAlready() {
        FutureTask<Integer> read = blockedRead();
        source.limitEachRead(SHORT);
        assertThatThrownBy(read::get).hasCauseInstanceOf(SocketTimeoutException.class);
        assertThat(source.expired()).isTrue();
    }

    @Test
    void aLimitThatComesWhenItsReadHasEndedShutsNothing() throws Exception {
        FutureTask<Integer> read = blockedRead();
        send();
        assertThat(read.get()).isOne();
        source.limitEachRead(SHORT); // meant for the read that ended this moment
        aWhile();
        source.limitEachRead(Duration.ZERO);
        FutureTask<Integer> next = blockedRead();
        aWhile();
        send();
        assertThat(next.get()).isOne();
        assertThat(source.expired()).isFalse();
    }

    @Test
    void aLimitCanBeTakenFromTheReadThatIsBlocked() throws Exception {
        source.limitAllReads(SHORT.multipliedBy(3));
        FutureTask<Integer> read = blockedRead();
        source.limitEachRead(Duration.ZERO);
        aWhile();
        send();
        assertThat(read.get()).isOne();
        assertThat(source.expired()).isFalse();
    }

    @Test
    void allReadsTogetherHaveTheirTimeFromTheFirstOn() throws Exception {
        source.limitAllReads(SHORT.multipliedBy(2));
        aWhile(); // does not count: nobody reads
        send();
        assertThat(read()).isOne();
        aWhile();
        assertThatThrownBy(this::read).isInstanceOf(SocketTimeoutException.class);
    }

    @Test
    void aLimitThatIsFarEndsNoRead() throws Exception {
        for (boolean each : new boolean[] {true, false}) {
            if (each) {
                source.limitEachRead(Duration.ofMinutes(1));
            } else {
                source.limitAllReads(Duration.ofMinutes(1));
            }
            FutureTask<Integer> read = blockedRead();
            aWhile();
            send();
            assertThat(read.get()).isOne();
            assertThat(source.expired()).isFalse();
        }
    }

    @Test
    void aLimitForAllReadsIsForTheOneThatIsBlockedAlreadyToo() {
        FutureTask<Integer> read = blockedRead();
        source.limitAllReads(SHORT);
        assertThatThrownBy(read::get).hasCauseInstanceOf(SocketTimeoutException.class);
    }

    /// Whose input fails, rather than ends, when it is shut.
    private static final class Failing extends StubTransport {
        private final CountDownLatch shut = new CountDownLatch(1);
        private int awaited;

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            try {
                shut.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            throw new IOException("its input is shut");
        }

        @Override
        public void awaitInput(BooleanSupplier left) {
            awaited++;
        }

        @Override
        public void shutdownInput() {
            shut.countDown();
        }
    }

    @Test
    void aReadThatFailsBecauseItsTimeIsOverSaysSoAndAnyOtherSaysWhy() {
        Failing failing = new Failing();
        try (TimedSource timed = new TimedSource(failing)) {
            timed.limitEachRead(SHORT);
            assertThatThrownBy(() -> timed.read(new byte[1], 0, 1)).isInstanceOf(SocketTimeoutException.class);
        }
        Failing gone = new Failing();
        gone.shutdownInput();
        try (TimedSource timed = new TimedSource(gone)) {
            timed.limitEachRead(Duration.ofMinutes(1));
            assertThatThrownBy(() -> timed.read(new byte[1], 0, 1)).isExactlyInstanceOf(IOException.class).hasMessage("its input is shut");
        }
    }

    @Test
    void whoWaitsForInputWaitsInTheTransport() throws IOException {
        Failing transport = new Failing();
        try (TimedSource timed = new TimedSource(transport)) {
            timed.awaitInput();
            timed.awaitInput();
        }
        assertThat(transport.awaited).isEqualTo(2);
    }

    /// In which a wait for input lasts until somebody has it looked at whether it was left.
    private static final class Silent extends StubTransport {
        private final CountDownLatch shut = new CountDownLatch(1);
        private volatile Thread waiter;
        private volatile boolean input;

        @Override
        public int read(byte[] into, int offset, int length) {
            return shut.getCount() == 0 ? -1 : 1;
        }

        @Override
        public void awaitInput(BooleanSupplier left) {
            waiter = Thread.currentThread();
            while (!left.getAsBoolean() && !input) {
                LockSupport.park();
            }
            waiter = null;
        }

        @Override
        public void endInputWait() {
            LockSupport.unpark(waiter);
        }

        @Override
        public void shutdownInput() {
            shut.countDown();
        }

        void comes() {
            input = true;
            LockSupport.unpark(waiter);
        }
    }

    private static FutureTask<Boolean> waitingFor(TimedSource timed, Silent transport, Duration patience) {
        FutureTask<Boolean> came = new FutureTask<>(() -> timed.awaitInput(patience));
        Thread.ofVirtual().start(came);
        while (transport.waiter == null && !came.isDone()) {
            Thread.yield();
        }
        return came;
    }

    @Test
    void aWaitWithPatienceEndsWithItAndTheLimitGoesOnMeanwhile() throws Exception {
        Silent transport = new Silent();
        try (TimedSource timed = new TimedSource(transport)) {
            timed.limitEachRead(SHORT.multipliedBy(4));
            assertThat(waitingFor(timed, transport, SHORT).get()).isFalse();
            assertThat(timed.expired()).as("the limit is longer than the patience").isFalse();
            transport.shut.await(); // nobody waits, and all the same it runs out
            assertThat(timed.expired()).isTrue();
            assertThatThrownBy(() -> timed.read(new byte[1], 0, 1)).isInstanceOf(SocketTimeoutException.class);
        }
    }

    @Test
    void inputInTimeEndsPatienceAndLimitAlike() throws Exception {
        Silent transport = new Silent();
        try (TimedSource timed = new TimedSource(transport)) {
            timed.limitEachRead(Duration.ofMinutes(1));
            FutureTask<Boolean> came = waitingFor(timed, transport, Duration.ofMinutes(1));
            transport.comes();
            assertThat(came.get()).isTrue();
            timed.limitEachRead(SHORT); // for the next read, of which there is none
            aWhile();
            assertThat(timed.expired()).isFalse();
        }
    }

    @Test
    void aWaitWithoutEndIsLeftByWhoeverAsksForItAndNoOtherIs() throws Exception {
        Silent transport = new Silent();
        try (TimedSource timed = new TimedSource(transport)) {
            timed.leave(); // nobody waits: it is not kept for later
            FutureTask<Boolean> came = waitingFor(timed, transport, Duration.ZERO);
            aWhile();
            assertThat(came.isDone()).isFalse();
            timed.leave();
            assertThat(came.get()).isFalse();
            transport.input = true;
            assertThat(timed.awaitInput(Duration.ZERO)).as("it was left once").isTrue();
        }
    }

    @Test
    void aLimitThatIsShorterThanThePatienceShutsTheInput() throws Exception {
        Silent transport = new Silent();
        try (TimedSource timed = new TimedSource(transport)) {
            timed.limitEachRead(SHORT);
            FutureTask<Boolean> came = waitingFor(timed, transport, Duration.ofMinutes(1));
            transport.shut.await();
            transport.comes(); // its end, as a socket has it
            assertThat(came.get()).isTrue();
            assertThat(timed.expired()).isTrue();
        }
    }

    @Test
    void aTransportThatCanNotDoBetterClosesAndSaysThatItCanNotTell() {
        Transport plain = new Transport() {
            private int closed;

            @Override
            public int read(byte[] into, int offset, int length) {
                return -1;
            }

            @Override
            public void write(byte[] from, int offset, int length) {}

            @Override
            public void shutdownOutput() {}

            @Override
            public void close() {
                closed++;
            }

            @Override
            public InetSocketAddress remoteAddress() {
                return null;
            }

            @Override
            public InetSocketAddress localAddress() {
                return null;
            }

            @Override
            public String toString() {
                return "closed " + closed;
            }
        };
        assertThat(plain.quiet()).isFalse();
        plain.endInputWait();
        assertThat(plain.rest("never", () -> { })).isFalse();
        assertThat(plain.secure()).isFalse();
        assertThat(plain.octetsTaken()).isZero();
        assertThat(plain.applicationProtocol()).isEmpty();
        plain.shutdownInput();
        assertThat(plain).hasToString("closed 1");
        plain.reset();
        assertThat(plain).hasToString("closed 2");
    }
}
