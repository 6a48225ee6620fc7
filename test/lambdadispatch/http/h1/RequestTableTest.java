// SPDX-License-Identifier: MIT
package lambdadispatch.http.h1;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import lambdadispatch.http.message.Vector;
import lambdadispatch.http.message.Vectors;
import lambdadispatch.http.server.Limits;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Each row of the requests' table, through a real connection: whole, octet by octet, and in two reads split at every point.
class RequestTableTest {
    private static final int FEWEST_ROWS = 700;
    /// Every point is tried of rows up to eight times as long; those that are longer are about limits, and are split at some points between
    /// as well.
    private static final int SPLIT_ALL = 512;
    private static final int STRIDE = 1997;

    static List<Vector> rows() {
        return Vectors.requests();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void theVerdictIsTheSameHoweverTheRequestArrives(Vector row) throws IOException {
        List<List<String>> expected = ServerRun.blocks(row.verdict());
        int length = row.input().length;
        verify(row, expected, Integer.MAX_VALUE, Long.MAX_VALUE);
        verify(row, expected, 1, Long.MAX_VALUE);
        for (int at = 1; at < length; at += length <= 8 * SPLIT_ALL || at < SPLIT_ALL || at >= length - SPLIT_ALL ? 1 : STRIDE) {
            verify(row, expected, Integer.MAX_VALUE, at);
        }
    }

    private static void verify(Vector row, List<List<String>> expected, int bytesPerRead, long splitAt) throws IOException {
        List<List<String>> actual = ServerRun.comparable(new ServerRun(Limits.DEFAULT).of(row.input(), bytesPerRead, splitAt), expected);
        assertThat(actual).as("%s; at most %s octets a read, split at %s", row.source(), bytesPerRead, splitAt).isEqualTo(expected);
    }

    @Test
    void theTableHasItsRows() {
        assertThat(rows()).hasSizeGreaterThanOrEqualTo(FEWEST_ROWS);
    }
}
