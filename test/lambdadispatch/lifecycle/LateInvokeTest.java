// SPDX-License-Identifier: MIT
package lambdadispatch.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.ServiceLoader;
import lambdadispatch.invoke.FunctionInvoker;
import lambdadispatch.invoke.InvokeResult;
import lambdadispatch.protocol.ControlPaths;
import lambdadispatch.protocol.HeadLimits;
import lambdadispatch.protocol.InvokePayload;
import lambdadispatch.support.Stack;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A payload of this very second for which the router does not wait, as it is when Lambda tries an event again whose first invocation is
/// over.
@Timeout(120)
class LateInvokeTest {
    @TempDir
    Path home;

    @Test
    void invokeThatTheRouterDoesNotWaitForReturnsAtOnceAndTheEnvironmentServesTheNextOne() throws Exception {
        try (Stack stack = new Stack().instances(1).router("LAMBDA_DISPATCH_AllowInsecureControlChannel", "true").start();
                Calls calls = new Calls(stack);
                FunctionInvoker invoker = invoker(stack)) {
            InvokePayload late = new InvokePayload(Stack.FUNCTION, "0123456789abcdef", "http://127.0.0.1:" + stack.port("control"), 10,
                    Instant.now(), false, "token", "", ControlPaths.PROTOCOL_VERSION, true, HeadLimits.RELAYED_REQUEST_BYTES);
            InvokeResult result = invoker.invoke(Stack.FUNCTION, late.toJson());
            assertThat(result).isInstanceOfSatisfying(InvokeResult.Returned.class,
                    returned -> assertThat(new String(returned.payload(), StandardCharsets.UTF_8)).contains("\"SelfStaleRequest\""));
            assertThat(calls.get("/ping").body()).isEqualTo("pong");
            assertThat(stack.emulator().environments()).as("the same one").hasSize(1);
        }
    }

    private FunctionInvoker invoker(Stack stack) {
        FunctionInvoker each = ServiceLoader.load(FunctionInvoker.class).stream().map(ServiceLoader.Provider::get)
                .filter(provider -> provider.name().equals("sigv4")).findFirst().orElseThrow();
        each.configure(new HashMap<>(
                Map.of("HOME", home.toString(), "AWS_ACCESS_KEY_ID", "test", "AWS_SECRET_ACCESS_KEY", "test", "AWS_REGION", "us-east-1",
                "AWS_ENDPOINT_URL_LAMBDA", stack.emulator().endpoint().toString())));
        return each;
    }
}
