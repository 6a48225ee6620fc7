// SPDX-License-Identifier: MIT
package lambdadispatch.aws;

import java.time.Duration;
import java.util.Set;
import lambdadispatch.http.Headers;
import lambdadispatch.invoke.InvokeResult;
import lambdadispatch.json.Json;
import lambdadispatch.json.JsonException;

/// Sorts the errors of the Invoke API by what the caller does about them (AWS Lambda API reference, Invoke, Errors). Pure.
final class InvokeErrors {
    /// Errors of a kind that a later try may not meet, although their status says "yours" or says nothing.
    private static final Set<String> PASSING = Set.of("ResourceConflictException", "ResourceNotReadyException", "EC2ThrottledException",
            "EC2UnexpectedException", "ENILimitReachedException", "SnapStartNotReadyException", "SnapStartTimeoutException",
            "ServiceException", "EFSMountTimeoutException", "EFSMountConnectivityException", "RequestTimeTooSkewed", "ExpiredTokenException");
    private static final long MAX_RETRY_AFTER_SECONDS = 3_600;

    private InvokeErrors() {}

    static InvokeResult classify(int status, Headers headers, byte[] body) {
        Json.JsonObject error = object(body);
        String code = code(headers, error);
        String message = error == null ? "" : error.text("message").or(() -> error.text("Message")).orElse("");
        if (status == 429) {
            String reason = error == null ? code : error.text("Reason").orElse(code);
            return new InvokeResult.Throttled(reason, retryAfter(headers));
        }
        // The documented 502 errors are faults of the function's configuration (VPC, KMS, runtime); only those above may pass by themselves.
        boolean passing = PASSING.contains(code) || status == 409 || status >= 500 && status != 502 || status >= 500 && code.isEmpty();
        return passing ? new InvokeResult.Unavailable(status, code, message) : new InvokeResult.Refused(status, code, message);
    }

    /// `x-amzn-ErrorType: Name:http://...`, or the body's `__type`.
    static String code(Headers headers, Json.JsonObject error) {
        String type = headers.get("x-amzn-errortype");
        if (type == null) {
            type = error == null ? "" : error.text("__type").orElse("");
        }
        int colon = type.indexOf(':');
        String code = colon < 0 ? type : type.substring(0, colon);
        return code.substring(code.indexOf('#') + 1);
    }

    private static Json.JsonObject object(byte[] body) {
        try {
            return Json.parse(body) instanceof Json.JsonObject object ? object : null;
        } catch (JsonException e) {
            return null; // a load balancer's page, say: the status has to do
        }
    }

    private static Duration retryAfter(Headers headers) {
        String value = headers.get("retry-after");
        if (value == null || !value.strip().matches("\\d{1,9}")) {
            return Duration.ZERO;
        }
        return Duration.ofSeconds(Math.min(MAX_RETRY_AFTER_SECONDS, Long.parseLong(value.strip())));
    }
}
