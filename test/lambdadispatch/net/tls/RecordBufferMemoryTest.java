// SPDX-License-Identifier: MIT
package lambdadispatch.net.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
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
}
