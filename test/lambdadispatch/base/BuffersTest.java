// SPDX-License-Identifier: MIT
package lambdadispatch.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.time.Instant;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// How the buffers grow, where exactly, and what they give back: one of each lives as long as its connection.
class BuffersTest {
    private static final int KEEP = 20 << 10;

    @BeforeAll
    static void warm() {
        allocated(() -> new ByteQueue().append(new byte[1], 0, 1)); // what the first use of the measure itself takes
    }

    @Test
    void aQueueTakesItsFirstMemoryWithItsFirstOctet() {
        ByteQueue queue = new ByteQueue();
        byte[] octets = new byte[1024];
        assertThat(allocated(() -> queue.append(octets, 0, 1))).isBetween(1024L, 1100L);
        assertThat(allocated(() -> queue.append(octets, 0, 1023))).as("they fit exactly").isLessThan(100);
        assertThat(allocated(() -> queue.append(octets, 0, 1))).as("the next doubles it").isBetween(2048L, 2100L);
    }

    @Test
    void aQueueMovesWhatIsLeftToTheFrontBeforeItGrows() {
        ByteQueue queue = new ByteQueue();
        byte[] octets = new byte[1024];
        for (int i = 0; i < octets.length; i++) {
            octets[i] = (byte) i;
        }
        queue.append(octets, 0, 1024);
        byte[] taken = new byte[1024];
        queue.take(taken, 0, 24);
        assertThat(allocated(() -> queue.append(octets, 0, 24))).as("room at the front").isLessThan(100);
        assertThat(queue.size()).isEqualTo(1024);
        assertThat(queue.take(taken, 0, 1024)).isEqualTo(1024);
        assertThat(taken).startsWith(24, 25, 26).endsWith(21, 22, 23);
    }

    @Test
    void aQueueGrowsToWhatItMustHoldAndDoesNotDoublePastWhatItKeeps() {
        ByteQueue queue = new ByteQueue();
        assertThat(allocated(() -> queue.append(new byte[0], 0, 0))).isLessThan(100);
        byte[] octets = new byte[64 << 10];
        queue.append(octets, 0, 12 << 10);
        assertThat(allocated(() -> queue.append(octets, 0, 1))).as("12 KiB and one: 20 rather than 24").isBetween((long) KEEP, KEEP + 100L);
        assertThat(allocated(() -> queue.append(octets, 0, KEEP - (12 << 10) - 1))).isLessThan(100);
        assertThat(allocated(() -> queue.append(octets, 0, 1))).as("beyond, it doubles").isBetween(2L * KEEP, 2L * KEEP + 100);
        queue.clear();
        assertThat(allocated(() -> queue.append(octets, 0, 50_000))).as("or takes what is needed").isBetween(50_000L, 50_100L);
    }

    @Test
    void anEmptiedQueueKeepsWhatABusyOneNeedsAndGivesMoreBack() {
        byte[] octets = new byte[64 << 10];
        ByteQueue busy = new ByteQueue();
        busy.append(octets, 0, KEEP);
        busy.take(octets, 0, KEEP);
        assertThat(allocated(() -> busy.append(octets, 0, KEEP))).as("kept").isLessThan(100);
        busy.append(octets, 0, 1);
        busy.take(octets, 0, octets.length);
        assertThat(busy.size()).isZero();
        assertThat(allocated(() -> busy.append(octets, 0, KEEP))).as("given back, by taking the last octet").isGreaterThan(KEEP);
        busy.append(octets, 0, 1);
        busy.clear();
        assertThat(allocated(() -> busy.append(octets, 0, KEEP))).as("given back, by clearing").isGreaterThan(KEEP);
    }

    @Test
    void aQueueTakesAllThatRemainsInABuffer() {
        ByteQueue queue = new ByteQueue();
        byte[] octets = new byte[3000];
        octets[1] = 1;
        octets[2999] = 9;
        ByteBuffer buffer = ByteBuffer.wrap(octets);
        buffer.position(1).limit(1025);
        queue.append(buffer);
        assertThat(buffer.hasRemaining()).isFalse();
        assertThat(queue.size()).isEqualTo(1024);
        assertThat(allocated(() -> queue.append(ByteBuffer.wrap(octets, 0, 0)))).isLessThan(200);
        queue.append(ByteBuffer.wrap(octets, 1025, 1975));
        byte[] taken = new byte[2999];
        assertThat(queue.take(taken, 0, 2999)).isEqualTo(2999);
        assertThat(taken).startsWith(1, 0).endsWith(0, 9);
    }

    @Test
    void bytesGrowByDoublingOrToWhatIsNeeded() {
        Bytes bytes = new Bytes(4);
        byte[] first = bytes.array();
        assertThat(bytes.append(new byte[4], 0, 4).array()).as("they fit exactly").isSameAs(first);
        assertThat(bytes.append(1).array()).hasSize(8);
        assertThat(bytes.reserve(3).array()).hasSize(8);
        assertThat(bytes.append(new byte[20]).array()).hasSize(25);
        assertThat(bytes.length()).isEqualTo(25);
        assertThat(bytes.length(25).length()).as("the whole array").isEqualTo(25);
        assertThat(bytes.length(7).length()).isEqualTo(7);
        assertThatThrownBy(() -> bytes.length(26)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(new Bytes().array()).hasSize(256);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 9, 10, 11, 99, 100, 101, 999_999, 1_000_000, Integer.MAX_VALUE, Long.MAX_VALUE, -1, -9, -10, -1_000_000,
            Integer.MIN_VALUE, Long.MIN_VALUE})
    void numbersAreWrittenInDecimalDigitsAndTakeNoMoreRoomThanThose(long number) {
        String digits = String.valueOf(number);
        Bytes bytes = new Bytes(digits.length() + 1).append('x');
        byte[] array = bytes.array();
        assertThat(bytes.appendDecimal(number).toString()).isEqualTo("x" + digits);
        assertThat(bytes.array()).isSameAs(array);
    }

    @Test
    void theSystemsClockGoesOn() {
        assertThat(Clock.SYSTEM.now()).isBetween(Instant.now().minusSeconds(60), Instant.now().plusSeconds(60));
        long before = System.nanoTime();
        assertThat(Clock.SYSTEM.nanoTime() - before).isNotNegative();
        long told = Clock.SYSTEM.nanoTime();
        assertThat(System.nanoTime() - told).isBetween(0L, 60_000_000_000L);
    }

    static long allocated(Runnable work) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        work.run();
        return threads.getCurrentThreadAllocatedBytes() - before;
    }
}
