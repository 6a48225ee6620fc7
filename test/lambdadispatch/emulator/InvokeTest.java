// SPDX-License-Identifier: MIT
package lambdadispatch.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import lambdadispatch.aws.Credentials;
import lambdadispatch.aws.SigV4Signer;
import lambdadispatch.emulator.api.InvokeFaults;
import lambdadispatch.http.message.Headers;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// What a caller of the Invoke API sees. One emulator for all; each test leaves it as it was.
class InvokeTest {
    private static Lambda lambda;

    @BeforeAll
    static void start() throws IOException {
        lambda = new Lambda(Lambda.Setup.USUAL);
    }

    @AfterAll
    static void stop() {
        lambda.close();
    }

    @Test
    void payloadGoesThroughRealProcessesAndBack() throws IOException {
        Lambda.Answer answer = lambda.invoke("{\"a\":\"ü\"}");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("{\"a\":\"ü\"}");
        assertThat(answer.headers().get("x-amz-executed-version")).isEqualTo("$LATEST");
        assertThat(answer.headers().get("x-amzn-requestid")).hasSize(36);
        assertThat(answer.headers().get("x-amz-function-error")).isNull();
    }

    @Test
    void logTailHoldsLambdasLines() throws IOException {
        Lambda.Answer answer = lambda.invoke("{}", "X-Amz-Log-Type", "Tail");

        String log = new String(Base64.getDecoder().decode(answer.headers().get("x-amz-log-result")), StandardCharsets.UTF_8);
        String id = answer.headers().get("x-amzn-requestid");
        assertThat(log).contains("START RequestId: " + id, "END RequestId: " + id, "REPORT RequestId: " + id, "Memory Size: 512 MB");
    }

    @Test
    void extensionSeesWhatLambdaSetsButNotWhatOnlyTheRuntimeSees() throws IOException {
        var seen = lambda.invoke("{\"do\":\"variables\"}").json();

        assertThat(seen.text("memory")).contains("512");
        assertThat(seen.text("handler")).isEmpty();
        assertThat(seen.text("port")).isPresent();
        assertThat(seen.number("deadline").orElse(0) - seen.number("now").orElse(0)).isBetween(18_000L, 20_000L);
    }

    @Test
    void errorThatTheRuntimeReportsIsAFunctionError() throws IOException {
        Lambda.Answer answer = lambda.invoke("{\"do\":\"error\"}");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.headers().get("x-amz-function-error")).isEqualTo("Unhandled");
        assertThat(answer.json().text("errorType")).contains("Oh");
    }

    @Test
    void responseOverSixMegabytesIsAFunctionErrorAndTheEnvironmentLivesOn() throws IOException {
        Lambda.Answer answer = lambda.invoke("{\"do\":\"big\"}");

        assertThat(answer.headers().get("x-amz-function-error")).isEqualTo("Unhandled");
        assertThat(answer.json().text("errorType")).contains("Function.ResponseSizeTooLarge");
        assertThat(lambda.invoke("1").body()).isEqualTo("1");
    }

    @Test
    void responseToAnInvocationThatIsNotRunningIsRefused() throws IOException {
        assertThat(lambda.invoke("{\"do\":\"wrong-id\"}").json().text("errorType")).contains("InvalidRequestID");
    }

    @Test
    void requestOverSixMegabytesIs413() throws IOException {
        Lambda.Answer answer = lambda.invoke("\"" + "x".repeat(6_291_455) + "\"");

        assertThat(answer.status()).isEqualTo(413);
        assertThat(answer.headers().get("x-amzn-errortype")).isEqualTo("RequestTooLargeException");
        assertThat(lambda.invoke("\"" + "x".repeat(6_291_454) + "\"").status()).isEqualTo(200);
    }

    @Test
    void payloadThatIsNoJsonIs400() throws IOException {
        Lambda.Answer answer = lambda.invoke("{\"a\":");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.headers().get("x-amzn-errortype")).isEqualTo("InvalidRequestContentException");
    }

    @Test
    void functionMayBeNamedByArnAndQualifier() throws IOException {
        assertThat(lambda.invokeFunction("arn%3Aaws%3Alambda%3Aeu-north-1%3A123456789012%3Afunction%3Afake%3Alive", "1").status())
                .isEqualTo(200);
        assertThat(lambda.send("POST", "/2015-03-31/functions/fake/invocations?Qualifier=7", "1").headers().get("x-amz-executed-version"))
                .isEqualTo("7");
        assertThat(lambda.send("POST", "/2015-03-31/functions/fake:live/invocations?Qualifier=7", "1").status()).isEqualTo(400);
    }

    @Test
    void unknownFunctionIs404() throws IOException {
        Lambda.Answer answer = lambda.invokeFunction("other", "{}");

        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.headers().get("x-amzn-errortype")).isEqualTo("ResourceNotFoundException");
        assertThat(answer.json().text("Message")).contains("Function not found: arn:aws:lambda:eu-north-1:123456789012:function:other");
    }

    @Test
    void dryRunRunsNothing() throws IOException {
        long before = lambda.emulator.bill().invocations();

        assertThat(lambda.invoke("{}", "X-Amz-Invocation-Type", "DryRun").status()).isEqualTo(204);
        assertThat(lambda.emulator.bill().invocations()).isEqualTo(before);
    }

    @Test
    void eventIsAcceptedBeforeItRuns() throws IOException {
        Lambda.Answer answer = lambda.invoke("{\"do\":\"sleep\",\"ms\":300}", "X-Amz-Invocation-Type", "Event");

        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.body()).isEmpty();
    }

    @Test
    void faultsAreAnsweredAsAwsDoes() throws IOException {
        assertThat(faulty("throttle")).isEqualTo("429 TooManyRequestsException FunctionInvocationRateLimitExceeded 1");
        assertThat(faulty("denied")).isEqualTo("403 AccessDeniedException null null");
        assertThat(faulty("missing")).isEqualTo("404 ResourceNotFoundException null null");
        assertThat(faulty("service")).isEqualTo("500 ServiceException null null");
        assertThat(faulty("ec2")).isEqualTo("502 EC2ThrottledException null null");
    }

    private static String faulty(String fault) throws IOException {
        lambda.emulator.faults(InvokeFaults.parse(fault));
        try {
            Lambda.Answer answer = lambda.invoke("{}");
            return answer.status() + " " + answer.headers().get("x-amzn-errortype") + " " + answer.json().text("Reason").orElse(null)
                    + " " + answer.headers().get("retry-after");
        } finally {
            lambda.emulator.faults(InvokeFaults.NONE);
        }
    }

    @Test
    void unreachableReplacesTheDispatchersAddress() throws IOException {
        lambda.emulator.faults(InvokeFaults.parse("unreachable"));
        try {
            assertThat(lambda.invoke("{\"Id\":\"1\",\"DispatcherUrl\": \"https://10.0.0.1:5004\"}").body())
                    .isEqualTo("{\"Id\":\"1\",\"DispatcherUrl\": \"http://127.0.0.1:9\"}");
        } finally {
            lambda.emulator.faults(InvokeFaults.NONE);
        }
    }

    @Test
    void requestThatIsNotSignedByTheKnownKeyIs403() throws IOException {
        String path = "/2015-03-31/functions/fake/invocations";
        byte[] body = "{}".getBytes(StandardCharsets.UTF_8);
        assertThat(refusal(lambda.sendAsIs("POST", path, body, new Headers()))).isEqualTo("403 MissingAuthenticationTokenException");
        assertThat(refusal(lambda.sendAsIs("POST", path, body, signed(path, body, new Credentials("AKIDEXAMPLE", "wrong", "")))))
                .isEqualTo("403 InvalidSignatureException");
        assertThat(refusal(lambda.sendAsIs("POST", path, body, signed(path, body, new Credentials("AKIDOTHER", "secret", "")))))
                .isEqualTo("403 UnrecognizedClientException");
    }

    @Test
    void signatureForAnotherRegionOrServiceIs403() throws IOException {
        String path = "/2015-03-31/functions/fake/invocations";
        byte[] body = "{}".getBytes(StandardCharsets.UTF_8);
        Credentials known = new Credentials("AKIDEXAMPLE", "secret", "");
        Lambda.Answer region = lambda.sendAsIs("POST", path, body, signed(path, body, known, new SigV4Signer("eu-west-1", "lambda")));
        assertThat(refusal(region)).isEqualTo("403 InvalidSignatureException");
        assertThat(region.json().text("message")).contains("Credential should be scoped to a valid region.");
        Lambda.Answer service = lambda.sendAsIs("POST", path, body, signed(path, body, known, new SigV4Signer("eu-north-1", "s3")));
        assertThat(refusal(service)).isEqualTo("403 InvalidSignatureException");
        assertThat(service.json().text("message")).contains("Credential should be scoped to correct service: 'lambda'.");
    }

    @Test
    void functionOfAnotherRegionOrAccountIsNotHere() throws IOException {
        Lambda.Answer region = lambda.invokeFunction("arn%3Aaws%3Alambda%3Aeu-west-1%3A123456789012%3Afunction%3Afake", "1");
        assertThat(refusal(region)).isEqualTo("404 ResourceNotFoundException");
        assertThat(region.json().text("message")).contains("Functions from 'eu-west-1' are not reachable in this region ('eu-north-1')");
        for (String foreign : new String[] {"arn%3Aaws%3Alambda%3Aeu-north-1%3A999999999999%3Afunction%3Afake",
                "999999999999%3Afunction%3Afake"}) {
            Lambda.Answer account = lambda.invokeFunction(foreign, "1");
            assertThat(refusal(account)).isEqualTo("403 AccessDeniedException");
            assertThat(account.json().text("message").orElse("")).contains("arn:aws:lambda:eu-north-1:999999999999:function:fake",
                    "no resource-based policy");
        }
    }

    private static Headers signed(String path, byte[] body, Credentials credentials) {
        return signed(path, body, credentials, new SigV4Signer("eu-north-1", "lambda"));
    }

    private static Headers signed(String path, byte[] body, Credentials credentials, SigV4Signer signer) {
        Headers headers = Headers.of("Host", lambda.emulator.endpoint().getAuthority());
        signer.sign("POST", path, "", headers, body, credentials, Instant.now());
        return headers;
    }

    private static String refusal(Lambda.Answer answer) {
        return answer.status() + " " + answer.headers().get("x-amzn-errortype");
    }

    @Test
    void adminPathsTellAndChange() throws IOException {
        lambda.invoke("{}");
        assertThat(lambda.send("GET", "/_emulator/status", null).json().items("functions")).hasSize(1);
        assertThat(lambda.send("GET", "/_emulator/billing", null).json().number("invocations").orElse(0)).isPositive();
        assertThat(lambda.send("POST", "/_emulator/faults", "throttle=0.5").json().text("faults")).contains("throttle=0.5");
        assertThat(lambda.send("POST", "/_emulator/faults", "throttle=2").status()).isEqualTo(400);
        assertThat(lambda.send("POST", "/_emulator/faults", "").json().text("faults")).contains("");
    }

    @Test
    void adminPathsAreNotForWebPages() throws IOException {
        assertThat(lambda.send("GET", "/_emulator/status", null, "Origin", "http://evil.example").status()).isEqualTo(403);
        assertThat(lambda.send("GET", "/_emulator/status", null, "Host", "evil.example:5051").status()).isEqualTo(403);
    }
}
