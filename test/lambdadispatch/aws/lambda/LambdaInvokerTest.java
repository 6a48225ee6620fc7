// SPDX-License-Identifier: MIT
package lambdadispatch.aws.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import lambdadispatch.base.json.Json;
import lambdadispatch.support.FakeService.Asked;
import lambdadispatch.support.FakeService.Manner;
import lambdadispatch.support.FakeService.Reply;
import lambdadispatch.support.FakeService;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class LambdaInvokerTest {
    @TempDir
    Path home;

    private static String date(Instant time) {
        return DateTimeFormatter.RFC_1123_DATE_TIME.format(time.atZone(ZoneOffset.UTC));
    }

    private static Reply error(int status, String type, String message, String... headers) {
        Reply reply = Reply.of(status, Json.object("message", message).write(), headers);
        reply.headers().put("x-amzn-errortype", type + ":http://internal.amazon.com/coral/x/");
        return reply;
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "f                                                                  | /2015-03-31/functions/f/invocations                                                        | eu-north-1",
            "f:live                                                             | /2015-03-31/functions/f/invocations?Qualifier=live                                         | eu-north-1",
            "f:$LATEST                                                          | /2015-03-31/functions/f/invocations?Qualifier=%24LATEST                                    | eu-north-1",
            "f:7                                                                | /2015-03-31/functions/f/invocations?Qualifier=7                                            | eu-north-1",
            "123456789012:function:f                                            | /2015-03-31/functions/123456789012%3Afunction%3Af/invocations                              | eu-north-1",
            "123456789012:function:f:live                                       | /2015-03-31/functions/123456789012%3Afunction%3Af/invocations?Qualifier=live               | eu-north-1",
            "arn:aws:lambda:ap-south-2:123456789012:function:f                  | /2015-03-31/functions/arn%3Aaws%3Alambda%3Aap-south-2%3A123456789012%3Afunction%3Af/invocations | ap-south-2",
            "arn:aws-cn:lambda:cn-north-1:123456789012:function:f:live          | /2015-03-31/functions/arn%3Aaws-cn%3Alambda%3Acn-north-1%3A123456789012%3Afunction%3Af/invocations?Qualifier=live | cn-north-1",
            "arn:aws-us-gov:lambda:us-gov-west-1:123456789012:function:f        | /2015-03-31/functions/arn%3Aaws-us-gov%3Alambda%3Aus-gov-west-1%3A123456789012%3Afunction%3Af/invocations | us-gov-west-1",
            "arn:aws-iso-b:lambda:us-isob-east-1:123456789012:function:f        | /2015-03-31/functions/arn%3Aaws-iso-b%3Alambda%3Aus-isob-east-1%3A123456789012%3Afunction%3Af/invocations | us-isob-east-1",
            "arn:aws-eusc:lambda:eusc-de-east-1:123456789012:function:f:$LATEST | /2015-03-31/functions/arn%3Aaws-eusc%3Alambda%3Aeusc-de-east-1%3A123456789012%3Afunction%3Af/invocations?Qualifier=%24LATEST | eusc-de-east-1"
    })
    void everyFormOfANameIsSentAsTheApiWantsIt(String function, String target, String region) throws IOException {
        try (FakeService service = new FakeService(_ -> Reply.ok("1")); Invoked invoked = new Invoked(home, service)) {
            invoked.invoke(function);
            Asked asked = service.asked().getFirst();
            assertThat(asked).hasToString("POST " + target);
            assertThat(asked.header("x-amz-invocation-type")).isEqualTo("RequestResponse");
            assertThat(asked.header("authorization")).contains("/" + region + "/lambda/aws4_request");
        }
    }

    @ParameterizedTest
    @CsvSource({"''", "a b", "f:", "f:a:b", "arn:aws:s3:::bucket", "arn:aws:lambda:eu-north-1:1:function:f", "12:function:f", "../x"})
    void whatIsNoNameIsRefusedWithoutAsking(String function) throws IOException {
        try (FakeService service = new FakeService(_ -> Reply.ok("1")); Invoked invoked = new Invoked(home, service)) {
            assertThat(invoked.invoke(function).toString()).contains("Refused")
                    .contains("not a function name, name:alias or function ARN: " + function);
            assertThat(service.asked()).isEmpty();
        }
    }

    @Test
    void answerIsTheFunctionsOrItsError() throws IOException {
        Reply[] reply = {Reply.ok("{\"a\":1}")};
        try (FakeService service = new FakeService(_ -> reply[0]); Invoked invoked = new Invoked(home, service)) {
            assertThat(invoked.result()).isEqualTo("returned {\"a\":1}");
            reply[0] = Reply.of(200, "{\"errorMessage\":\"Task timed out\"}", "X-Amz-Function-Error", "Unhandled");
            assertThat(invoked.result()).isEqualTo("function error Unhandled {\"errorMessage\":\"Task timed out\"}");
        }
    }

    @Test
    void retryAfterIsTakenFromHeaderDateOrBody() throws IOException {
        Reply[] reply = {Reply.of(429, "{\"Reason\":\"FunctionInvocationRateLimitExceeded\",\"retryAfterSeconds\":\"7\"}",
                "x-amzn-errortype", "TooManyRequestsException")};
        try (FakeService service = new FakeService(_ -> reply[0]); Invoked invoked = new Invoked(home, service)) {
            assertThat(invoked.result()).isEqualTo("throttled FunctionInvocationRateLimitExceeded PT7S");
            reply[0].headers().put("retry-after", "30");
            assertThat(invoked.result()).isEqualTo("throttled FunctionInvocationRateLimitExceeded PT30S");
            reply[0].headers().put("retry-after", "999999");
            assertThat(invoked.result()).isEqualTo("throttled FunctionInvocationRateLimitExceeded PT1H");
            reply[0].headers().put("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT");
            assertThat(invoked.result()).isEqualTo("throttled FunctionInvocationRateLimitExceeded PT0S");
            reply[0].headers().put("retry-after", "soon");
            assertThat(invoked.result()).isEqualTo("throttled FunctionInvocationRateLimitExceeded PT0S");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "RequestTimeTooSkewed       | The difference between the request time and the current time is too large. | 600",
        "InvalidSignatureException  | Signature expired: 20260101T000000Z is now earlier than 20260101T000100Z    | 600",
        "InvalidSignatureException  | Signature not yet current: 20260101T000000Z is still later than             | -7200"
    })
    void clockIsCorrectedOnceByTheServersDate(String type, String message, long secondsOff) throws IOException {
        Instant server = Instant.now();
        try (FakeService service =
                new FakeService(asked -> skewed(asked, server) ? error(403, type, message, "date", date(Instant.now())) : Reply.ok("1"));
                Invoked invoked = new Invoked(home, service, Invoked.clockOff(secondsOff))) {
            assertThat(invoked.result()).isEqualTo("returned 1");
            assertThat(invoked.result()).isEqualTo("returned 1");
            assertThat(service.asked()).hasSize(3); // the offset stays
        }
    }

    private static boolean skewed(Asked asked, Instant server) {
        Instant signed = Instant.from(DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmssX").parse(asked.header("x-amz-date")));
        return Math.abs(signed.getEpochSecond() - server.getEpochSecond()) > 300;
    }

    @Test
    void clockThatIsRightIsNotCorrectedAndWrongKeysAreNoMatterOfTime() throws IOException {
        Reply[] reply = {error(403, "RequestTimeTooSkewed", "too large", "date", date(Instant.now()))};
        try (FakeService service = new FakeService(_ -> reply[0]); Invoked invoked = new Invoked(home, service)) {
            assertThat(invoked.result()).isEqualTo("unavailable 403 RequestTimeTooSkewed too large");
            reply[0] = error(403, "InvalidSignatureException", "The request signature we calculated does not match", "date",
                    date(Instant.now().plusSeconds(9999)));
            assertThat(invoked.result()).startsWith("refused 403 InvalidSignatureException The request signature");
            reply[0] = error(403, "RequestTimeTooSkewed", "no date");
            assertThat(invoked.result()).isEqualTo("unavailable 403 RequestTimeTooSkewed no date");
            assertThat(service.asked()).hasSize(3);
        }
    }

    @Test
    void temporaryCredentialsThatAreRefusedAreReplacedOnce() throws IOException {
        int[] issued = {0};
        try (FakeService service = new FakeService(asked -> asked.target().startsWith("/keys")
                ? Reply.ok(Json.object("AccessKeyId", "K" + ++issued[0], "SecretAccessKey", "s", "Token", "t", "Expiration",
                        "2100-01-01T00:00:00Z").write())
                : asked.header("authorization").contains("Credential=K1/") ? error(403, "ExpiredTokenException", "expired")
                        : Reply.ok("1"));
                Invoked invoked = new Invoked(home, service).without("AWS_ACCESS_KEY_ID").without("AWS_SECRET_ACCESS_KEY")
                        .set("AWS_CONTAINER_CREDENTIALS_FULL_URI", service.uri() + "/keys")) {
            assertThat(invoked.result()).isEqualTo("returned 1");
            assertThat(issued[0]).isEqualTo(2);
        }
    }

    @Test
    void staticCredentialsThatAreRefusedStayRefused() throws IOException {
        try (FakeService service = new FakeService(_ -> error(403, "ExpiredTokenException", "expired"));
                Invoked invoked = new Invoked(home, service)) {
            assertThat(invoked.result()).isEqualTo("refused 403 ExpiredTokenException expired");
            assertThat(service.asked()).hasSize(1);
        }
    }

    @Test
    void credentialsThatCanNotBeHadSayWhetherItIsWorthWaiting() throws IOException {
        int[] status = {400};
        try (FakeService service = new FakeService(_ -> Reply.of(status[0], ""));
                Invoked invoked = new Invoked(home, service).without("AWS_ACCESS_KEY_ID").without("AWS_SECRET_ACCESS_KEY")
                        .set("AWS_CONTAINER_CREDENTIALS_FULL_URI", service.uri() + "/keys")) {
            assertThat(invoked.result()).startsWith("refused 0 Credentials container credentials endpoint answered 400");
            status[0] = 500;
            assertThat(invoked.result()).startsWith("unavailable 0 Credentials container credentials endpoint answered 500");
        }
    }

    @Test
    void noAnswerIsAnIOException() {
        try (FakeService service = new FakeService(_ -> Reply.ok("{}").in(Manner.RESET)); Invoked invoked = new Invoked(home, service)) {
            assertThatThrownBy(invoked::result).isInstanceOf(IOException.class);
        }
    }

    @Test
    void answerThatBreaksOffOrIsTooLongStillSaysThatTheInvocationIsOver() throws IOException {
        Reply[] reply = {Reply.ok("{\"a\":\"bcdefgh\"}").in(Manner.CUT)};
        try (FakeService service = new FakeService(_ -> reply[0]); Invoked invoked = new Invoked(home, service)) {
            assertThat(invoked.result()).isEqualTo("returned ");
            reply[0] = Reply.ok("x".repeat(64 << 10));
            assertThat(invoked.result()).hasSize("returned ".length() + (64 << 10));
            reply[0] = Reply.ok("x".repeat((64 << 10) + 1));
            assertThat(invoked.result()).isEqualTo("returned ");
            reply[0] = Reply.of(200, "x".repeat(6 << 20), "X-Amz-Function-Error", "Unhandled");
            assertThat(invoked.result()).isEqualTo("function error Unhandled ");
        }
    }

    @Test
    void regionIsAskedOfTheInstanceOnceWhereNothingElseSaysIt() throws IOException {
        try (FakeService service = new FakeService(asked -> switch (asked.method() + " " + asked.target()) {
            case "PUT /latest/api/token" -> Reply.ok("TOKEN");
            case "GET /latest/meta-data/placement/region" -> Reply.ok("eu-west-3\n");
            default -> Reply.ok("1");
        }); Invoked invoked = new Invoked(home, service).without("AWS_REGION").set("AWS_EC2_METADATA_DISABLED", "false")
                .set("AWS_EC2_METADATA_SERVICE_ENDPOINT", service.uri())) {
            invoked.invoke("f");
            invoked.invoke("f");
            List<Asked> asked = service.asked();
            assertThat(asked).hasSize(4);
            assertThat(asked.getLast().header("authorization")).contains("/eu-west-3/lambda/");
        }
    }

    @Test
    void withoutAnyRegionTheInvokeIsRefusedClearly() throws IOException {
        try (FakeService service = new FakeService(_ -> Reply.ok("1"));
                Invoked invoked = new Invoked(home, service).without("AWS_REGION")) {
            assertThat(invoked.result()).startsWith("refused 0 Configuration AWS_REGION is not set");
        }
    }

    @Test
    void eachInvokeHasAConnectionOfItsOwnAndSaysSo() throws IOException {
        try (FakeService service = new FakeService(_ -> Reply.ok("1")); Invoked invoked = new Invoked(home, service)) {
            for (int i = 0; i < 20; i++) {
                invoked.invoke("f");
            }
            assertThat(service.connections()).isEqualTo(20);
            assertThat(service.asked()).allMatch(asked -> asked.header("connection").equals("close"));
        }
    }

    /// Whether Lambda took it nobody knows then: a second one would be an environment that the cost guard has not seen.
    @ParameterizedTest
    @CsvSource({"RESET, 0", "RESET, 300", "CUT, 0", "CUT, 300"})
    void invokeWhoseConnectionIsLostIsNotSentAgain(Manner manner, long worksForMillis) throws Exception {
        AtomicInteger count = new AtomicInteger();
        try (FakeService service = new FakeService(_ -> {
            if (count.getAndIncrement() % 2 == 0) {
                return Reply.ok("1"); // a connection that might be kept
            }
            LockSupport.parkNanos(Duration.ofMillis(worksForMillis).toNanos());
            return Reply.ok("").in(manner);
        }); Invoked invoked = new Invoked(home, service)) {
            for (int i = 0; i < 3; i++) {
                assertThat(invoked.result()).isEqualTo("returned 1");
                assertThatThrownBy(invoked::result).isInstanceOf(IOException.class);
            }
            assertThat(service.asked()).hasSize(6);
        }
    }

    @Test
    void theLongestFunctionIsWaitedForToItsEnd() {
        assertThat(LambdaInvoker.LONGEST_INVOKE).as("Lambda's own limit, and the way back").isGreaterThan(Duration.ofMinutes(15));
    }

    @Test
    void credentialsAreAskedForBeforeTheFirstInvoke() {
        try (FakeService service = new FakeService(_ -> Reply.of(500, ""));
                Invoked invoked = new Invoked(home, service).without("AWS_ACCESS_KEY_ID")
                .without("AWS_SECRET_ACCESS_KEY").set("AWS_CONTAINER_CREDENTIALS_FULL_URI", service.uri() + "/keys")) {
            invoked.configure();
            while (service.asked().isEmpty()) {
                Thread.yield();
            }
            assertThat(service.asked().getFirst()).hasToString("GET /keys");
        }
    }

    @Test
    void onceClosedNeitherLambdaNorACredentialsServiceIsAsked() throws IOException {
        try (FakeService service = new FakeService(_ -> Reply.ok("1")); Invoked keys = new Invoked(home, service);
                Invoked metadata = new Invoked(home, service).without("AWS_ACCESS_KEY_ID").without("AWS_SECRET_ACCESS_KEY")
                        .set("AWS_CONTAINER_CREDENTIALS_FULL_URI", service.uri() + "/keys")) {
            keys.invoke("f");
            keys.close();
            assertThatThrownBy(() -> keys.invoke("f")).isInstanceOf(IOException.class).hasMessageContaining("closed");
            metadata.configure();
            metadata.close();
            String result;
            do { // what was under way when it was closed may still be answered
                result = metadata.result();
            } while (!result.contains("client is closed"));
            assertThat(result).startsWith("unavailable 0 Credentials container credentials endpoint");
        }
    }

    @Test
    void manyInvokesWaitAtOnce() throws Exception {
        CountDownLatch all = new CountDownLatch(500);
        try (FakeService service = new FakeService(_ -> {
            all.countDown();
            await(all);
            return Reply.ok("1");
        }); Invoked invoked = new Invoked(home, service)) {
            List<FutureTask<String>> tasks = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                FutureTask<String> task = new FutureTask<>(invoked::result);
                tasks.add(task);
                Thread.ofVirtual().start(task);
            }
            for (FutureTask<String> task : tasks) {
                assertThat(task.get()).isEqualTo("returned 1");
            }
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void faultsOfTheSettingsStopTheStart() throws IOException {
        Path bundle = Files.writeString(home.resolve("ca.pem"), "");
        for (Map.Entry<String, String> fault : Map
                .of("AWS_ENDPOINT_URL", "nonsense", "AWS_PROFILE", "none", "AWS_CA_BUNDLE", bundle.toString()).entrySet()) {
            try (Invoked invoked = new Invoked(home, null).set(fault.getKey(), fault.getValue())) {
                assertThatThrownBy(invoked::result).isInstanceOf(IllegalArgumentException.class)
                        .hasMessageStartingWith(fault.getKey() + "=" + fault.getValue() + ": ");
            }
        }
    }
}
