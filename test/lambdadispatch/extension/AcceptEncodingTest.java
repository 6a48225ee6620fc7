// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AcceptEncodingTest {
    private static boolean gzip(String... values) {
        AcceptEncoding accept = new AcceptEncoding();
        for (String value : values) {
            byte[] line = ("accept-encoding:" + value + "\r\n").getBytes(StandardCharsets.ISO_8859_1);
            accept.field(line, 16, line.length - 2);
        }
        return accept.gzip();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "gzip | true", "GZIP | true", "x-gzip | true", "br, gzip;q=0.5 | true", "* | true", "gzip;q=1.000 | true",
            "deflate, br | false", "gzip;q=0 | false",
            "gzip; q=0.000 | false", "*;q=0 | false", "*, gzip;q=0 | false", "gzip;q=0, * | false", "*;q=0, gzip | true",
            "identity | false", "'' | false", "gzipped | false",
            "gzip;q=0.001 | true", "gzip;Q=0 | false", "gzip ; q = 0 | false", "gzip;level=9;q=0 | false", "gzip;q=0.0000 | false",
            "gzip;q=x | false", "gzip;q= | false",
            "gzip;q | false", "gzip; | true", "gzip;level=0 | true", "' , ,,gzip,' | true", "gzip;q=0, gzip | false",
            "gzip, gzip;q=0 | true", "zip | false", "'\tgzip\t' | true", "gzip;q=0.9 | true", "gzip;q=0.1 | true", "gzip;q=1x | false",
            "gzip;q=:1 | false", "gzip;q=/1 | false", "'gzip;q= 1 ;a=0' | true"})
    void valuesAreReadAsTheRfcSays(String value, boolean accepts) {
        assertThat(gzip(value)).isEqualTo(accepts);
    }

    @Test
    void severalFieldsAreOneList() {
        assertThat(gzip("gzip;q=0", "*")).isFalse();
        assertThat(gzip("*", "gzip;q=0")).isFalse();
        assertThat(gzip("br", "gzip")).isTrue();
    }

    @Test
    void whatIsNamedBehind64CodingsIsNotLookedAt() {
        assertThat(gzip("a,".repeat(63) + "gzip")).isTrue();
        assertThat(gzip("a,".repeat(64) + "gzip")).isFalse();
        assertThat(gzip("a,".repeat(64), "gzip")).isFalse();
        assertThat(gzip("a,".repeat(63), "gzip")).as("what is behind the last comma is no coding").isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {",", ";", "q=0;", "gzip;", "gzip;q=0;", " ", "gzip,", "0", "gzip;q=0.0", "*;q=", "\t", "="})
    void aFieldAsLongAsAHeadMayBeCostsOneLookAtEachOctet(String piece) {
        String odd = piece.repeat((64 << 10) / piece.length());
        // 500 of them are 32 MB: what costs a millisecond each takes longer than that on any machine that does not take seconds for nothing
        Assertions.assertTimeout(Duration.ofSeconds(5), () -> {
            for (int i = 0; i < 500; i++) {
                gzip("gzip;q=" + odd);
            }
        });
    }
}
