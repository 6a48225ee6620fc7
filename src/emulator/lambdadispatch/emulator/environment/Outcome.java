// SPDX-License-Identifier: MIT
package lambdadispatch.emulator.environment;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import lambdadispatch.base.json.Json;

/// How an invocation ended, as its caller gets to know it.
public sealed interface Outcome {
    byte[] payload();

    /// The runtime posted a response.
    record Success(byte[] payload) implements Outcome {}

    /// The runtime reported an error, or the platform did in its place. Lambda answers 200 with `X-Amz-Function-Error: Unhandled`.
    record Failure(String errorType, byte[] payload) implements Outcome {
        /// What the platform says in the runtime's place.
        static Failure of(String errorType, String requestId, String error) {
            String message = requestId == null ? error : "RequestId: " + requestId + " Error: " + error;
            return new Failure(errorType,
                    Json.object("errorType", errorType, "errorMessage", message).write().getBytes(StandardCharsets.UTF_8));
        }

        /// An error that the function did not have, made on request.
        public static Failure injected() {
            return of("InjectedError", null, "the emulator was asked for a function error");
        }

        static Failure timedOut(String requestId, Duration timeout) {
            return of("Sandbox.Timedout", requestId,
                    String.format(Locale.ROOT, "Task timed out after %.2f seconds", timeout.toMillis() / 1000.0));
        }
    }
}
