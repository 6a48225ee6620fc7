// SPDX-License-Identifier: MIT
package lambdadispatch.invoke;

import java.time.Duration;

/// How an invoke ended, sorted by what the caller does about it.
/// Source of the error names: AWS Lambda API reference, Invoke.
public sealed interface InvokeResult {
    /// The function ran and returned.
    /// @param payload its JSON answer
    record Returned(byte[] payload) implements InvokeResult {}

    /// 200 with `X-Amz-Function-Error`: it crashed, timed out or raised an error.
    /// @param kind the header's value, `Handled` or `Unhandled`
    record FunctionError(String kind, byte[] payload) implements InvokeResult {}

    /// 429: wait at least `retryAfter` (zero if not said).
    /// @param reason as in the body's `Reason`, e.g. `ReservedFunctionConcurrentInvocationLimitExceeded`
    record Throttled(String reason, Duration retryAfter) implements InvokeResult {}

    /// An error that may pass: 5xx, 409, clock skew that stayed, credentials that could not be had just now. Try again with backoff.
    record Unavailable(int status, String code, String message) implements InvokeResult {}

    /// An error that stays until a person acts: permission, not found, invalid request or configuration. Do not try again soon.
    record Refused(int status, String code, String message) implements InvokeResult {}
}
