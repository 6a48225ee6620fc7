// SPDX-License-Identifier: MIT
package lambdadispatch.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.SocketException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import lambdadispatch.carrier.Threads;
import org.junit.jupiter.api.Test;

class MemoryTransportTest {
    private final MemoryTransport[] ends = MemoryTransport.pair(8);
    private final MemoryTransport a = ends[0];
    private final MemoryTransport b = ends[1];
    private final byte[] buffer = new byte[16];

    @Test
    void bytesArriveInOrderThroughARingThatWraps() throws IOException {
        for (int round = 0; round < 20; round++) {
            byte[] sent = {(byte) round, 1, 2, 3, 4};
            a.write(sent, 0, 5);
            assertThat(b.read(buffer, 3, 5)).isEqualTo(5);
            assertThat(buffer).startsWith(0, 0, 0, round, 1, 2, 3, 4);
        }
        assertThat(a.writes()).isEqualTo(20);
    }

    @Test
    void limitedReadsSplitWhatArrives() throws IOException {
        a.write(new byte[7], 0, 7);
        b.limitReads(3);
        assertThat(b.read(buffer, 0, 16)).isEqualTo(3);
        assertThat(b.read(buffer, 0, 16)).isEqualTo(3);
        assertThat(b.read(buffer, 0, 16)).isEqualTo(1);
    }

    @Test
    void aSplitEndsOneReadAndNoOther() throws IOException {
        a.write(new byte[7], 0, 7);
        b.splitReadsAt(4);
        assertThat(b.read(buffer, 0, 3)).isEqualTo(3);
        assertThat(b.read(buffer, 0, 16)).isEqualTo(1);
        assertThat(b.read(buffer, 0, 16)).isEqualTo(3);
    }

    @Test
    void whatWasWrittenBeforeTheEndIsReadBeforeTheEnd() throws IOException {
        a.write(new byte[2], 0, 2);
        a.close();
        assertThat(b.read(buffer, 0, 16)).isEqualTo(2);
        assertThat(b.read(buffer, 0, 16)).isEqualTo(-1);
        assertThatThrownBy(() -> b.write(buffer, 0, 1)).isInstanceOf(IOException.class);
    }

    @Test
    void shutOutputLeavesTheOtherDirectionOpen() throws IOException {
        a.shutdownOutput();
        assertThat(b.read(buffer, 0, 16)).isEqualTo(-1);
        b.write(new byte[3], 0, 3);
        assertThat(a.read(buffer, 0, 16)).isEqualTo(3);
        assertThatThrownBy(() -> a.write(buffer, 0, 1)).isInstanceOf(IOException.class);
    }

    @Test
    void shutInputWakesTheReaderWithTheEnd() throws Exception {
        FutureTask<Integer> reader = start(() -> a.read(buffer, 0, 1));
        await(a::readerWaits);
        a.shutdownInput();
        assertThat(reader.get()).isEqualTo(-1);
    }

    @Test
    void closeWakesOurReaderAndOurWriter() throws Exception {
        FutureTask<Integer> reader = start(() -> a.read(buffer, 0, 1));
        FutureTask<Integer> writer = start(() -> {
            a.write(new byte[9], 0, 9);
            return 0;
        });
        await(() -> a.readerWaits() && a.writerWaits());
        a.close();
        assertThatThrownBy(reader::get).isInstanceOf(ExecutionException.class).hasCauseInstanceOf(AsynchronousCloseException.class);
        assertThatThrownBy(writer::get).isInstanceOf(ExecutionException.class).hasCauseInstanceOf(AsynchronousCloseException.class);
        assertThatThrownBy(() -> a.read(buffer, 0, 1)).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> a.write(buffer, 0, 1)).isInstanceOf(ClosedChannelException.class);
    }

    @Test
    void closeWakesThePeersBlockedWriter() throws Exception {
        FutureTask<Integer> writer = start(() -> {
            a.write(new byte[9], 0, 9);
            return 0;
        });
        await(a::writerWaits);
        b.close();
        assertThatThrownBy(writer::get).hasMessageContaining("Broken pipe");
    }

    @Test
    void closingWithBytesUnreadResets() throws IOException {
        b.write(new byte[2], 0, 2);
        a.write(new byte[1], 0, 1);
        a.close();
        assertThat(b.read(buffer, 0, 16)).isEqualTo(1);
        assertThatThrownBy(() -> b.read(buffer, 0, 16)).isInstanceOf(SocketException.class).hasMessage("Connection reset");
    }

    private static FutureTask<Integer> start(java.util.concurrent.Callable<Integer> work) {
        FutureTask<Integer> task = new FutureTask<>(work);
        Threads.virtual("test").start(task);
        return task;
    }

    private static void await(java.util.function.BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            Thread.onSpinWait();
        }
    }
}
