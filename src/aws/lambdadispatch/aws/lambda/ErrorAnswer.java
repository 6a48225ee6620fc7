// SPDX-License-Identifier: MIT
package lambdadispatch.aws.lambda;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import lambdadispatch.base.json.Json;
import lambdadispatch.base.json.JsonException;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.message.HttpDate;
import lambdadispatch.invoke.InvokeFailure;

/// Reads an error in the form of the REST-JSON protocol: the exception's name in a header or the body, the rest in the body. Pure.
final class ErrorAnswer {
    private static final int LONGEST_MESSAGE = 1_000;

    private ErrorAnswer() {}

    /// @param now to make a duration of a `Retry-After` that is a date
    static InvokeFailure read(int status, Headers headers, byte[] body, Instant now) {
        Json.JsonObject error = object(body);
        String message = error == null ? "" : error.text("message").or(() -> error.text("Message")).orElse("");
        String reason = error == null ? "" : error.text("Reason").orElse("");
        String shortened = message.length() > LONGEST_MESSAGE ? message.substring(0, LONGEST_MESSAGE) : message;
        return new InvokeFailure(status, code(headers, error), shortened, reason, retryAfter(headers, error, now));
    }

    /// `x-amzn-ErrorType: Name:http://...`, or the body's `__type` (`namespace#Name`) or `code`.
    private static String code(Headers headers, Json.JsonObject error) {
        String type = headers.get("x-amzn-errortype");
        if (type == null) {
            type = error == null ? "" : error.text("__type").or(() -> error.text("code")).orElse("");
        }
        int colon = type.indexOf(':');
        String code = colon < 0 ? type : type.substring(0, colon);
        return code.substring(code.indexOf('#') + 1).strip();
    }

    private static Json.JsonObject object(byte[] body) {
        try {
            return Json.parse(body) instanceof Json.JsonObject object ? object : null;
        } catch (JsonException e) {
            return null; // a load balancer's page, say: the status has to do
        }
    }

    /// The header (RFC 9110 §10.2.3: seconds or a date), else the body's `retryAfterSeconds`.
    private static Duration retryAfter(Headers headers, Json.JsonObject error, Instant now) {
        String value = headers.get("retry-after");
        if (value == null && error != null) {
            value = error.text("retryAfterSeconds").orElse(null);
        }
        if (value == null) {
            return Duration.ZERO;
        }
        if (value.matches("\\d{1,9}")) {
            return Duration.ofSeconds(Long.parseLong(value));
        }
        try {
            return Duration.between(now, HttpDate.parse(value));
        } catch (DateTimeParseException e) {
            return Duration.ZERO; // as if not said: the backoff has to do
        }
    }
}
