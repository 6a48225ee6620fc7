// SPDX-License-Identifier: MIT
package lambdadispatch.net.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import lambdadispatch.net.MemoryAccount;
import lambdadispatch.net.MemoryShare;
import lambdadispatch.support.StubTransport;
import org.junit.jupiter.api.Test;

/// How the buffer for records grows, moves and is given back, read by read.
class RecordBufferTest {
    private final Reads plain = new Reads();
    private final MemoryShare memory = new MemoryAccount(1 << 20).open("a", 0, () -> { });
    private final RecordBuffer buffer = new RecordBuffer(plain, memory);

    /// Brings so many octets a read, counted on from 0; notes what it was asked for.
    private static final class Reads extends StubTransport {
        private final Deque<byte[]> coming = new ArrayDeque<>();
        private int room;
        private int awaited;

        @Override
        public void awaitInput() {
            awaited++;
        }

        @Override
        public int read(byte[] into, int offset, int length) {
            room = length;
            byte[] next = coming.poll();
            if (next == null) {
                return -1;
            }
            int count = Math.min(length, next.length);
            System.arraycopy(next, 0, into, offset, count);
            if (count < next.length) {
                coming.addFirst(Arrays.copyOfRange(next, count, next.length));
            }
            return count;
        }
    }

    /// A record of so many octets, its head included; its data counts up.
    private static byte[] record(int octets) {
        byte[] record = new byte[octets];
        for (int i = 5; i < octets; i++) {
            record[i] = (byte) i;
        }
        System.arraycopy(new byte[] {23, 3, 3, (byte) (octets - 5 >> 8), (byte) (octets - 5)}, 0, record, 0, 5);
        return record;
    }

    private static byte[] joined(byte[]... parts) {
        ByteBuffer all = ByteBuffer.allocate(Arrays.stream(parts).mapToInt(part -> part.length).sum());
        for (byte[] part : parts) {
            all.put(part);
        }
        return all.array();
    }

    private byte[] next(int octets) throws IOException {
        buffer.requireRecord();
        ByteBuffer view = buffer.view();
        byte[] record = new byte[octets];
        view.get(record);
        buffer.consumed(view);
        return record;
    }

    private void assertEnds() {
        assertThatThrownBy(buffer::requireRecord).isInstanceOf(EOFException.class);
    }

    @Test
    void itGrowsWithWhatComesAndNotWithWhatIsAnnounced() {
        byte[] record = record(16_000);
        int from = 0;
        int[][] steps = {{5, 0}, {1023, 0}, {1024, 0}, {1025, 3072}, {4096, 3072}, {4097, 15_360}, {15_999, 15_360}};
        for (int[] step : steps) {
            plain.coming.add(Arrays.copyOfRange(record, from, step[0]));
            from = step[0];
            assertEnds(); // so much has come, and no more does for now
            boolean full = from == 1024 || from == 4096;
            assertThat(memory.held()).as("of %d octets", from).isEqualTo(full ? from * 4L - 1024 : step[1]);
        }
        assertThat(plain.room).as("the rest of its sixteen KiB").isEqualTo(16_384 - 15_999);
    }

    @Test
    void itIsNeverLongerThan32KiB() throws IOException {
        plain.coming.add(record(18_000));
        assertThat(next(18_000)).isEqualTo(record(18_000));
        plain.coming.add(record(18_000));
        byte[] record = record(18_000);
        plain.coming.add(Arrays.copyOf(record, 17_000));
        next(18_000);
        assertEnds();
        assertThat(memory.held()).isLessThanOrEqualTo(31 << 10);
    }

    @Test
    void whatIsLeftOfAReadIsTheBeginningOfTheNextRecord() throws IOException {
        byte[] first = record(700);
        byte[] second = record(1000);
        byte[] third = record(6);
        plain.coming.add(joined(first, second, third));
        assertThat(next(700)).isEqualTo(first);
        assertThat(buffer.isEmpty()).isFalse();
        assertThat(next(1000)).as("moved to the front").isEqualTo(second);
        assertThat(next(6)).isEqualTo(third);
        assertThat(buffer.isEmpty()).isTrue();
        assertThat(memory.held()).as("moving takes no more").isZero();
    }

    @Test
    void aReadThatTookLessThanThereWasRoomForMayBeTheLastForLong() throws IOException {
        plain.coming.add(record(3000));
        next(3000);
        assertThat(memory.held()).isZero();
        assertThat(plain.awaited).isOne();
        plain.coming.add(record(100));
        next(100);
        assertThat(plain.awaited).as("without a buffer it waits before it takes one").isEqualTo(2);
        assertThat(plain.room).isEqualTo(1024);
    }

    @Test
    void aReadThatTookAllThereWasRoomForIsFollowedByAnotherIntoTheSameBuffer() throws IOException {
        plain.coming.add(record(4096));
        next(4096);
        assertThat(memory.held()).isEqualTo(3072);
        plain.coming.add(record(10));
        next(10);
        assertThat(plain.awaited).isOne();
        assertThat(plain.room).isEqualTo(4096);
        assertThat(memory.held()).as("that one did not").isZero();
    }

    @Test
    void aBusyPeersBufferIsKept() throws IOException {
        buffer.keep();
        plain.coming.add(record(3000));
        next(3000);
        assertThat(memory.held()).isEqualTo(3072);
        plain.coming.add(record(10));
        assertThat(next(10)).isEqualTo(record(10));
        assertThat(plain.room).isEqualTo(4096);
        assertThat(memory.held()).isEqualTo(3072);
        assertThat(plain.awaited).isOne();
    }

    @Test
    void ofWhatIsTakenInPartTheRestStays() throws IOException {
        plain.coming.add(joined(record(10), record(20)));
        buffer.requireRecord();
        ByteBuffer view = buffer.view();
        assertThat(view.remaining()).isEqualTo(30);
        view.position(view.position() + 10);
        buffer.consumed(view);
        assertThat(buffer.wholeRecord()).isTrue();
        assertThat(next(20)).isEqualTo(record(20));
    }

    @Test
    void whatStillComesIsDroppedToTheEnd() throws IOException {
        plain.coming.add(joined(record(10), record(20)));
        next(10);
        plain.coming.add(new byte[5000]);
        plain.coming.add(new byte[1]);
        buffer.discardToTheEnd();
        assertThat(plain.coming).isEmpty();
        assertThat(buffer.isEmpty()).isTrue();
    }

    @Test
    void nothingIsHeardBeforeTheFirstOctet() throws IOException {
        assertThat(buffer.heard()).isFalse();
        assertEnds();
        assertThat(buffer.heard()).isFalse();
        plain.coming.add(record(10));
        next(10);
        assertThat(buffer.heard()).isTrue();
    }
}
