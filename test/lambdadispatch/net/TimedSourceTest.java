// SPDX-License-Identifier: MIT
package lambdadispatch.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import lambdadispatch.support.MemoryTransport;
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
}
