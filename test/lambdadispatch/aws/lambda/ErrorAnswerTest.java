// SPDX-License-Identifier: MIT
package lambdadispatch.aws.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import lambdadispatch.base.json.Json;
import lambdadispatch.http.message.Headers;
import lambdadispatch.invoke.InvokeFailure;
import lambdadispatch.support.FakeClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What is read of an error's head and body, and when its date corrects the clock.
class ErrorAnswerTest {
    private static final Instant NOW = Instant.parse("1994-11-06T08:49:37Z");
    private static final String DATE = "Sun, 06 Nov 1994 08:49:37 GMT";

    private static InvokeFailure read(Headers headers, String body) {
        return ErrorAnswer.read(400, headers, body.getBytes(StandardCharsets.UTF_8), NOW);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "Name | Name", "Name:http://internal/ | Name", "' Name :x' | Name", "com.amazon#Name | Name", "com.amazon#Name:http://x#y | Name",
        ":x | ''", "'' | ''", "#Name | Name"})
    void namesComeInManyForms(String type, String code) {
        assertThat(read(Headers.of("x-amzn-errortype", type), "").code()).isEqualTo(code);
        assertThat(read(new Headers(), Json.object("__type", type).write()).code()).isEqualTo(code);
        assertThat(read(new Headers(), Json.object("code", type).write()).code()).isEqualTo(code);
    }

    @Test
    void theHeadersNameWinsAndThenTheTypes() {
        String body = Json.object("__type", "B", "code", "C", "message", "m", "Message", "M", "Reason", "R").write();
        InvokeFailure failure = read(Headers.of("x-amzn-errortype", "A"), body);
        assertThat(failure.status()).isEqualTo(400);
        assertThat(failure.code()).isEqualTo("A");
        assertThat(failure.message()).isEqualTo("m");
        assertThat(failure.reason()).isEqualTo("R");
        assertThat(read(new Headers(), body).code()).isEqualTo("B");
        assertThat(read(new Headers(), Json.object("Message", "M").write()).message()).isEqualTo("M");
        assertThat(read(new Headers(), "{}").message()).isEmpty();
        assertThat(read(new Headers(), "{}").code()).isEmpty();
        assertThat(read(new Headers(), "{}").reason()).isEmpty();
    }

    @Test
    void aMessageIsKeptToItsThousandthCharacter() {
        assertThat(read(new Headers(), Json.object("message", "x".repeat(1_000)).write()).message()).hasSize(1_000);
        assertThat(read(new Headers(), Json.object("message", "x".repeat(1_001)).write()).message()).hasSize(1_000);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "0 | PT0S", "7 | PT7S", "999999999 | PT277777H46M39S", "1234567890 | PT0S", "-1 | PT0S", "1.5 | PT0S",
        "Sun, 06 Nov 1994 08:50:37 GMT | PT1M", "Sun, 06 Nov 1994 08:49:36 GMT | PT-1S", "soon | PT0S"})
    void aPauseIsSecondsOrADate(String value, Duration pause) {
        assertThat(read(Headers.of("retry-after", value), "").retryAfter()).isEqualTo(pause);
        assertThat(read(new Headers(), Json.object("retryAfterSeconds", value).write()).retryAfter()).isEqualTo(pause);
        assertThat(read(Headers.of("retry-after", value), Json.object("retryAfterSeconds", "5").write()).retryAfter()).isEqualTo(pause);
    }

    @Test
    void noPauseIsNone() {
        assertThat(read(new Headers(), "{}").retryAfter()).isZero();
        assertThat(read(new Headers(), "").retryAfter()).isZero();
    }

    private static InvokeFailure failure(String code, String message) {
        return new InvokeFailure(403, code, message, "", Duration.ZERO);
    }

    @ParameterizedTest
    @CsvSource({"240, true", "239, false", "-240, true", "-239, false", "0, false", "86400, true"})
    void aClockThatIsFourMinutesOffExplainsARefusal(long seconds, boolean corrected) {
        FakeClock local = new FakeClock(NOW.plusSeconds(seconds));
        ServerClock clock = new ServerClock(local);
        assertThat(clock.now()).isEqualTo(local.now());
        InvokeFailure failure = failure("RequestTimeTooSkewed", "");
        assertThat(clock.correct(failure, Headers.of("date", DATE))).isEqualTo(corrected);
        assertThat(clock.now()).isEqualTo(corrected ? NOW : local.now());
        assertThat(clock.correct(failure, Headers.of("date", DATE))).as("once").isFalse();
        local.advance(Duration.ofSeconds(7));
        assertThat(clock.now()).as("it goes on").isEqualTo((corrected ? NOW : NOW.plusSeconds(seconds)).plusSeconds(7));
    }

    @ParameterizedTest
    @CsvSource({"RequestTimeTooSkewed, any, true", "RequestExpired, any, true", "RequestInTheFuture, any, true",
            "InvalidSignatureException, Signature expired: x, true", "SignatureDoesNotMatch, Signature not yet current: x, true",
            "AuthFailure, Signature expired: x, true", "AuthFailure, other, false", "InvalidSignatureException, does not match, false",
            "AccessDeniedException, Signature expired: x, false"})
    void onlyARefusalForItsTimeCorrectsTheClock(String code, String message, boolean corrected) {
        ServerClock clock = new ServerClock(new FakeClock(NOW.plusSeconds(3600)));
        assertThat(clock.correct(failure(code, message), Headers.of("date", DATE))).isEqualTo(corrected);
        ServerClock other = new ServerClock(new FakeClock(NOW.plusSeconds(3600)));
        assertThat(other.correct(failure(code, message), new Headers())).as("without a date").isFalse();
        assertThat(other.correct(failure(code, message), Headers.of("date", "noon"))).isFalse();
        assertThat(other.now()).isEqualTo(NOW.plusSeconds(3600));
    }
}
