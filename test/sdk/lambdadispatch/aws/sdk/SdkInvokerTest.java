// SPDX-License-Identifier: MIT
package lambdadispatch.aws.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.LockSupport;
import lambdadispatch.invoke.FunctionInvoker;
import lambdadispatch.invoke.InvokeFailure;
import lambdadispatch.invoke.InvokeResult;
import lambdadispatch.support.FakeService;
import lambdadispatch.support.FakeService.Asked;
import lambdadispatch.support.FakeService.Manner;
import lambdadispatch.support.FakeService.Reply;
import lambdadispatch.support.SocketTimers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The SDK behind our interface, against a service that answers as told.
@Timeout(60)
class SdkInvokerTest {
    private static final Map<String, String> PROPERTIES =
            Map.of("aws.accessKeyId", "AKID", "aws.secretAccessKey", "SECRET", "aws.region", "eu-north-1");

    private volatile Reply reply = Reply.ok("1");
    private volatile Duration worksFor = Duration.ZERO;
    private final FakeService service = new FakeService(_ -> {
        LockSupport.parkNanos(worksFor.toNanos());
        return reply;
    });
    private final FunctionInvoker invoker = ServiceLoader.load(FunctionInvoker.class).stream().map(ServiceLoader.Provider::get)
            .filter(each -> each.name().equals("sdk")).findFirst().orElseThrow();

    @BeforeEach
    void start() {
        PROPERTIES.forEach(System::setProperty);
        invoker.configure(Map.of("AWS_LAMBDA_SERVICE_URL", service.uri().toString()));
    }

    @AfterEach
    void stop() {
        PROPERTIES.keySet().forEach(System::clearProperty);
        invoker.close();
        service.close();
    }

    private InvokeResult invoke(String function) throws IOException {
        return invoker.invoke(function, "{\"a\":1}".getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "f:live                                                    | /2015-03-31/functions/f/invocations?Qualifier=live | eu-north-1",
            "123456789012:function:f                                   | /2015-03-31/functions/123456789012%3Afunction%3Af/invocations | eu-north-1",
            "arn:aws-cn:lambda:cn-north-1:123456789012:function:f:$LATEST | /2015-03-31/functions/arn%3Aaws-cn%3Alambda%3Acn-north-1%3A123456789012%3Afunction%3Af/invocations?Qualifier=%24LATEST | cn-north-1"
    })
    void requestIsTheSameAsOurs(String function, String target, String region) throws IOException {
        invoke(function);
        Asked asked = service.asked().getFirst();
        assertThat(asked).hasToString("POST " + target);
        assertThat(asked.body()).isEqualTo("{\"a\":1}");
        assertThat(asked.header("authorization")).contains("/" + region + "/lambda/aws4_request");
    }

    @Test
    void answerIsTheFunctionsOrItsError() throws IOException {
        reply = Reply.ok("{\"b\":2}");
        assertThat(invoke("f")).isInstanceOfSatisfying(InvokeResult.Returned.class,
                returned -> assertThat(new String(returned.payload())).isEqualTo("{\"b\":2}"));
        reply = Reply.of(200, "{}", "X-Amz-Function-Error", "Unhandled");
        assertThat(invoke("f")).isInstanceOfSatisfying(InvokeResult.FunctionError.class,
                error -> assertThat(error.kind()).isEqualTo("Unhandled"));
    }

    @Test
    void everyErrorOfTheTableIsMappedAndNothingIsTriedAgain() throws IOException {
        int asked = 0;
        for (Map.Entry<String, InvokeFailure.Action> row : new HashMap<>(InvokeFailure.actions()).entrySet()) {
            reply = Reply.of(400, "{\"message\":\"because\"}", "x-amzn-errortype", row.getKey());
            InvokeResult result = invoke("f");
            switch (row.getValue()) {
                case WAIT -> assertThat(result).isInstanceOf(InvokeResult.Throttled.class);
                case RETRY -> assertThat(result).isEqualTo(new InvokeResult.Unavailable(400, row.getKey(), "because"));
                case FAIL -> assertThat(result).isEqualTo(new InvokeResult.Refused(400, row.getKey(), "because"));
            }
            boolean ofTheClock = row.getKey().matches("RequestTimeTooSkewed|RequestExpired|RequestInTheFuture|InvalidSignatureException");
            asked += ofTheClock ? 2 : 1;
            assertThat(service.asked()).hasSize(asked);
        }
    }

    @Test
    void retryAfterIsKept() throws IOException {
        reply = Reply.of(429, "{\"Reason\":\"ReservedFunctionConcurrentInvocationLimitExceeded\"}", "x-amzn-errortype",
                "TooManyRequestsException", "Retry-After", "9");
        assertThat(invoke("f"))
                .isEqualTo(new InvokeResult.Throttled("ReservedFunctionConcurrentInvocationLimitExceeded", Duration.ofSeconds(9)));
    }

    @Test
    void brokenConnectionIsAnIOException() {
        reply = Reply.ok("{}").in(Manner.RESET);
        assertThatThrownBy(() -> invoke("f")).isInstanceOf(IOException.class);
        assertThat(service.asked()).hasSize(1);
    }

    /// Whether Lambda took it nobody knows then: a second one would be an environment that the cost guard has not seen.
    @ParameterizedTest
    @ValueSource(longs = {0, 300})
    void invokeWhoseConnectionIsLostIsNotSentAgain(long worksForMillis) throws IOException {
        for (int i = 0; i < 3; i++) {
            reply = Reply.ok("1");
            worksFor = Duration.ZERO;
            assertThat(invoke("f")).isInstanceOf(InvokeResult.Returned.class);
            reply = Reply.ok("").in(Manner.RESET);
            worksFor = Duration.ofMillis(worksForMillis);
            assertThatThrownBy(() -> invoke("f")).isInstanceOf(IOException.class);
        }
        assertThat(service.asked()).hasSize(6);
        assertThat(service.connections()).as("a connection each").isEqualTo(6);
        assertThat(service.asked()).allMatch(asked -> asked.header("connection").equals("close"));
    }

    @Test
    void ofAnAnswerNoMoreIsKeptThanOursCanBeLong() throws IOException {
        reply = Reply.ok("x".repeat(64 << 10));
        assertThat(invoke("f")).isInstanceOfSatisfying(InvokeResult.Returned.class,
                returned -> assertThat(returned.payload()).hasSize(64 << 10));
        reply = Reply.ok("x".repeat((64 << 10) + 1));
        assertThat(invoke("f")).isInstanceOfSatisfying(InvokeResult.Returned.class, returned -> assertThat(returned.payload()).isEmpty());
        reply = Reply.of(200, "x".repeat(6 << 20), "X-Amz-Function-Error", "Unhandled");
        assertThat(invoke("f")).isInstanceOfSatisfying(InvokeResult.FunctionError.class, error -> assertThat(error.payload()).isEmpty());
    }

    @Test
    void silentConnectionIsProbedWellBeforePathsDropIt() throws Exception {
        reply = Reply.ok("{}").in(Manner.SILENT);
        FutureTask<InvokeResult> waiting = new FutureTask<>(() -> invoke("f"));
        Thread thread = Thread.ofVirtual().start(waiting);
        assertThat(SocketTimers.secondsToProbe(service.uri().getPort())).isBetween(0.0, 60.0);
        service.close();
        thread.join();
        assertThatThrownBy(waiting::get).hasRootCauseInstanceOf(IOException.class);
    }

    @Test
    void missingCredentialsAreRefusedClearly() throws IOException {
        System.clearProperty("aws.accessKeyId");
        System.setProperty("aws.disableEc2Metadata", "true");
        System.setProperty("aws.sharedCredentialsFile", "/nonexistent");
        System.setProperty("aws.configFile", "/nonexistent");
        try {
            assertThat(invoke("f")).isInstanceOfSatisfying(InvokeResult.Refused.class,
                    refused -> assertThat(refused.message()).contains("Unable to load credentials"));
        } finally {
            System.clearProperty("aws.disableEc2Metadata");
            System.clearProperty("aws.sharedCredentialsFile");
            System.clearProperty("aws.configFile");
        }
    }

    @Test
    void whatIsNoNameIsRefused() throws IOException {
        assertThat(invoke("a b")).isInstanceOf(InvokeResult.Refused.class);
        assertThatThrownBy(() -> new SdkInvoker().configure(Map.of("AWS_LAMBDA_SERVICE_URL", "nonsense")))
                .hasMessage("AWS_LAMBDA_SERVICE_URL=nonsense: an http or https URL");
    }
}
