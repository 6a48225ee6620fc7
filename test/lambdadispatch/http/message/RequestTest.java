// SPDX-License-Identifier: MIT
package lambdadispatch.http.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What a request says of itself, and the small tables that messages are read with.
class RequestTest {
    private static Request request(String method, String target) {
        return new Request(method, target, "http", "", new Headers(), 0, 11);
    }

    @ParameterizedTest
    @CsvSource({"/a, /a, ''", "/a?b=c, /a, b=c", "/a?b?c, /a, b?c", "/?, /, ''", "?x, '', x", "*, *, ''"})
    void theTargetIsPathAndQuery(String target, String path, String query) {
        assertThat(request("GET", target).path()).isEqualTo(path);
        assertThat(request("GET", target).query()).isEqualTo(query);
    }

    @Test
    void onlyHeadIsHead() {
        assertThat(request("HEAD", "/").isHead()).isTrue();
        assertThat(request("head", "/").isHead()).as("methods are case-sensitive, RFC 9110 §9.1").isFalse();
        assertThat(request("GET", "/").isHead()).isFalse();
    }

    @Test
    void aBadMessageKeepsTheStatusThatItIsAnsweredWith() {
        assertThat(new BadMessage(431, "too much")).hasMessage("too much").extracting(BadMessage::status).isEqualTo(431);
    }

    @Test
    void aDateIsReadBack() {
        assertThat(HttpDate.parse(" Sun, 06 Nov 1994 08:49:37 GMT ")).isEqualTo(Instant.parse("1994-11-06T08:49:37Z")); // RFC 9110 §5.6.7
        assertThatThrownBy(() -> HttpDate.parse("Sunday")).isInstanceOf(DateTimeParseException.class);
    }

    @Test
    void theDateOfOneSecondIsFormattedOnce() {
        byte[] first;
        byte[] second;
        long before;
        do { // the second may have passed between the two
            before = System.currentTimeMillis() / 1000;
            first = HttpDate.now();
            second = HttpDate.now();
        } while (System.currentTimeMillis() / 1000 != before);
        assertThat(second).isSameAs(first);
    }

    @Test
    void reasonsEndWhereTheCodesDo() {
        assertThat(Status.reason(0)).isEmpty();
        assertThat(Status.reason(100)).isEqualTo("Continue");
        assertThat(Status.reason(511)).isEqualTo("Network Authentication Required");
        assertThat(Status.reason(599)).isEmpty();
        assertThat(Status.reason(600)).isEmpty();
    }

    @Test
    void aNameIsEqualInAnyCaseAndKnowsItsOctets() {
        HeaderName name = HeaderName.of("X-Az@[");
        assertThat(name).isEqualTo(HeaderName.of("x-aZ@[")).hasSameHashCodeAs(HeaderName.of("X-AZ@[")).hasToString("x-az@[");
        assertThat(name).isNotEqualTo(HeaderName.of("x-az`{")).isNotEqualTo("x-az@[");
        assertThat(HeaderName.of("x").hashCode()).isNotEqualTo(HeaderName.of("y").hashCode());
        assertThat(name.bytes()).asString().isEqualTo("x-az@[");
    }

    @ParameterizedTest
    @CsvSource({"A, a", "Z, z", "@, @", "[, [", "a, a", "z, z", "-, -"})
    void onlyTheLettersHaveASmallForm(char octet, char small) {
        assertThat((char) HeaderName.lowerCase((byte) octet)).isEqualTo(small);
    }

    @Test
    void aNameOfAnotherLengthDoesNotMatch() {
        byte[] octets = "..connection-x".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        assertThat(HeaderName.CONNECTION.matches(octets, 2, 10)).isTrue();
        assertThat(HeaderName.CONNECTION.matches(octets, 2, 11)).isFalse();
        assertThat(HeaderName.CONNECTION.matches(octets, 2, 9)).isFalse();
        assertThat(HeaderName.CONNECTION.matches(octets, 1, 10)).isFalse();
    }
}
