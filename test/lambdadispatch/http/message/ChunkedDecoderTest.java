// SPDX-License-Identifier: MIT
package lambdadispatch.http.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The limits of the chunked coding to the octet, and that looking ahead says what reading on will say.
class ChunkedDecoderTest {
    private static final int MOST_EXTENSION = 16 << 10;
    private static final int PER_CHUNK = 32;
    private static final int NEVER = -1;

    private static byte[] octets(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static ChunkedDecoder decoder() {
        return new ChunkedDecoder(64 << 10, 256, 400);
    }

    /// @return the offset behind the message, `NEVER` if it does not end there, or the status that it is refused with
    private static int decode(ChunkedDecoder decoder, byte[] in, int from, int to) {
        try {
            int at = from;
            while (at < to && !decoder.done()) {
                if (decoder.remaining() > 0) {
                    int count = (int) Math.min(to - at, decoder.remaining());
                    decoder.took(count);
                    at += count;
                } else {
                    at = decoder.framing(in, at, to);
                }
            }
            return decoder.done() ? at : NEVER;
        } catch (BadMessage e) {
            return e.status();
        }
    }

    private static int decode(ChunkedDecoder decoder, String text) {
        return decode(decoder, octets(text), 0, text.length());
    }

    private static String extension(int octets) {
        return "1;" + "x".repeat(octets) + "\r\na\r\n";
    }

    private static final String END = "0\r\n\r\n";

    @Test
    void aSizeHas15DigitsAtMost() {
        assertThat(decode(decoder(), "000000000000001\r\na\r\n" + END)).isEqualTo(25);
        assertThat(decode(decoder(), "0000000000000001\r\na\r\n" + END)).isEqualTo(400);
        ChunkedDecoder large = decoder();
        assertThat(decode(large, "fffffffffffffff\r\n")).isEqualTo(NEVER);
        assertThat(large.remaining()).isEqualTo((1L << 60) - 1);
        assertThat(decode(decoder(), "00000001\r\na\r\n".repeat(3) + END)).as("of each chunk by itself").isPositive().isNotEqualTo(400);
    }

    @Test
    void extensionsOfAMessageAreBoundedTogetherButForAFewOctetsAChunk() {
        assertThat(decode(decoder(), extension(MOST_EXTENSION + PER_CHUNK) + END)).isNotEqualTo(400).isPositive();
        assertThat(decode(decoder(), extension(MOST_EXTENSION + PER_CHUNK + 1) + END)).isEqualTo(400);
        String most = extension(MOST_EXTENSION + PER_CHUNK);
        assertThat(decode(decoder(), most + extension(PER_CHUNK) + END)).isNotEqualTo(400).isPositive();
        assertThat(decode(decoder(), most + extension(PER_CHUNK + 1) + END)).isEqualTo(400);
        assertThat(decode(decoder(), extension(1).repeat(100) + extension(MOST_EXTENSION + PER_CHUNK + 1) + END))
                .as("short ones save up nothing").isEqualTo(400);
        assertThat(decode(decoder(), extension(PER_CHUNK).repeat(2000) + END)).isNotEqualTo(400).isPositive();
    }

    @Test
    void trailersAreBoundedToTheOctetWithTheirLineEnds() {
        String body = "0\r\nA: b\r\n\r\n";
        assertThat(decode(new ChunkedDecoder(8, 1, 400), body)).isEqualTo(body.length());
        assertThat(decode(new ChunkedDecoder(7, 1, 400), body)).isEqualTo(431);
        assertThat(decode(new ChunkedDecoder(7, 1, 502), body)).isEqualTo(502);
        String two = "0\r\nA: b\r\nC: d\r\n\r\n";
        assertThat(decode(new ChunkedDecoder(14, 2, 400), two)).isEqualTo(two.length());
        assertThat(decode(new ChunkedDecoder(14, 1, 400), two)).isEqualTo(431);
        assertThat(decode(new ChunkedDecoder(14, 1, 502), two)).isEqualTo(502);
    }

    @ParameterizedTest
    @CsvSource({"g, 400", "'', 400", "'1\rx', 400", "'1\r\nab', 400", "'1\r\na\rb', 400", "'1 x', 400", "'1 \r', 400", "'0\r\nA\n', 400",
        "'0\r\n\n', 400", "'0\r\nA b\r\n', 400", "'1;\u0001', 400", "'1;\u007f', 400"})
    void whatIsMalformedIsRefusedInItsOwnWay(String text, int status) {
        String wire = text.isEmpty() ? "\r\n" : text;
        assertThat(decode(decoder(), wire)).isEqualTo(status);
        assertThat(decode(new ChunkedDecoder(100, 10, 502), wire)).isEqualTo(502);
    }

    @Test
    void blanksTabulatorsAndOctetsAboveAsciiMayStandInAnExtension() {
        String wire = "1 \t;a=\"b\u00ff\tc \"\r\nx\r\n" + END;
        assertThat(decode(decoder(), wire)).isEqualTo(wire.length());
    }

    @Test
    void theMemoryOfTrailersIsToldAsTheyCome() throws BadMessage {
        ChunkedDecoder decoder = decoder();
        assertThat(decoder.trailerFootprint()).isZero();
        byte[] wire = octets("0\r\nA: b\r\nC: " + "d".repeat(200) + "\r\n\r\n");
        decoder.framing(wire, 0, 4);
        assertThat(decoder.trailerFootprint()).as("the line under way").isEqualTo(64);
        assertThat(decoder.trailers()).isNull();
        decoder.framing(wire, 4, 9);
        assertThat(decoder.trailerFootprint()).as("and the fields").isEqualTo(64 + decoder.trailers().footprint());
        decoder.framing(wire, 9, wire.length);
        assertThat(decoder.trailerFootprint()).as("a line of 203 octets").isEqualTo(256 + decoder.trailers().footprint());
        assertThat(decoder.trailers().toString()).isEqualTo("A: b\nC: " + "d".repeat(200) + "\n");
    }

    /// At each octet of it, with what follows there and with one octet less.
    @ParameterizedTest
    @ValueSource(strings = {"3\r\nabc\r\n1;x y\r\n-\r\n0\r\nA: b\r\nCd: ef\r\n\r\n", "0\r\n\r\n", "a \t;q\r\n0123456789\r\n000\r\n\r\n",
        "000000000000001\r\na\r\n000000000000000\r\n\r\n", "1\r\na\r\n0\r\nA b\r\n\r\n", "1\r\na\r\nx", "0000000000000001\r\na\r\n0\r\n\r\n",
        "1 x\r\na\r\n0\r\n\r\n", "1\r\na\r\n0\r\nA: 1\r\nB: 2\r\nC: 3\r\n\r\n", "1\r\na\r\n0\r\nA: 1\r\nB: 34567890123456789\r\n\r\n"})
    void lookingAheadSaysWhatReadingOnWillSayAndChangesNothing(String wire) {
        byte[] in = octets(wire);
        for (int at = 0; at <= in.length; at++) {
            ChunkedDecoder decoder = new ChunkedDecoder(24, 2, 400);
            int verdict = decode(decoder, in, 0, at);
            if (verdict == NEVER) {
                ChunkedDecoder control = new ChunkedDecoder(24, 2, 400);
                decode(control, in, 0, at);
                boolean ends = decode(control, in, at, in.length) == in.length;
                assertThat(decoder.endsWithin(in, at, in.length)).as("at %d", at).isEqualTo(ends);
                assertThat(decoder.endsWithin(in, at, Math.max(at, in.length - 1))).as("without the last octet, at %d", at).isFalse();
                assertThat(decode(decoder, in, at, in.length) == in.length).as("nothing was consumed at %d", at).isEqualTo(ends);
                assertThat(String.valueOf(decoder.trailers())).isEqualTo(String.valueOf(control.trailers()));
            }
        }
    }

    @Test
    void lookingAheadKnowsWhatOfTheLimitsIsUsedUp() {
        byte[] before = octets("1;" + "x".repeat(MOST_EXTENSION));
        for (int more : new int[] {PER_CHUNK, PER_CHUNK + 1}) {
            ChunkedDecoder decoder = decoder();
            decode(decoder, before, 0, before.length);
            byte[] rest = octets("x".repeat(more) + "\r\na\r\n" + END);
            assertThat(decoder.endsWithin(rest, 0, rest.length)).isEqualTo(more == PER_CHUNK);
        }
    }
}
