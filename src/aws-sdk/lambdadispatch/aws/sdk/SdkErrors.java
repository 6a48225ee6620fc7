// SPDX-License-Identifier: MIT
package lambdadispatch.aws.sdk;

import java.time.Duration;
import lambdadispatch.invoke.InvokeFailure;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.lambda.model.TooManyRequestsException;

/// The SDK's exceptions as the failures that both invokers share a table for.
final class SdkErrors {
    private SdkErrors() {}

    static String code(AwsServiceException e) {
        return e.awsErrorDetails() == null || e.awsErrorDetails().errorCode() == null ? "" : e.awsErrorDetails().errorCode();
    }

    static InvokeFailure failure(AwsServiceException e) {
        String message =
                e.awsErrorDetails() == null || e.awsErrorDetails().errorMessage() == null ? "" : e.awsErrorDetails().errorMessage();
        if (e instanceof TooManyRequestsException throttle) {
            String reason = throttle.reasonAsString() == null ? "" : throttle.reasonAsString();
            return new InvokeFailure(e.statusCode(), code(e), message, reason, seconds(throttle.retryAfterSeconds()));
        }
        return InvokeFailure.of(e.statusCode(), code(e), message);
    }

    private static Duration seconds(String text) {
        return text != null && text.matches("\\d{1,9}") ? Duration.ofSeconds(Long.parseLong(text)) : Duration.ZERO;
    }
}
