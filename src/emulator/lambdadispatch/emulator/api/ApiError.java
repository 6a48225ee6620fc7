// SPDX-License-Identifier: MIT
package lambdadispatch.emulator.api;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import lambdadispatch.base.json.Json;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.server.Exchange;

/// An error of the Invoke API (RestJson: the type in a header, the rest in the body).
///
/// @param type the exception's name, for `x-amzn-ErrorType`
/// @param reason `Reason` of a throttle, or null
/// @param retryAfterSeconds for a throttle, or 0
public record ApiError(int status, String type, String message, String reason, int retryAfterSeconds) {
    static ApiError of(int status, String type, String message) {
        return new ApiError(status, type, message, null, 0);
    }

    static ApiError throttled(String reason) {
        return new ApiError(429, "TooManyRequestsException", "Rate Exceeded.", reason, 1);
    }

    static ApiError notFound(String arn) {
        return of(404, "ResourceNotFoundException", "Function not found: " + arn);
    }

    /// @param policy which kind would have to allow it: `identity` or `resource`
    static ApiError accessDenied(String caller, String arn, String policy) {
        return of(403, "AccessDeniedException",
                "User: " + caller + " is not authorized to perform: lambda:InvokeFunction on resource: " + arn
                + " because no " + policy + "-based policy allows the lambda:InvokeFunction action");
    }

    static ApiError service() {
        return of(500, "ServiceException", "The service encountered an internal error. Please try again later.");
    }

    /// Whether the service is to blame, for the body's `Type`.
    private boolean ofService() {
        return status >= 500;
    }

    void answer(Exchange exchange, String requestId) throws IOException {
        Headers headers = Headers.of("Content-Type", "application/json", "x-amzn-RequestId", requestId, "x-amzn-ErrorType", type);
        if (retryAfterSeconds > 0) {
            headers.add("Retry-After", Integer.toString(retryAfterSeconds));
        }
        String kind = ofService() ? "Service" : "User";
        Json body = reason == null
                ? Json.object("Type", kind, "Message", message, "message", message)
                : Json.object("Reason", reason, "Type", kind, "message", message, "retryAfterSeconds", Integer.toString(retryAfterSeconds));
        byte[] bytes = body.write().getBytes(StandardCharsets.UTF_8);
        exchange.respond(status, headers, bytes.length);
        exchange.write(bytes, 0, bytes.length);
        exchange.end();
    }
}
