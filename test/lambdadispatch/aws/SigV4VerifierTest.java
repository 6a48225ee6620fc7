// SPDX-License-Identifier: MIT
package lambdadispatch.aws;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import lambdadispatch.aws.SigV4Verifier.Verdict;
import lambdadispatch.http.message.HeaderName;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.message.Request;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What the verifier takes and what it refuses: requests that our signer signed, each with one thing changed. And how a query is put in
/// order.
class SigV4VerifierTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final Credentials KEYS = new Credentials("AKID", "SECRET", "");
    private static final byte[] BODY = "{}".getBytes(StandardCharsets.UTF_8);
    private static final HeaderName AUTHORIZATION = HeaderName.of("authorization");

    private final SigV4Verifier verifier = new SigV4Verifier(KEYS);

    private static Headers signed(Credentials keys, String... more) {
        Headers headers = Headers.of("Host", "lambda.eu-north-1.amazonaws.com", "X-Extra", "one");
        headers.addAll(Headers.of(more));
        new SigV4Signer("eu-north-1", "lambda").sign("POST", "/a", "b=c", headers, BODY, keys, NOW);
        return headers;
    }

    private static Request request(Headers headers) {
        return new Request("POST", "/a?b=c", "https", "", headers, BODY.length, 11);
    }

    private Verdict verdict(Headers headers) {
        return verifier.verify(request(headers), BODY, NOW);
    }

    @Test
    void whatOurSignerSignedIsValid() {
        assertThat(verdict(signed(KEYS))).isEqualTo(Verdict.VALID);
    }

    @Test
    void aSignatureIsMissingOrIncompleteOrOfAnotherKey() {
        assertThat(verdict(new Headers())).isEqualTo(Verdict.MISSING);
        assertThat(verdict(signed(new Credentials("OTHER", "SECRET", "")))).isEqualTo(Verdict.UNKNOWN_KEY);
        Headers noDate = signed(KEYS);
        noDate.remove(HeaderName.of("x-amz-date"));
        assertThat(verdict(noDate)).isEqualTo(Verdict.INCOMPLETE);
        Headers otherDay = signed(KEYS);
        otherDay.set(HeaderName.of("x-amz-date"), "20260302T120000Z");
        assertThat(verdict(otherDay)).as("the scope names another day").isEqualTo(Verdict.INCOMPLETE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Basic abc", "AWS4-HMAC-SHA256",
            "AWS4-HMAC-SHA256 Credential=AKID/20260301/eu-north-1/lambda/aws4_request, SignedHeaders=host, Signature=12"})
    void anAuthorizationOfAnotherFormIsIncomplete(String authorization) {
        Headers headers = signed(KEYS);
        headers.set(AUTHORIZATION, authorization);
        assertThat(verdict(headers)).isEqualTo(Verdict.INCOMPLETE);
    }

    @Test
    void aHeaderThatIsSignedMustBeThereAndHostMustBeSigned() {
        Headers without = signed(KEYS);
        without.remove(HeaderName.of("x-extra"));
        assertThat(verdict(without)).isEqualTo(Verdict.INCOMPLETE);
        Headers hostless = signed(KEYS);
        hostless.set(AUTHORIZATION, hostless.get(AUTHORIZATION).replace("SignedHeaders=host;", "SignedHeaders="));
        assertThat(verdict(hostless)).isEqualTo(Verdict.INCOMPLETE);
    }

    @Test
    void theHostMayBeTheAuthority() {
        Headers headers = signed(KEYS);
        headers.remove(HeaderName.HOST);
        Request request = new Request("POST", "/a?b=c", "https", "lambda.eu-north-1.amazonaws.com", headers, BODY.length, 20);
        assertThat(verifier.verify(request, BODY, NOW)).isEqualTo(Verdict.VALID);
        Request other = new Request("POST", "/a?b=c", "https", "elsewhere", headers, BODY.length, 20);
        assertThat(verifier.verify(other, BODY, NOW)).isEqualTo(Verdict.MISMATCH);
    }

    @Test
    void anythingElseThatChangesIsAMismatch() {
        Headers changed = signed(KEYS);
        changed.set(HeaderName.of("x-extra"), "two");
        assertThat(verdict(changed)).isEqualTo(Verdict.MISMATCH);
        Headers twice = signed(KEYS);
        twice.add("X-Extra", "two");
        assertThat(verdict(twice)).isEqualTo(Verdict.MISMATCH);
        assertThat(verifier.verify(request(signed(KEYS)), "{ }".getBytes(StandardCharsets.UTF_8), NOW)).isEqualTo(Verdict.MISMATCH);
        assertThat(verdict(signed(new Credentials("AKID", "OTHER", "")))).isEqualTo(Verdict.MISMATCH);
        Headers headers = signed(KEYS);
        assertThat(verifier.verify(new Request("PUT", "/a?b=c", "https", "", headers, 2, 11), BODY, NOW)).isEqualTo(Verdict.MISMATCH);
        assertThat(verifier.verify(new Request("POST", "/b?b=c", "https", "", headers, 2, 11), BODY, NOW)).isEqualTo(Verdict.MISMATCH);
        assertThat(verifier.verify(new Request("POST", "/a?b=d", "https", "", headers, 2, 11), BODY, NOW)).isEqualTo(Verdict.MISMATCH);
    }

    @ParameterizedTest
    @CsvSource({"0, VALID", "300, VALID", "-300, VALID", "301, SKEWED", "-301, SKEWED"})
    void aSignatureHoldsForFiveMinutes(long seconds, Verdict expected) {
        assertThat(verifier.verify(request(signed(KEYS)), BODY, NOW.plus(Duration.ofSeconds(seconds)))).isEqualTo(expected);
    }

    @Test
    void aDateThatIsNoneIsSkewed() {
        Headers headers = Headers.of("Host", "x", "X-Amz-Date", "20260301T996000Z");
        SigV4Signer signer = new SigV4Signer("eu-north-1", "lambda");
        CanonicalRequest canonical = signer.canonical("POST", "/a", "b=c", headers, SigV4Signer.sha256(BODY));
        headers.add("Authorization",
                "AWS4-HMAC-SHA256 Credential=AKID/20260301/eu-north-1/lambda/aws4_request, SignedHeaders=host;x-amz-date, Signature="
                + signer.signature(canonical, "SECRET", "20260301T996000Z"));
        assertThat(verdict(headers)).isEqualTo(Verdict.SKEWED);
    }

    @Test
    void aBodyThatIsNotSignedMayBeAny() {
        Headers headers = Headers.of("Host", "x", "X-Amz-Date", "20260301T120000Z", "x-amz-content-sha256", "UNSIGNED-PAYLOAD");
        SigV4Signer signer = new SigV4Signer("eu-north-1", "s3");
        CanonicalRequest canonical = signer.canonical("POST", "/a", "b=c", headers, "UNSIGNED-PAYLOAD");
        headers.add("Authorization",
                "AWS4-HMAC-SHA256 Credential=AKID/20260301/eu-north-1/s3/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature="
                + signer.signature(canonical, "SECRET", "20260301T120000Z"));
        assertThat(verdict(headers)).isEqualTo(Verdict.VALID);
    }

    @ParameterizedTest
    @CsvSource({
        "a=2&a=1, a=1&a=2", // values of one name are sorted, too
        "b=1&a=2&a=10&a, a=&a=10&a=2&b=1",
        "=x&a, =x&a=",
        "a==&b, a=%3D&b=",
        "&&a=1&&, a=1",
        "a=%41%7e%2f, a=A~%2F",
        "a=%4&b=%&c=%zz&d=%0a&e=%a0, a=%254&b=%25&c=%25zz&d=%0A&e=%EF%BF%BD",
        "A=1&a=1&_=1, A=1&_=1&a=1"
    })
    void theQueryIsSortedByNameThenValueAndEncodedAnew(String query, String canonical) {
        CanonicalRequest request =
                CanonicalRequest.of(new CanonicalRequest.Input("GET", "/", query, Headers.of("host", "x"), "hash", true));
        assertThat(request.text().split("\n")[2]).isEqualTo(canonical);
    }

    @Test
    void octetsThatAreNoHexAreKeptWhenDecoding() {
        assertThat(UriEncoding.decode("%4")).isEqualTo("%4");
        assertThat(UriEncoding.decode("%")).isEqualTo("%");
        assertThat(UriEncoding.decode("a%41")).isEqualTo("aA");
        assertThat(UriEncoding.decode("%0g%g0%09%30")).isEqualTo("%0g%g0\t0");
    }

    @Test
    void aScopeThatIsAnothersIsNamed() {
        Request request = request(signed(KEYS));
        assertThat(new SigV4Verifier(KEYS, "eu-north-1", "lambda").verify(request, BODY, NOW)).isEqualTo(Verdict.VALID);
        assertThat(new SigV4Verifier(KEYS, "eu-west-1", "lambda").verify(request, BODY, NOW)).isEqualTo(Verdict.OTHER_REGION);
        assertThat(new SigV4Verifier(KEYS, "eu-north-1", "sts").verify(request, BODY, NOW)).isEqualTo(Verdict.OTHER_SERVICE);
    }
}
