// SPDX-License-Identifier: MIT
package lambdadispatch.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.ServiceLoader;
import lambdadispatch.emulator.api.InvokeFaults;
import lambdadispatch.invoke.FunctionInvoker;
import lambdadispatch.invoke.InvokeResult;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The router's own invoker and what it makes of the emulator's answers, faults among them.
class InvokerAgainstEmulatorTest {
    @TempDir
    static Path home;

    private static Lambda lambda;
    private static FunctionInvoker invoker;

    @BeforeAll
    static void start() throws IOException {
        lambda = new Lambda(Lambda.Setup.USUAL);
        invoker = invoker("secret");
    }

    private static FunctionInvoker invoker(String secret) {
        FunctionInvoker each = ServiceLoader.load(FunctionInvoker.class).stream().map(ServiceLoader.Provider::get)
                .filter(provider -> provider.name().equals("sigv4")).findFirst().orElseThrow();
        each.configure(new HashMap<>(Map.of("HOME", home.toString(), "AWS_ACCESS_KEY_ID", "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY", secret,
                "AWS_REGION", "eu-north-1",
                "AWS_ENDPOINT_URL_LAMBDA", lambda.emulator.endpoint().toString())));
        return each;
    }

    @AfterAll
    static void stop() {
        invoker.close();
        lambda.close();
    }

    @AfterEach
    void mend() {
        lambda.emulator.faults(InvokeFaults.NONE);
    }

    private static InvokeResult invoke(String function, String payload) throws IOException {
        return invoker.invoke(function, payload.getBytes(StandardCharsets.UTF_8));
    }

    private static InvokeResult with(String fault) throws IOException {
        lambda.emulator.faults(InvokeFaults.parse(fault));
        return invoke(Lambda.FUNCTION, "{}");
    }

    @Test
    void everyFormOfTheNameReachesTheFunction() throws IOException {
        for (String name : new String[] {"fake", "fake:live", "fake:$LATEST", "123456789012:function:fake",
                "arn:aws:lambda:eu-north-1:123456789012:function:fake:7"}) {
            assertThat(invoke(name, "{\"a\":\"ü\"}")).isInstanceOfSatisfying(InvokeResult.Returned.class,
                    returned -> assertThat(new String(returned.payload(), StandardCharsets.UTF_8)).isEqualTo("{\"a\":\"ü\"}"));
        }
    }

    @Test
    void errorOfTheFunctionIsOne() throws IOException {
        assertThat(invoke("fake", "{\"do\":\"error\"}")).isInstanceOfSatisfying(InvokeResult.FunctionError.class, error -> {
            assertThat(error.kind()).isEqualTo("Unhandled");
            assertThat(new String(error.payload(), StandardCharsets.UTF_8)).contains("errorType");
        });
        assertThat(with("function")).isInstanceOf(InvokeResult.FunctionError.class);
    }

    @Test
    void faultsAreMappedToWhatTheRouterDoes() throws IOException {
        assertThat(with("throttle")).isEqualTo(new InvokeResult.Throttled("FunctionInvocationRateLimitExceeded", Duration.ofSeconds(1)));
        assertThat(with("denied")).isInstanceOfSatisfying(InvokeResult.Refused.class,
                refused -> assertThat(refused.code()).isEqualTo("AccessDeniedException"));
        assertThat(with("missing")).isInstanceOfSatisfying(InvokeResult.Refused.class,
                refused -> assertThat(refused.status()).isEqualTo(404));
        assertThat(with("service")).isInstanceOfSatisfying(InvokeResult.Unavailable.class,
                gone -> assertThat(gone.code()).isEqualTo("ServiceException"));
        assertThat(with("ec2")).isInstanceOfSatisfying(InvokeResult.Unavailable.class,
                gone -> assertThat(gone.code()).isEqualTo("EC2ThrottledException"));
        assertThatThrownBy(() -> with("drop")).isInstanceOf(IOException.class);
    }

    @Test
    void whatTheEmulatorRefusesByItselfIsRefused() throws IOException {
        assertThat(invoke("other", "{}")).isInstanceOfSatisfying(InvokeResult.Refused.class,
                refused -> assertThat(refused.code()).isEqualTo("ResourceNotFoundException"));
        assertThat(invoke("fake", "{")).isInstanceOfSatisfying(InvokeResult.Refused.class,
                refused -> assertThat(refused.code()).isEqualTo("InvalidRequestContentException"));
        try (FunctionInvoker stranger = invoker("wrong")) {
            assertThat(stranger.invoke("fake", new byte[] {'1'})).isInstanceOfSatisfying(InvokeResult.Refused.class,
                    refused -> assertThat(refused.code()).isEqualTo("InvalidSignatureException"));
        }
    }
}
