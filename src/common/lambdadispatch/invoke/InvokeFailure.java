// SPDX-License-Identifier: MIT
package lambdadispatch.invoke;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/// An error that the Invoke API answered with, whichever client received it, and the table of what is done about each.
/// Source: AWS Lambda API reference, Invoke, "Errors" and "Common errors". Pure.
///
/// @param status 0 if there was none
/// @param code the exception's name, "" if there was none
/// @param reason of a throttle, else ""
/// @param retryAfter zero if not said
public record InvokeFailure(int status, String code, String message, String reason, Duration retryAfter) {
    /// What the caller does.
    public enum Action {
        /// Wait as long as the answer asks, and with backoff; requests wait meanwhile.
        WAIT,
        /// It may pass by itself: try again with backoff; requests wait meanwhile.
        RETRY,
        /// It stays until a person acts: requests that wait fail now, and invoking stops but for a probe now and then.
        FAIL
    }

    private static final Map<String, Action> TABLE = table();
    private static final Duration LONGEST_RETRY_AFTER = Duration.ofHours(1);

    public static InvokeFailure of(int status, String code, String message) {
        return new InvokeFailure(status, code, message, "", Duration.ZERO);
    }

    /// What is done about this error. A code that is not in the table is judged by its status: 429 waits, 408 and 5xx may pass, all
    /// others stay.
    public Action action() {
        Action known = TABLE.get(code);
        if (status == 429) {
            return Action.WAIT; // whatever it is called
        }
        if (known != null) {
            return known;
        }
        return status == 408 || status >= 500 || status == 0 ? Action.RETRY : Action.FAIL;
    }

    public InvokeResult result() {
        return switch (action()) {
            case WAIT -> new InvokeResult.Throttled(reason.isEmpty() ? code : reason, bounded(retryAfter));
            case RETRY -> new InvokeResult.Unavailable(status, code, message);
            case FAIL -> new InvokeResult.Refused(status, code, message);
        };
    }

    private static Duration bounded(Duration asked) {
        return asked.isNegative() ? Duration.ZERO : asked.compareTo(LONGEST_RETRY_AFTER) > 0 ? LONGEST_RETRY_AFTER : asked;
    }

    /// The whole table: the exceptions' names and what is done about them.
    public static Map<String, Action> actions() {
        return TABLE;
    }

    private static Map<String, Action> table() {
        Map<String, Action> table = new HashMap<>();
        // Limits. "Throttling" and its kin are what gateways in front of Lambda say.
        put(table, Action.WAIT, "TooManyRequestsException ThrottlingException Throttling ThrottledException RequestLimitExceeded "
                + "RequestThrottled RequestThrottledException SlowDown");
        // The function is being created, updated, woken or moved.
        put(table, Action.RETRY, "ResourceConflictException ResourceNotReadyException SnapStartNotReadyException SnapStartTimeoutException "
                + "SnapStartRegenerationFailureException CodeArtifactUserPendingException ENINotReadyException");
        // Something that Lambda needs fails or is short for now.
        put(table, Action.RETRY, "ServiceException EC2ThrottledException EC2UnexpectedException ENILimitReachedException "
                + "SubnetIPAddressLimitReachedException EFSMountConnectivityException EFSMountTimeoutException EFSIOException "
                + "S3FilesMountConnectivityException S3FilesMountTimeoutException");
        put(table, Action.RETRY,
                "InternalFailure InternalServerError InternalError ServiceUnavailable ServiceUnavailableException RequestTimeout "
                + "RequestTimeoutException RequestAbortedException");
        // Clocks, and credentials about to be replaced.
        put(table, Action.RETRY, "RequestTimeTooSkewed RequestExpired ExpiredTokenException ExpiredToken");
        // The function's configuration.
        put(table, Action.FAIL, "EC2AccessDeniedException EFSMountFailureException S3FilesMountFailureException InvalidRuntimeException "
                + "InvalidSecurityGroupIDException InvalidSubnetIDException InvalidZipFileException KMSAccessDeniedException KMSDisabledException "
                + "KMSInvalidStateException KMSNotFoundException SnapStartException CodeArtifactUserDeletedException CodeArtifactUserFailedException "
                + "RuntimeAliasDeletedException RuntimeVersionDeletedException NoPublishedVersionException ModeNotSupportedException");
        // The request, or what it names.
        put(table, Action.FAIL, "InvalidParameterValueException InvalidRequestContentException RequestTooLargeException "
                + "SerializedRequestEntityTooLargeException UnsupportedMediaTypeException ResourceNotFoundException "
                + "DurableExecutionAlreadyStartedException UnknownOperationException ValidationError ValidationException MalformedHttpRequestException");
        // The caller, its account, or a loop that Lambda itself cut.
        put(table, Action.FAIL, "AccessDeniedException AccessDenied UnrecognizedClientException InvalidClientTokenId InvalidAccessKeyId "
                + "InvalidSignatureException SignatureDoesNotMatch IncompleteSignature IncompleteSignatureException MissingAuthenticationToken "
                + "MissingAuthenticationTokenException NotAuthorized OptInRequired RecursiveInvocationException ServiceQuotaExceededException");
        return Map.copyOf(table);
    }

    private static void put(Map<String, Action> table, Action action, String names) {
        for (String name : names.split(" ")) {
            table.put(name, action);
        }
    }
}
