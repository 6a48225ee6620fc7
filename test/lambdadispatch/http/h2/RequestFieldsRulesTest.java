// SPDX-License-Identifier: MIT
package lambdadispatch.http.h2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import lambdadispatch.http.message.HeaderName;
import lambdadispatch.http.message.Request;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A field section without a connection: each rule's two sides, and what is said of the first that is broken (RFC 9113 §8.2, §8.3).
class RequestFieldsRulesTest {
    private static final String[] START = {":method: GET", ":scheme: http", ":authority: a", ":path: /"};

    private final RequestFields fields = new RequestFields(10);

    /// As the decoder gives them: somewhere in a larger array.
    private RequestFields feed(String... lines) {
        for (String line : lines) {
            int colon = line.indexOf(": ", 1);
            byte[] name = ("Z" + line.substring(0, colon) + "Z").getBytes(StandardCharsets.ISO_8859_1);
            byte[] value = (" \r" + line.substring(colon + 2) + "\n").getBytes(StandardCharsets.ISO_8859_1);
            fields.field(name, 1, name.length - 2, value, 2, value.length - 3, false);
        }
        return fields;
    }

    private Request request() throws StreamError {
        return fields.request(7, true);
    }

    private void fails(String why) {
        assertThatThrownBy(this::request).isInstanceOfSatisfying(StreamError.class, e -> {
            assertThat(e).hasMessage("PROTOCOL_ERROR: " + why);
            assertThat(e.streamId()).isEqualTo(7);
        });
    }

    @Test
    void aRequestIsWhatItsFieldsSay() throws StreamError {
        Request request = feed(":path: /a?b", ":authority: Host:1", ":scheme: HTTPS", ":method: PUT", "x: 1", "x: ", "te: trailers")
                .request(1, false);
        assertThat(request.method()).isEqualTo("PUT");
        assertThat(request.target()).isEqualTo("/a?b");
        assertThat(request.scheme()).isEqualTo("HTTPS");
        assertThat(request.authority()).isEqualTo("Host:1");
        assertThat(request.headers().size()).isEqualTo(3);
        assertThat(request.contentLength()).isEqualTo(-1);
        assertThat(request.version()).isEqualTo(20);
        assertThat(fields.fault()).isNull();
        assertThat(fields.tooMany()).isFalse();
    }

    @Test
    void aRequestWithoutAuthorityHasNone() throws StreamError {
        feed(":method: GET", ":scheme: http", ":path: /");
        assertThat(request().authority()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"true, 0, 0", "true, , 0", "false, 0, 0", "false, 5, 5", "false, , -1"})
    void theLengthIsTheAnnouncedOneUnlessItHasEnded(boolean ended, String announced, long length) throws StreamError {
        feed(START);
        if (announced != null) {
            feed("content-length: " + announced);
        }
        assertThat(fields.request(7, ended).contentLength()).isEqualTo(length);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "x: a\u0001b | invalid octet in a field value", "X: a | invalid field name", "aZ: a | invalid field name",
            "a[: a | invalid field name", ":path: /b | pseudo-header field out of place", "connection: a | connection-specific field",
            "te: trailers, gzip | TE other than trailers", "host: b | Host differs from :authority",
            "content-length: 1 | content-length without a body", "content-length: x | Content-Length is not a number"})
    void theFirstFaultIsSaid(String line, String why) {
        feed(START);
        feed("ok: 1", line);
        assertThatThrownBy(this::request).isInstanceOf(StreamError.class).hasMessage("PROTOCOL_ERROR: " + why);
        assertThat(fields.headers().contains(HeaderName.of("ok"))).isTrue();
    }

    @Test
    void namesBesideThoseOfCapitalsAreFine() throws StreamError {
        feed(START);
        feed("a`z: 1", "^_|~: 2", "9: 3");
        assertThat(request().headers().size()).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {" a", "a ", "\ta", "a\t", " "})
    void aBlankAtEitherEndOfAValueIsAFault(String value) {
        feed(START);
        feed("x: " + value);
        fails("invalid octet in a field value");
    }

    @Test
    void whatComesBehindAFaultIsNotKept() {
        feed("x: a\u0000", ":method: GET", "y: b");
        assertThat(fields.headers().size()).isZero();
        fails("invalid octet in a field value");
    }

    @Test
    void eachPseudoFieldComesOnceAndIsKnown() {
        for (String twice : START) {
            RequestFields one = new RequestFieldsRulesTest().feed(START);
            byte[] name = twice.substring(0, twice.indexOf(": ")).getBytes(StandardCharsets.ISO_8859_1);
            one.field(name, 0, name.length, new byte[] {'/'}, 0, 1, false);
            assertThat(one.fault()).isEqualTo("unknown or repeated pseudo-header field");
        }
        assertThat(new RequestFieldsRulesTest().feed(":status: 200").fault()).isEqualTo("unknown or repeated pseudo-header field");
        assertThat(new RequestFieldsRulesTest().feed(START).fault()).isNull();
    }

    @Test
    void soManyFieldsAreTakenAndNoMore() {
        feed(START);
        for (int i = 0; i < 10; i++) {
            feed("x: " + i);
        }
        assertThat(fields.tooMany()).isFalse();
        feed("x: 10");
        assertThat(fields.tooMany()).isTrue();
        feed("y: \u0000", "z: 1");
        assertThat(fields.fault()).as("nothing is looked at any more").isNull();
        assertThat(fields.headers().size()).isEqualTo(10);
    }

    // ---- the method, the scheme, the path

    @Test
    void aMethodMayHaveSoManyLettersAndNoMore() throws StreamError {
        feed(":method: " + "M".repeat(32), ":scheme: http", ":path: /");
        assertThat(request().method()).hasSize(32);
        RequestFieldsRulesTest longer = new RequestFieldsRulesTest();
        longer.feed(":method: " + "M".repeat(33), ":scheme: http", ":path: /");
        longer.fails(":method missing or invalid");
    }

    @ParameterizedTest
    @CsvSource({"GET, *, false", "OPTIONS, *, true", "OPTIONS, **, false", "GET, /, true", "GET, a, false", "GET, /a b, false"})
    void thePathBeginsWithASlashOrAsksForTheServerItself(String method, String path, boolean fine) throws StreamError {
        feed(":method: " + method, ":scheme: http", ":path: " + path);
        if (fine) {
            assertThat(request().target()).isEqualTo(path);
        } else {
            fails(":path missing or invalid");
        }
    }

    @Test
    void theSchemeIsOneOfTwo() throws StreamError {
        feed(":method: GET", ":scheme: https", ":path: /");
        assertThat(request().scheme()).isEqualTo("https");
        RequestFieldsRulesTest other = new RequestFieldsRulesTest();
        other.feed(":method: GET", ":scheme: httpx", ":path: /");
        other.fails(":scheme missing or unknown");
        RequestFieldsRulesTest none = new RequestFieldsRulesTest();
        none.feed(":method: GET", ":path: /");
        none.fails(":scheme missing or unknown");
    }

    @Test
    void connectHasAnAuthorityAndNothingElse() throws StreamError {
        feed(":method: CONNECT", ":authority: a:1");
        Request request = request();
        assertThat(request.authority()).isEqualTo("a:1");
        assertThat(request.scheme()).isEqualTo("http");
        assertThat(request.target()).isEmpty();
        for (String[] wrong : new String[][] {{}, {":authority: a:1", ":scheme: http"}, {":authority: a:1", ":path: /"}}) {
            RequestFieldsRulesTest other = new RequestFieldsRulesTest();
            other.feed(":method: CONNECT");
            other.feed(wrong);
            other.fails("malformed CONNECT");
        }
        RequestFieldsRulesTest invalid = new RequestFieldsRulesTest();
        invalid.feed(":method: CONNECT", ":authority: a/b");
        invalid.fails("invalid :authority");
    }

    // ---- Host

    @Test
    void hostStandsInForTheAuthorityAndIsTakenOut() throws StreamError {
        feed(":method: GET", ":scheme: http", ":path: /", "x: 1", "host: b:2", "y: 2");
        Request request = request();
        assertThat(request.authority()).isEqualTo("b:2");
        assertThat(request.headers().size()).isEqualTo(2);
        assertThat(request.headers().contains(HeaderName.HOST)).isFalse();
        RequestFieldsRulesTest same = new RequestFieldsRulesTest();
        same.feed(START);
        same.feed("host: A");
        assertThat(same.request().authority()).isEqualTo("a");
        assertThat(same.fields.headers().size()).isZero();
        RequestFieldsRulesTest twice = new RequestFieldsRulesTest();
        twice.feed(":method: GET", ":scheme: http", ":path: /", "host: a", "host: a");
        twice.fails("several Host fields");
        RequestFieldsRulesTest invalid = new RequestFieldsRulesTest();
        invalid.feed(":method: GET", ":scheme: http", ":path: /", "host: a/b");
        invalid.fails("invalid :authority");
    }

    // ---- cookies

    @Test
    void aSingleCookieStaysWhereItIs() throws StreamError {
        feed(START);
        feed("cookie: a=1", "x: 1");
        assertThat(request().headers().name(0)).isEqualTo("cookie");
    }

    @Test
    void crumbsOfAnyLengthAreJoined() throws StreamError {
        for (int first = 0; first < 520; first += 13) {
            for (int length : new int[] {0, 1, 2, 126, 127, 128, 250, 252, 253, 254, 255, 256, 600}) {
                RequestFieldsRulesTest each = new RequestFieldsRulesTest();
                String[] crumbs = {"a".repeat(first), "b".repeat(length), "c", "d".repeat(length)};
                each.feed(START);
                each.feed("cookie: " + crumbs[0], "x: 1", "cookie: " + crumbs[1], "cookie: " + crumbs[2], "cookie: " + crumbs[3]);
                Request request = each.request();
                assertThat(request.headers().size()).isEqualTo(2);
                assertThat(request.headers().get(HeaderName.COOKIE)).isEqualTo(String.join("; ", crumbs));
            }
        }
    }

    // ---- trailers

    @Test
    void trailersHaveNoPseudoFieldsAndNothingThatFramesOrRoutes() {
        assertThat(fields.asTrailers()).isSameAs(fields);
        assertThat(feed("sum: 7", "te: trailers").fault()).isNull();
        for (String line : new String[] {"content-length: 0", "host: a", "cookie: a=b", "authorization: b"}) {
            RequestFieldsRulesTest each = new RequestFieldsRulesTest();
            each.fields.asTrailers();
            assertThat(each.feed(line).fault()).isEqualTo("field not allowed in trailers");
        }
        RequestFieldsRulesTest pseudo = new RequestFieldsRulesTest();
        pseudo.fields.asTrailers();
        assertThat(pseudo.feed(":path: /").fault()).isEqualTo("pseudo-header field out of place");
    }
}
