// SPDX-License-Identifier: MIT
package lambdadispatch.net.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import javax.net.ssl.SSLException;
import lambdadispatch.net.MemoryAccount;
import lambdadispatch.net.MemoryShare;
import lambdadispatch.net.NoRoom;
import lambdadispatch.support.MemoryTransport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What records that have not been read yet take of the memory for peers.
@Timeout(60)
class RecordBufferMemoryTest {
    private final MemoryTransport[] ends = MemoryTransport.pair(1 << 16);

    private void sendRecord() throws IOException {
        byte[] record = new byte[5 + 16_384];
        System.arraycopy(new byte[] {23, 3, 3, 0x40, 0}, 0, record, 0, 5);
        ends[1].write(record, 0, record.length);
    }

    @Test
    void aLongRecordIsChargedUntilItIsTaken() throws IOException {
        MemoryShare memory = new MemoryAccount(1 << 20).open("a", 0, () -> { });
        RecordBuffer buffer = new RecordBuffer(ends[0], memory);
        sendRecord();
        buffer.requireRecord();
        assertThat(memory.held()).isBetween(15_000L, 32_768L);
        ByteBuffer view = buffer.view();
        view.position(view.limit());
        buffer.consumed(view);
        assertThat(memory.held()).isZero();
    }

    @Test
    void oneThatThereIsNoMemoryForEndsItsConnectionOnly() throws IOException {
        MemoryAccount account = new MemoryAccount(10_000);
        RecordBuffer buffer = new RecordBuffer(ends[0], account.open("a", 0, () -> { }));
        sendRecord();
        assertThatThrownBy(buffer::requireRecord).isInstanceOf(NoRoom.class);
        assertThat(account.refused()).isOne();
    }

    private static byte[] record(int length) {
        byte[] record = new byte[5 + length];
        System.arraycopy(new byte[] {23, 3, 3, (byte) (length >> 8), (byte) length}, 0, record, 0, 5);
        return record;
    }

    /// A buffer whose first record was taken, with so many octets of the second.
    private RecordBuffer behindAFirst(byte[] second, int octets) throws IOException {
        MemoryTransport[] pipe = MemoryTransport.pair(1 << 16);
        RecordBuffer buffer = new RecordBuffer(pipe[0], MemoryShare.UNBOUNDED);
        byte[] first = record(300);
        byte[] both = Arrays.copyOf(first, first.length + octets);
        System.arraycopy(second, 0, both, first.length, octets);
        pipe[1].write(both, 0, both.length);
        buffer.requireRecord();
        ByteBuffer view = buffer.view();
        view.position(first.length);
        buffer.consumed(view);
        return buffer;
    }

    @Test
    void aRecordIsWholeWithItsLastOctet() throws IOException {
        byte[] second = record(400);
        assertThat(behindAFirst(second, 0).isEmpty()).isTrue();
        assertThat(behindAFirst(second, 1).isEmpty()).isFalse();
        for (int octets : new int[] {0, 1, 4, 5, 6, 404}) {
            assertThat(behindAFirst(second, octets).wholeRecord()).as("%d octets", octets).isFalse();
        }
        assertThat(behindAFirst(second, 405).wholeRecord()).isTrue();
        assertThat(behindAFirst(record(0), 5).wholeRecord()).as("an empty one").isTrue();
        assertThat(behindAFirst(record(0), 4).wholeRecord()).isFalse();
    }

    @Test
    void theLongestRecordIsTakenAndALongerOneIsNone() throws IOException {
        int longest = (1 << 14) + 2048; // RFC 5246 §6.2.3
        byte[] record = record(longest);
        ends[1].write(record, 0, record.length);
        RecordBuffer buffer = new RecordBuffer(ends[0], MemoryShare.UNBOUNDED);
        buffer.requireRecord();
        assertThat(buffer.view().remaining()).isEqualTo(record.length);
        MemoryTransport[] other = MemoryTransport.pair(1 << 16);
        other[1].write(record(longest + 1), 0, 5);
        assertThatThrownBy(new RecordBuffer(other[0], MemoryShare.UNBOUNDED)::requireRecord).isInstanceOf(SSLException.class)
                .hasMessageContaining("18433");
    }

    @Test
    void theFirstOctetSaysWhetherItIsTls() throws IOException {
        for (int type : new int[] {19, 20, 24, 25}) {
            MemoryTransport[] pipe = MemoryTransport.pair(1 << 10);
            byte[] record = record(10);
            record[0] = (byte) type;
            pipe[1].write(record, 0, record.length);
            RecordBuffer buffer = new RecordBuffer(pipe[0], MemoryShare.UNBOUNDED);
            if (type == 20 || type == 24) {
                buffer.requireRecord();
            } else {
                assertThatThrownBy(buffer::requireRecord).isInstanceOf(NotTls.class);
            }
            assertThat(buffer.heard()).isTrue();
        }
    }
}
