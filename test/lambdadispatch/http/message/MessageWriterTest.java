// SPDX-License-Identifier: MIT
package lambdadispatch.http.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import lambdadispatch.base.Bytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MessageWriterTest {
    private final Bytes out = new Bytes(8);

    @Test
    void requestIsWrittenAsItIsRead() {
        MessageWriter.requestLine(out, "POST", "/a?b");
        MessageWriter.field(out, HeaderName.HOST, "example.org");
        MessageWriter.fields(out, Headers.of("X-One", "1", "x-two", ""));
        MessageWriter.length(out, 1234567890123L);
        MessageWriter.end(out);
        assertThat(out)
                .hasToString("POST /a?b HTTP/1.1\r\nhost: example.org\r\nX-One: 1\r\nx-two: \r\ncontent-length: 1234567890123\r\n\r\n");
    }

    @Test
    void statusLinesHaveTheReasonThatIsRegistered() {
        MessageWriter.statusLine(out, 200);
        MessageWriter.statusLine(out, 503);
        MessageWriter.statusLine(out, 599);
        assertThat(out).hasToString("HTTP/1.1 200 OK\r\nHTTP/1.1 503 Service Unavailable\r\nHTTP/1.1 599 " + Status.reason(599) + "\r\n");
    }

    @Test
    void lastChunkEndsTheBodyWithItsTrailersOrWithout() {
        MessageWriter.lastChunk(out, null);
        MessageWriter.lastChunk(out, Headers.of("x-sum", "7"));
        assertThat(out).hasToString("0\r\n\r\n0\r\nx-sum: 7\r\n\r\n");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 9, 10, 15, 16, 255, 256, 4096, 65_535, 1 << 20})
    void chunkInPlaceIsTheChunkThatIsAppended(int count) {
        byte[] buffer = new byte[MessageWriter.CHUNK_HEAD + count + MessageWriter.CHUNK_TAIL];
        java.util.Arrays.fill(buffer, (byte) 'x');
        int from = MessageWriter.frameChunk(buffer, count);
        MessageWriter.chunkHead(out, count);
        out.append("x".repeat(count));
        MessageWriter.end(out);
        assertThat(
                new String(buffer, from, MessageWriter.CHUNK_HEAD - from + count + MessageWriter.CHUNK_TAIL, StandardCharsets.ISO_8859_1))
                .isEqualTo(out.toString());
    }
}
