// SPDX-License-Identifier: MIT
package lambdadispatch.base.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import lambdadispatch.base.Bytes;
import org.junit.jupiter.api.Test;

class LogWriterTest {
    private static final Duration LONG = Duration.ofSeconds(10);

    /// Takes nothing until opened: a pipe whose reader has stopped reading.
    private static final class Gate extends OutputStream {
        final CountDownLatch entered = new CountDownLatch(1);
        final CountDownLatch open = new CountDownLatch(1);
        final AtomicInteger writes = new AtomicInteger();
        final ByteArrayOutputStream received = new ByteArrayOutputStream();

        @Override
        public void write(int octet) {
            throw new AssertionError("one byte at a time");
        }

        @Override
        public void write(byte[] from, int offset, int length) throws IOException {
            writes.incrementAndGet();
            entered.countDown();
            try {
                open.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            received.write(from, offset, length);
        }
    }

    private final Gate gate = new Gate();
    private final LogWriter writer = new LogWriter(gate);

    private static Bytes line(String text) {
        return new Bytes().append(text).append('\n');
    }

    @Test
    void linesArriveInOrderAndTogether() {
        gate.open.countDown();
        StringBuilder expected = new StringBuilder();
        for (int i = 0; i < 1000; i++) {
            writer.append(line("line " + i), false);
            expected.append("line ").append(i).append('\n');
        }
        assertThat(writer.flush(LONG)).isTrue();
        assertThat(gate.received).hasToString(expected.toString());
        assertThat(gate.writes.get()).isLessThan(100); // one each 20 ms, however slow the machine
    }

    @Test
    void aLineWhoseMakerFailsLeavesNothing() {
        gate.open.countDown();
        writer.append(line("before"), false);
        assertThatThrownBy(() -> writer.append(out -> {
            out.append("half a li");
            throw new IllegalStateException("no more");
        }, 100, false)).hasMessage("no more");
        writer.append(out -> out.append("after\n"), 100, false);
        assertThat(writer.flush(LONG)).isTrue();
        assertThat(gate.received).hasToString("before\nafter\n");
    }

    @Test
    void aPromptLineDoesNotNeedAFlush() throws InterruptedException {
        writer.append(line("help"), true);
        gate.entered.await();
        gate.open.countDown();
    }

    @Test
    void aFullPipeHoldsNobodyUpAndLossesAreCounted() throws InterruptedException {
        writer.append(line("first"), true);
        gate.entered.await();
        Bytes kilobyte = line("x".repeat(1023));
        Thread logging = Thread.ofVirtual().start(() -> {
            for (int i = 0; i < 1024 + 7; i++) {
                writer.append(kilobyte, false);
            }
        });
        assertThat(logging.join(LONG)).isTrue();
        assertThat(writer.flush(Duration.ofMillis(1))).isFalse();
        gate.open.countDown();
        assertThat(writer.flush(LONG)).isTrue();
        assertThat(gate.received.size()).isBetween(LogWriter.CAPACITY, LogWriter.CAPACITY + 200);
        assertThat(gate.received.toString()).endsWith(" WARN  log lines dropped count=7\n");
    }

    @Test
    void flushWaitsForTheBatchThatIsBeingWritten() throws InterruptedException {
        writer.append(line("one"), true);
        gate.entered.await();
        assertThat(writer.flush(Duration.ofMillis(1))).isFalse();
        gate.open.countDown();
        assertThat(writer.flush(LONG)).isTrue();
        assertThat(gate.received).hasToString("one\n");
        assertThat(writer.flush(Duration.ZERO)).isTrue();
    }

    @Test
    void aClosedOutputIsNoReasonToStop() {
        LogWriter broken = new LogWriter(new OutputStream() {
            @Override
            public void write(int octet) throws IOException {
                throw new IOException("Broken pipe");
            }
        });
        broken.append(line("one"), true);
        assertThat(broken.flush(LONG)).isTrue();
        broken.append(line("two"), true);
        assertThat(broken.flush(LONG)).isTrue();
    }

    @Test
    void manyThreadsLoseNothing() throws InterruptedException {
        gate.open.countDown();
        Thread[] threads = new Thread[8];
        for (int i = 0; i < threads.length; i++) {
            threads[i] = Thread.ofVirtual().start(() -> {
                for (int j = 0; j < 500; j++) {
                    writer.append(line("line"), j % 100 == 0);
                }
            });
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(writer.flush(LONG)).isTrue();
        assertThat(gate.received.toString().lines()).hasSize(4000).allMatch("line"::equals);
    }
}
