// SPDX-License-Identifier: MIT
package lambdadispatch.http.h2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import lambdadispatch.base.Bytes;
import lambdadispatch.support.MemoryTransport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The writer of a connection: how long it may wait for its peer, how it ends, and whom it wakes by mistake: nobody.
@Timeout(60)
class WriterTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final byte[] MEGABYTES = new byte[4 << 20];

    private final MemoryTransport[] ends = MemoryTransport.pair(1 << 16);
    private final CountDownLatch failed = new CountDownLatch(1);
    private final SendSide stream = new SendSide(1, MEGABYTES.length);
    private Http2Output output = output(Duration.ofMinutes(1));

    private Http2Output output(Duration stall) {
        return new Http2Output(ends[0], stall, why -> failed.countDown());
    }

    @AfterEach
    void end() {
        output.close();
        ends[1].close();
        ends[0].close();
    }

    @Test
    void aPeerThatTakesNothingForTheStallTimeIsResetAndWhoWaitsHears() throws Exception {
        output = output(Duration.ofMillis(100));
        output.start();
        output.trust(); // so that nothing but the writer's own limit can end it
        output.widen(MEGABYTES.length);
        assertThatThrownBy(() -> output.data(stream, MEGABYTES, 0, MEGABYTES.length, true)).isInstanceOf(IOException.class);
        assertThat(failed.await(30, TimeUnit.SECONDS)).isTrue();
    }

    /// Writes something, reads it, and gives the writer the time to find that there is nothing more.
    private void writerRests() throws IOException {
        output.start();
        output.control(out -> Frames.ping(out, 0, new byte[8], 0));
        byte[] ping = new byte[17];
        for (int at = 0; at < ping.length; ) {
            at += ends[1].read(ping, at, ping.length - at);
        }
        LockSupport.parkNanos(20_000_000);
    }

    @Test
    void aWriterThatRestsEndsWithItsConnection() throws Exception {
        writerRests();
        long start = System.nanoTime();
        output.close();
        output.awaitWriter(LONG);
        assertThat(System.nanoTime() - start).as("it was not waited for to the end of the patience").isLessThan(LONG.toNanos() * 2 / 3);
    }

    @Test
    void whoeverIsInterruptedWhileItWaitsForTheWriterStaysInterrupted() throws Exception {
        writerRests();
        Thread.currentThread().interrupt();
        long start = System.nanoTime();
        output.awaitWriter(LONG);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(System.nanoTime() - start).isLessThan(LONG.toNanos() * 2 / 3);
    }

    @Test
    void aThreadThatGaveUpWaitingIsNotWokenLater() throws Exception {
        output = output(Duration.ofMillis(20)); // its writer is not started: nothing is taken, so that nothing but the windows counts
        assertThatThrownBy(() -> output.data(stream, MEGABYTES, 0, 65_536, true)).hasMessageContaining("no flow-control window in time");
        SendSide shut = new SendSide(3, 0);
        assertThatThrownBy(() -> output.data(shut, MEGABYTES, 0, 1, true)).hasMessageContaining("no flow-control window in time");
        assertThat(shut.waiting).isNull();
        output.widen(1);
        output.widen(shut, 1);
        long start = System.nanoTime();
        LockSupport.parkNanos(200_000_000); // a permit that somebody left would end it at once
        assertThat(System.nanoTime() - start).isGreaterThan(100_000_000);
    }

    @Test
    void aSmallerTableOfThePeersIsAcknowledgedInTheNextBlock() throws Exception {
        Http2Settings settings = new Http2Settings();
        settings.headerTableSize = 0;
        output.settings(settings, true, () -> { });
        Bytes begun = new Bytes();
        output.headers(stream, (encoder, out) -> begun.append(out.toArray()), true, false);
        assertThat(begun.toArray()).as("RFC 7541 §6.3: a size update to 0").containsExactly(0x20);
    }
}
