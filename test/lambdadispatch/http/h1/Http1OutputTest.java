// SPDX-License-Identifier: MIT
package lambdadispatch.http.h1;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.server.LeastRate;
import lambdadispatch.net.MemoryAccount;
import lambdadispatch.net.MemoryShare;
import lambdadispatch.support.StubTransport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What is gathered into one write, what goes by itself, and in which order.
class Http1OutputTest {
    private static final int GATHER = 16 << 10;

    private final Writes writes = new Writes();
    private final Http1Output out = new Http1Output(writes, Duration.ZERO, LeastRate.NONE, MemoryShare.UNBOUNDED);

    /// Notes each write.
    private static final class Writes extends StubTransport {
        private final List<byte[]> all = new ArrayList<>();
        private Runnable onWrite = () -> { };

        List<Integer> lengths() {
            return all.stream().map(each -> each.length).toList();
        }

        String text() {
            StringBuilder text = new StringBuilder();
            all.forEach(each -> text.append(new String(each, StandardCharsets.ISO_8859_1)));
            return text.toString();
        }

        @Override
        public void write(byte[] from, int offset, int length) {
            all.add(java.util.Arrays.copyOfRange(from, offset, offset + length));
            onWrite.run();
        }
    }

    @AfterEach
    void close() {
        out.close();
    }

    private void write(int length) throws IOException {
        out.write("x".repeat(length).getBytes(StandardCharsets.US_ASCII), 0, length);
    }

    @Test
    void aHeadAndAShortBodyLeaveInOneWrite() throws IOException {
        out.statusLine(200);
        out.field("a", "b");
        out.length(2);
        out.endHead();
        out.write("-ok-".getBytes(StandardCharsets.US_ASCII), 1, 2);
        assertThat(writes.all).as("before somebody says so").isEmpty();
        out.flush();
        assertThat(writes.all).hasSize(1);
        assertThat(writes.text()).isEqualTo("HTTP/1.1 200 OK\r\na: b\r\ncontent-length: 2\r\n\r\nok");
        out.flush();
        assertThat(writes.all).as("nothing is left").hasSize(1);
    }

    @Test
    void soMuchIsGatheredAndNoMore() throws IOException {
        write(GATHER - 1);
        write(1);
        assertThat(writes.all).isEmpty();
        write(1);
        assertThat(writes.lengths()).as("the new one waits for what comes behind it").containsExactly(GATHER);
        out.flush();
        assertThat(writes.lengths()).containsExactly(GATHER, 1);
    }

    @Test
    void aLargePieceGoesByItselfBehindWhatWasThere() throws IOException {
        write(3);
        write(GATHER);
        assertThat(writes.lengths()).containsExactly(3, GATHER);
        write(5);
        write(GATHER - 1);
        assertThat(writes.lengths()).as("a smaller one is gathered").containsExactly(3, GATHER, 5);
        out.flush();
        assertThat(writes.lengths()).containsExactly(3, GATHER, 5, GATHER - 1);
        write(GATHER + 1);
        assertThat(writes.lengths()).as("nothing was there: no write of nothing").containsExactly(3, GATHER, 5, GATHER - 1, GATHER + 1);
    }

    @Test
    void aChunkHasItsLengthAndAnEmptyOneIsNone() throws IOException {
        byte[] body = "-".repeat(26).getBytes(StandardCharsets.US_ASCII);
        out.writeChunk(body, 0, 0);
        out.writeChunk(body, 0, 26);
        out.writeChunk(body, 25, 1);
        out.lastChunk(Headers.of("sum", "1"));
        out.flush();
        assertThat(writes.text()).isEqualTo("1a\r\n" + "-".repeat(26) + "\r\n1\r\n-\r\n0\r\nsum: 1\r\n\r\n");
    }

    @Test
    void aLargeChunkStandsBetweenItsHeadAndItsEnd() throws IOException {
        out.writeChunk(new byte[20_000], 0, 20_000);
        assertThat(writes.lengths()).containsExactly("4e20\r\n".length(), 20_000);
        out.flush();
        assertThat(writes.all.getLast()).isEqualTo("\r\n".getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void whatWaitsIsNotGivenBackWithItsMemory() throws IOException {
        write(5_000);
        out.release();
        out.flush();
        assertThat(writes.lengths()).containsExactly(5_000);
        out.release();
        write(3);
        out.flush();
        assertThat(writes.lengths()).containsExactly(5_000, 3);
    }

    @Test
    void aLongBodyLeavesInPiecesSoThatItsReaderIsJudgedByProgress() throws IOException {
        byte[] long3 = new byte[150_000];
        for (int i = 0; i < long3.length; i++) {
            long3[i] = (byte) (i / 1000);
        }
        out.write(long3, 10, 140_000);
        assertThat(writes.lengths()).containsExactly(64 << 10, 64 << 10, 140_000 - (128 << 10));
        assertThat(writes.text()).isEqualTo(new String(long3, 10, 140_000, StandardCharsets.ISO_8859_1));
    }

    // ---- what waits for the client is counted

    private static final class Counted {
        private final MemoryAccount account = new MemoryAccount(1 << 20);
        private final MemoryShare memory = account.open("a", 0, () -> { });
        private final Writes writes = new Writes();
        private final Http1Output out = new Http1Output(writes, Duration.ZERO, LeastRate.NONE, memory);
        private long whileItIsWritten;

        Counted() {
            writes.onWrite = () -> whileItIsWritten = memory.held();
        }

        void gather(int length) throws IOException {
            out.write(new byte[length], 0, length);
        }

        /// @return octets that are held while it is written, and behind that
        List<Long> flush() throws IOException {
            whileItIsWritten = -1;
            out.flush();
            return List.of(whileItIsWritten, memory.held());
        }
    }

    @Test
    void anAnswerOfUsualLengthCostsNothingAndEachOctetBeyondIsCounted() throws IOException {
        Counted usual = new Counted();
        usual.gather(4096);
        assertThat(usual.flush()).containsExactly(0L, 0L);
        Counted longer = new Counted();
        longer.gather(4097);
        assertThat(longer.flush()).containsExactly(1L, 1L);
        longer.gather(6000); // which needs twice the memory there was
        assertThat(longer.flush()).containsExactly(2 * 4097L - 4096, 2 * 4097L - 4096);
        longer.gather(10);
        assertThat(longer.flush()).as("what is kept for the next goes on counting, once").containsExactly(4098L, 4098L);
        longer.out.release();
        assertThat(longer.memory.held()).isZero();
        longer.out.release();
        longer.gather(5000);
        longer.out.release();
        assertThat(longer.flush()).as("what waits is not given back").containsExactly(904L, 904L);
    }

    @Test
    void whatALongAnswerNeededIsKeptUpTo32KiBAndElseGivenBackAtOnce() throws IOException {
        Counted counted = new Counted();
        counted.gather(GATHER);
        counted.out.endHead();
        assertThat(counted.flush()).containsExactly(28_672L, 28_672L);
        assertThat(counted.account.held()).as("beyond what everybody gets, in steps").isEqualTo(20 << 10);
        counted.out.release();
        assertThat(counted.memory.held()).isZero();
        assertThat(counted.account.held()).isZero();
        counted.out.field("x", "v".repeat(40_000));
        List<Long> held = counted.flush();
        assertThat(held.getFirst()).isGreaterThan(36_000);
        assertThat(held.getLast()).isZero();
        assertThat(counted.account.held()).isZero();
        counted.gather(3);
        counted.out.flush();
        assertThat(counted.writes.lengths()).as("of which nothing is sent twice").containsExactly(GATHER + 2, 40_005, 3);
    }

    @Test
    void whatIsThereIsCountedEvenIfItDoesNotFit() throws IOException {
        MemoryShare tight = new MemoryAccount(1000).open("a", 0, () -> { });
        Http1Output output = new Http1Output(writes, Duration.ZERO, LeastRate.NONE, tight);
        output.write(new byte[GATHER], 0, GATHER);
        output.flush();
        assertThat(tight.held()).isEqualTo(GATHER - 4096);
    }
}
