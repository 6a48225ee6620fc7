// SPDX-License-Identifier: MIT
package lambdadispatch.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import lambdadispatch.e2e.Wire.Version;
import lambdadispatch.support.Stack;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// What passes between a client and an app through the real router and the real extension, octet by octet, over both versions of HTTP.
@Timeout(60)
class RelayingTest {
    @RegisterExtension
    static final Stack STACK = new Stack().app(OddApp.command()).instances(1);

    private static String raw(Version version, String method, String target, String... fields) throws Exception {
        Answer answer = Wire.call(version, STACK, method, target, fields);
        assertThat(answer.status()).isEqualTo(200);
        return answer.text();
    }

    // --- the request ---

    @ParameterizedTest
    @EnumSource(Version.class)
    void manyFieldsKeepOrderDuplicatesAndOctets(Version version) throws Exception {
        List<String> fields = new ArrayList<>();
        StringBuilder expected = new StringBuilder();
        for (int i = 0; i < 100; i++) {
            fields.addAll(List.of("x-field-" + i, "\u00fc\u00ff\u0080" + i));
            expected.append("x-field-").append(i).append(": \u00fc\u00ff\u0080").append(i).append("\r\n");
        }
        fields.addAll(List.of("x-twice", "2", "x-other", "", "x-twice", "1"));
        expected.append("x-twice: 2\r\nx-other: \r\nx-twice: 1\r\n");
        assertThat(raw(version, "GET", "/raw", fields.toArray(String[]::new)))
                .startsWith("GET /raw\r\nhost: example.org\r\n" + expected + "x-forwarded-for: 127.0.0.1\r\n");
    }

    @ParameterizedTest
    @CsvSource({"HTTP_1,//", "HTTP_2,//", "HTTP_1,/a//b/../c?x=%00&y", "HTTP_2,/a//b/../c?x=%00&y", "HTTP_1,/v1/instances/00/ping",
            "HTTP_2,/v1/instances/00/channels/00"})
    void anyTargetReachesTheAppAsItIs(Version version, String target) throws Exception {
        assertThat(Wire.get(version, STACK, target).status()).isEqualTo(404); // the app's own
        STACK.awaitLine(
                line -> line.contains(" access ") && line.contains("path=" + target.split("\\?")[0]) && line.contains("status=404"));
    }

    @ParameterizedTest
    @EnumSource(Version.class)
    void forwardingFieldsAreTheRoutersAndHostIsTheClients(Version version) throws Exception {
        assertThat(raw(version, "GET", "/raw"))
                .contains("host: example.org\r\n", "x-forwarded-for: 127.0.0.1\r\n", "x-forwarded-proto: http\r\n",
                        "x-forwarded-host: example.org\r\n",
                        "x-forwarded-port: " + STACK.port("incoming") + "\r\n")
                .containsPattern("x-request-id: [0-9a-f]{16}\r\n").doesNotContainIgnoringCase("via:");
        // this client is on the loopback, which is trusted
        assertThat(raw(version, "GET", "/raw", "x-forwarded-for", "203.0.113.9", "x-forwarded-proto", "https", "x-request-id", "mine",
                "x-lambda-name", "other"))
                .contains("x-forwarded-for: 203.0.113.9, 127.0.0.1\r\n", "x-forwarded-proto: https\r\n", "x-request-id: mine\r\n")
                .doesNotContain("x-lambda-name");
    }

    @Test
    void hopByHopFieldsOfAClientStayAtTheRouter() throws Exception {
        assertThat(raw(Version.HTTP_1, "GET", "/raw", "Connection", "keep-alive, X-Mine", "X-Mine", "1", "Keep-Alive", "5", "TE",
                "trailers", "Proxy-Authorization", "secret", "X-Yours", "2"))
                .contains("X-Yours: 2\r\n").doesNotContainIgnoringCase("x-mine").doesNotContainIgnoringCase("keep-alive")
                .doesNotContainIgnoringCase("te: ").doesNotContain("secret");
    }

    @Test
    void crumbsOfACookieAreJoined() throws Exception {
        assertThat(raw(Version.HTTP_2, "GET", "/raw", "cookie", "a=1", "x-a", "b", "cookie", "c=2")).containsOnlyOnce("cookie: ")
                .contains("cookie: a=1; c=2\r\n");
    }

    @ParameterizedTest
    @EnumSource(Version.class)
    void bodyOfUnknownLengthAndItsTrailersArrive(Version version) throws Exception {
        try (Wire wire = Wire.open(version, STACK)) {
            wire.request("POST", "/raw", Wire.Body.FOLLOWS);
            wire.body("one,");
            wire.body("two");
            wire.endBody("x-sum", "1", "x-forwarded-for", "spoof", "x_request_id", "spoof", "x-sum", "2");
            assertThat(wire.answer.awaitEnd().text()).contains("transfer-encoding: chunked\r\n")
                    .endsWith("\r\n\r\none,twox-sum: 1\r\nx-sum: 2\r\n");
        }
    }

    // --- the answer ---

    @ParameterizedTest
    @EnumSource(Version.class)
    void fieldsOfTheAnswerKeepOrderDuplicatesAndOctets(Version version) throws Exception {
        Answer answer = Wire.get(version, STACK, "/odd-fields");
        String fields = answer.headers().toString().toLowerCase(java.util.Locale.ROOT);
        assertThat(fields).contains("x-field-0: 0", "x-field-99: 99").doesNotContain("x-mine", "keep-alive", "connection");
        assertThat(answer.headers().get("x-octets")).isEqualTo("\u00fc\u00ff\u0080");
        assertThat(answer.headers().all(lambdadispatch.http.message.HeaderName.of("set-cookie"))).containsExactly("a=1", "b=2");
        assertThat(answer.headers().all(lambdadispatch.http.message.HeaderName.of("x-twice"))).containsExactly("2", "1");
    }

    @ParameterizedTest
    @EnumSource(Version.class)
    void interimResponsesPass(Version version) throws Exception {
        Answer answer = Wire.get(version, STACK, "/hints");
        assertThat(answer.interim()).containsExactly(103, 102);
        assertThat(answer.text()).isEqualTo("ok");
    }

    @ParameterizedTest
    @EnumSource(Version.class)
    void trailersOfTheAnswerArrive(Version version) throws Exception {
        Answer answer = Wire.get(version, STACK, "/trailers");
        assertThat(answer.text()).isEqualTo("ok");
        assertThat(answer.trailers().all(lambdadispatch.http.message.HeaderName.of("x-sum"))).containsExactly("1", "2");
        assertThat(answer.trailers().size()).as("what speaks to browsers or between hops is left out").isEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource(Version.class)
    void headIsThereBeforeTheBody(Version version) throws Exception {
        try (Wire wire = Wire.open(version, STACK)) {
            wire.request("GET", "/hold", Wire.Body.NONE);
            assertThat(wire.answer.await(answer -> answer.status() == 200).length()).isZero();
            Wire.get(version, STACK, "/release");
            assertThat(wire.answer.awaitEnd().text()).isEqualTo("held");
        }
    }

    @ParameterizedTest
    @CsvSource({"HTTP_1,GET,/204,204,", "HTTP_2,GET,/204,204,", "HTTP_1,GET,/304,304,10", "HTTP_2,GET,/304,304,10",
            "HTTP_1,HEAD,/text,200,5000", "HTTP_2,HEAD,/text,200,5000"})
    void answersWithoutABodyEndAtTheirHead(Version version, String method, String target, int status, String length) throws Exception {
        Answer answer = Wire.call(version, STACK, method, target);
        assertThat(answer.end()).isEqualTo(Answer.End.WHOLE);
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.length()).isZero();
        assertThat(answer.headers().get("content-length")).isEqualTo(length);
        assertThat(answer.headers().get("transfer-encoding")).isNull();
        assertThat(answer.headers().get("etag")).isNotNull();
    }

    // --- compression ---

    @ParameterizedTest
    @EnumSource(Version.class)
    void textIsCompressedForWhoeverTakesGzip(Version version) throws Exception {
        Answer answer = Wire.get(version, STACK, "/text", "accept-encoding", "br, gzip");
        assertThat(answer.headers().get("content-encoding")).isEqualTo("gzip");
        assertThat(answer.headers().get("content-length")).isNull();
        assertThat(answer.headers().get("etag")).isEqualTo("W/\"v1\"");
        assertThat(answer.headers().get("vary")).isEqualToIgnoringCase("accept-encoding");
        String text = new String(new GZIPInputStream(new ByteArrayInputStream(answer.bytes())).readAllBytes(), StandardCharsets.US_ASCII);
        assertThat(text).hasSize(5000).startsWith("All work and no play.");
    }

    @ParameterizedTest
    @CsvSource({"/text,identity", "/text,gzip;q=0", "/encoded,gzip", "/image,gzip", "/,gzip"})
    void nothingElseIs(String target, String accepted) throws Exception {
        Answer answer = Wire.get(Version.HTTP_1, STACK, target, "accept-encoding", accepted);
        assertThat(answer.headers().get("content-encoding")).isNotEqualTo("gzip");
        assertThat(answer.headers().get("content-length")).isEqualTo(Long.toString(answer.length()));
        assertThat(answer.headers().toString()).doesNotContain("W/");
    }

    @ParameterizedTest
    @EnumSource(Version.class)
    void eventsReachTheClientAsTheyAreWrittenAndUncompressed(Version version) throws Exception {
        try (Wire wire = Wire.open(version, STACK)) {
            wire.request("GET", "/events", Wire.Body.NONE, "accept-encoding", "gzip");
            assertThat(wire.answer.await(answer -> answer.length() == 5).text()).isEqualTo("first");
            assertThat(wire.answer.headers().get("content-encoding")).isNull();
            Wire.get(version, STACK, "/release");
            assertThat(wire.answer.awaitEnd().text()).isEqualTo("firstlast");
        }
    }

    @ParameterizedTest
    @EnumSource(Version.class)
    void compressedPartsCanBeReadAsTheyAreWritten(Version version) throws Exception {
        try (Wire wire = Wire.open(version, STACK)) {
            wire.request("GET", "/page", Wire.Body.NONE, "accept-encoding", "gzip");
            wire.answer.await(answer -> unzipped(answer).equals("first"));
            Wire.get(version, STACK, "/release");
            wire.answer.awaitEnd();
            assertThat(unzipped(wire.answer)).isEqualTo("firstlast");
        }
    }

    /// What can be read of it so far.
    private static String unzipped(Answer answer) {
        StringBuilder text = new StringBuilder();
        try (GZIPInputStream gzip = new GZIPInputStream(new ByteArrayInputStream(answer.bytes()))) {
            for (int octet = gzip.read(); octet >= 0; octet = gzip.read()) {
                text.append((char) octet);
            }
        } catch (IOException unfinished) {
            assertThat(answer.end()).isEqualTo(Answer.End.OPEN);
        }
        return text.toString();
    }

    // --- the other ports ---

    @ParameterizedTest
    @EnumSource(Version.class)
    void requestsOverTlsAreRelayedAlike(Version version) throws Exception {
        try (Wire wire = Wire.overTls(version, STACK, "incoming-tls")) {
            wire.request("POST", "/raw", Wire.Body.FOLLOWS);
            wire.body("one,two");
            wire.endBody("x-sum", "1");
            assertThat(wire.answer.awaitEnd().text())
                    .contains("x-forwarded-proto: https\r\n", "x-forwarded-port: " + STACK.port("incoming-tls") + "\r\n")
                    .endsWith("\r\n\r\none,twox-sum: 1\r\n");
        }
    }

    @ParameterizedTest
    @CsvSource({"HTTP_1,GET,/,404", "HTTP_2,GET,/raw,404", "HTTP_1,GET,/health,200", "HTTP_2,GET,/health,200",
            "HTTP_1,POST,/v1/instances/00/ping,409", "HTTP_2,GET,/v1/instances/00/channels/00,409"})
    void controlPortKnowsNoAppAndNoStranger(Version version, String method, String target, int status) throws Exception {
        try (Wire wire = Wire.overTls(version, STACK, "control-tls")) {
            wire.request(method, target, Wire.Body.NONE, "authorization", "Bearer 00000000000000000000000000000000");
            assertThat(wire.answer.awaitEnd().status()).isEqualTo(status);
        }
    }

    @Test
    void neitherIdNorTokenOfAnInstanceShowsUp() throws Exception {
        for (Version version : Version.values()) {
            assertThat(raw(version, "GET", "/raw")).doesNotContainPattern("[0-9a-f]{32}");
            assertThat(Wire.get(version, STACK, "/odd-fields").headers().toString()).doesNotContainPattern("[0-9a-f]{32}");
        }
        assertThat(STACK.output()).doesNotContainPattern("[^0-9a-f][0-9a-f]{32}[^0-9a-f]").doesNotContain("Bearer");
    }
}
