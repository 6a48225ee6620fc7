// SPDX-License-Identifier: MIT
package lambdadispatch.aws.lambda;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import lambdadispatch.base.Clock;
import lambdadispatch.invoke.InvokeResult;
import lambdadispatch.support.FakeService;

/// An invoker with made-up settings, and what it makes of answers.
final class Invoked implements AutoCloseable {
    private final Map<String, String> variables = new HashMap<>();
    private final LambdaInvoker invoker;
    private boolean configured;

    Invoked(Path home, FakeService service) {
        this(home, service, Clock.SYSTEM);
    }

    Invoked(Path home, FakeService service, Clock clock) {
        invoker = new LambdaInvoker(clock);
        variables.putAll(Map.of("HOME", home.toString(), "AWS_EC2_METADATA_DISABLED", "true", "AWS_REGION", "eu-north-1",
                "AWS_ACCESS_KEY_ID", "AKID",
                "AWS_SECRET_ACCESS_KEY", "SECRET"));
        if (service != null) {
            variables.put("AWS_ENDPOINT_URL_LAMBDA", service.uri().toString());
        }
    }

    Invoked set(String variable, Object value) {
        variables.put(variable, value.toString());
        return this;
    }

    Invoked without(String variable) {
        variables.remove(variable);
        return this;
    }

    synchronized void configure() {
        if (!configured) {
            invoker.configure(variables);
            configured = true;
        }
    }

    InvokeResult invoke(String function) throws IOException {
        configure();
        return invoker.invoke(function, "{}".getBytes(StandardCharsets.UTF_8));
    }

    /// The result in words.
    String result() throws IOException {
        return switch (invoke("f")) {
            case InvokeResult.Returned returned -> "returned " + new String(returned.payload(), StandardCharsets.UTF_8);
        case InvokeResult.FunctionError error ->
            "function error " + error.kind() + " " + new String(error.payload(), StandardCharsets.UTF_8);
            case InvokeResult.Throttled throttled -> "throttled " + throttled.reason() + " " + throttled.retryAfter();
            case InvokeResult.Unavailable gone -> "unavailable " + gone.status() + " " + gone.code() + " " + gone.message();
            case InvokeResult.Refused refused -> "refused " + refused.status() + " " + refused.code() + " " + refused.message();
        };
    }

    /// A clock that is that many seconds off.
    static Clock clockOff(long seconds) {
        return new Clock() {
            @Override
            public long nanoTime() {
                return System.nanoTime();
            }

            @Override
            public Instant now() {
                return Instant.now().plusSeconds(seconds);
            }
        };
    }

    @Override
    public void close() {
        if (configured) {
            invoker.close();
        }
    }
}
