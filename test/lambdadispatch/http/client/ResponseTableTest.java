// SPDX-License-Identifier: MIT
package lambdadispatch.http.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import lambdadispatch.http.message.Vector;
import lambdadispatch.http.message.Vectors;
import lambdadispatch.support.BodyWay;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Each row of the responses' table: whole, octet by octet, and in two reads split at every point, through the parsers as the relay uses
/// them and through a real [ClientConnection].
class ResponseTableTest {
    private static final int FEWEST_ROWS = 250;
    /// Every point is tried of rows up to eight times as long; those that are longer are about limits, and are split at some points between
    /// as well.
    private static final int SPLIT_ALL = 512;
    private static final int STRIDE = 1997;

    static List<Vector> rows() {
        return Vectors.responses();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void theVerdictIsTheSameHoweverTheResponseArrives(Vector row) throws IOException {
        int length = row.input().length;
        verify(row, Integer.MAX_VALUE, Long.MAX_VALUE);
        verify(row, 1, Long.MAX_VALUE);
        for (int at = 1; at < length; at += length <= 8 * SPLIT_ALL || at < SPLIT_ALL || at >= length - SPLIT_ALL ? 1 : STRIDE) {
            verify(row, Integer.MAX_VALUE, at);
        }
    }

    private static void verify(Vector row, int bytesPerRead, long splitAt) throws IOException {
        String how = row.source() + "; at most " + bytesPerRead + " octets a read, split at " + splitAt;
        List<String> expected = row.verdict();
        for (BodyWay way : List.of(BodyWay.READ, BodyWay.READY)) {
            assertThat(ClientRun.comparable(ClientRun.parsed(row, bytesPerRead, splitAt, way), expected)).as("%s, %s", way, how)
                    .isEqualTo(expected);
        }
        List<String> told = expected.stream().filter(line -> !line.matches("(version|interim|trailer): .*")).toList();
        assertThat(ClientRun.comparable(ClientRun.exchanged(row, bytesPerRead, splitAt), told)).as("exchanged, %s", how).isEqualTo(told);
    }

    static List<Vector> whole() {
        return Vectors.responses().stream().filter(row -> row.verdict().getLast().equals("then: reusable")).toList();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("whole")
    void aBodyThatIsPassedOnRawKeepsEveryOctet(Vector row) throws IOException {
        byte[] raw = ClientRun.raw(row, Integer.MAX_VALUE);
        byte[] input = row.input();
        assertThat(raw).isEqualTo(Arrays.copyOfRange(input, input.length - raw.length, input.length));
        assertThat(ClientRun.raw(row, 1)).isEqualTo(raw);
    }

    @Test
    void theTableHasItsRows() {
        assertThat(rows()).hasSizeGreaterThanOrEqualTo(FEWEST_ROWS);
    }
}
