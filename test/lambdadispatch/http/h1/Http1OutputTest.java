// SPDX-License-Identifier: MIT
package lambdadispatch.http.h1;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.server.LeastRate;
import lambdadispatch.net.MemoryShare;
import lambdadispatch.net.Transport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What is gathered into one write, what goes by itself, and in which order.
class Http1OutputTest {
    private static final int GATHER = 16 << 10;

    private final Writes writes = new Writes();
    private final Http1Output out = new Http1Output(writes, Duration.ZERO, LeastRate.NONE, MemoryShare.UNBOUNDED);

    /// Notes each write.
    private static final class Writes implements Transport {
        private final List<byte[]> all = new ArrayList<>();

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
        }

        @Override
        public int read(byte[] into, int offset, int length) {
            return -1;
        }

        @Override
        public void shutdownOutput() {}

        @Override
        public void close() {}

        @Override
        public InetSocketAddress remoteAddress() {
            throw new UnsupportedOperationException();
        }

        @Override
        public InetSocketAddress localAddress() {
            throw new UnsupportedOperationException();
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
}
