// SPDX-License-Identifier: MIT
package lambdadispatch.http.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import lambdadispatch.base.Bytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HeadersTest {
    private static final HeaderName X = HeaderName.of("X");

    @Test
    void orderCaseAndDuplicatesAreKept() {
        Headers headers = Headers.of("B", "1", "a", "2", "b", "3", "A", "4");
        assertThat(headers.toString()).isEqualTo("B: 1\na: 2\nb: 3\nA: 4\n");
        assertThat(headers.all(HeaderName.of("b"))).containsExactly("1", "3");
        assertThat(headers.get("a")).isEqualTo("2");
        assertThat(headers.find(HeaderName.of("A"), 2)).isEqualTo(3);
    }

    @Test
    void anyOctetSurvives() {
        StringBuilder value = new StringBuilder();
        for (char c = 0; c < 256; c++) {
            value.append(c);
        }
        Headers headers = new Headers(1);
        headers.add("x", value.toString());
        assertThat(headers.value(0)).isEqualTo(value.toString());
        Bytes line = new Bytes();
        headers.writeLine(0, line);
        assertThat(line.toArray()).isEqualTo(("x: " + value + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
    }

    @Test
    void namesThatDifferInMoreThanCaseAreDifferent() {
        // '@' and '`' differ in the bit that case does, and share the hash
        Headers headers = Headers.of("a@", "1", "a`", "2", "a\0", "3");
        assertThat(headers.get(HeaderName.of("A@"))).isEqualTo("1");
        assertThat(headers.get(HeaderName.of("a`"))).isEqualTo("2");
        assertThat(headers.get(HeaderName.of("a "))).isNull();
    }

    @Test
    void removingKeepsTheOrderOfTheRest() {
        Headers headers = Headers.of("x", "1", "y", "2", "X", "3", "z", "4");
        assertThat(headers.remove(X)).isTrue();
        assertThat(headers.remove(X)).isFalse();
        assertThat(headers.toString()).isEqualTo("y: 2\nz: 4\n");
        headers.set(HeaderName.of("y"), "5");
        assertThat(headers.toString()).isEqualTo("z: 4\ny: 5\n");
    }

    @Test
    void manyFieldsAndClearing() {
        Headers headers = new Headers(16);
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 300; i++) {
                headers.add("name-" + i, "value-" + i);
            }
            assertThat(headers.size()).isEqualTo(300);
            assertThat(headers.get("NAME-299")).isEqualTo("value-299");
            headers.clear();
            assertThat(headers.isEmpty()).isTrue();
            assertThat(headers.byteCount()).isZero();
            assertThat(headers.get("name-0")).isNull();
        }
    }

    @Test
    void fieldsOfOthersAreCopied() {
        Headers from = Headers.of("a", "1", "b", "2");
        from.remove(HeaderName.of("a"));
        Headers to = Headers.of("c", "3");
        to.addAll(from);
        from.clear();
        from.add("zz", "zzzz");
        assertThat(to.toString()).isEqualTo("c: 3\nb: 2\n");
    }

    @ParameterizedTest
    @CsvSource({"close, true", "CLOSE, true", "'x, close', true", "'close,x', true", "' , ,close', true", "closed, false",
            "'close x', false", "'', false", "'x,y', false"})
    void aTokenOfAListIsFoundInAnyCase(String value, boolean found) {
        assertThat(Headers.of("connection", value).hasToken(HeaderName.CONNECTION, "close")).isEqualTo(found);
        assertThat(Headers.of("connection", "y", "Connection", value).hasToken(HeaderName.CONNECTION, "close")).isEqualTo(found);
    }

    @Test
    void aValueIsComparedWithoutRegardToCase() {
        Headers headers = Headers.of("te", "Chunked", "te", "chunke", "te", "chunk\u00e9d");
        assertThat(headers.valueIs(0, "chunked")).isTrue();
        assertThat(headers.valueIs(1, "chunked")).isFalse();
        assertThat(headers.valueIs(2, "chunked")).isFalse();
    }

    @Test
    void aSetKnowsItsNamesAndNoOthers() {
        HeaderSet set = HeaderSet.of(HeaderName.TE, HeaderName.CONNECTION, HeaderName.UPGRADE, HeaderName.of("a@"));
        Headers headers = Headers.of("te", "", "TE", "", "Connection", "", "upgrade", "", "a`", "", "tf", "", "A@", "", "connectio", "");
        boolean[] expected = {true, true, true, true, false, false, true, false};
        for (int i = 0; i < expected.length; i++) {
            assertThat(set.contains(headers, i)).as(headers.name(i)).isEqualTo(expected[i]);
        }
    }

    @Test
    void sharedEmptyFieldsStayEmpty() {
        assertThatThrownBy(() -> Headers.EMPTY.add("a", "")).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> Headers.EMPTY.set(HeaderName.DATE, "now")).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> Headers.EMPTY.addAll(Headers.of("a", "b"))).isInstanceOf(UnsupportedOperationException.class);
        Headers.EMPTY.remove(HeaderName.DATE);
        Headers.EMPTY.clear();
        Headers.EMPTY.reset();
        assertThat(Headers.EMPTY.isEmpty()).isTrue();
        assertThat(Headers.EMPTY.footprint()).isZero();
    }

    @Test
    void theDateIsAnImfFixdateOfTheSecond() {
        String date = new String(HttpDate.now(), StandardCharsets.US_ASCII);
        assertThat(date).matches(
                "(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \\d\\d (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \\d{4} \\d\\d:\\d\\d:\\d\\d GMT");
        assertThat(java.time.ZonedDateTime.parse(date, java.time.format.DateTimeFormatter.RFC_1123_DATE_TIME).toInstant())
                .isBetween(java.time.Instant.now().minusSeconds(60), java.time.Instant.now().plusSeconds(1));
    }

    @Test
    void reasonsAreThoseOfTheRegistry() {
        assertThat(Status.reason(200)).isEqualTo("OK");
        assertThat(Status.reason(431)).isEqualTo("Request Header Fields Too Large");
        assertThat(Status.reason(299)).isEmpty();
        assertThat(Status.reason(-1)).isEmpty();
        assertThat(Status.reason(999)).isEmpty();
    }
}
