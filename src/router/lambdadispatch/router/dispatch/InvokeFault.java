// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import java.time.Duration;
import java.util.Set;
import lambdadispatch.invoke.InvokeResult;

/// Why an invoke bought nothing: each is a reason for the cost guard to slow down.
public enum InvokeFault {
    /// 429: the account's or the function's limit.
    THROTTLED,
    /// Not permitted, not found, misconfigured: stays until a person acts.
    REFUSED,
    /// No answer, or an error on Lambda's side.
    UNAVAILABLE,
    /// The function crashed or timed out soon after its start.
    FUNCTION_ERROR,
    /// It returned, but no channel was ever opened: the router can not be reached, or this is not one of our functions.
    NEVER_CONNECTED,
    /// It connected and was gone again at once.
    RETURNED_AT_ONCE,
    /// By its own word its end was near as soon as it had begun, and it served nobody until then: the function's time-out is too short, or
    /// it lies.
    DEADLINE_TOO_NEAR,
    /// It runs, but opened no channel within the start time-out.
    START_TIMED_OUT;

    private static final long SHORT_NANOS = Duration.ofSeconds(1).toNanos();
    private static final Set<String> GOOD_REASONS =
            Set.of("SelfDeadline", "SelfLastActive", "SelfInitOnly", "SelfStaleRequest", "RouterGoAway");

    private static final String APP_IS_GONE = "AppConnectionClosed";

    /// A fault that no further try in the near future will mend.
    boolean lasts() {
        return this == REFUSED;
    }

    /// Where an instance that had served well ends like this soon after its start, that costs a [ServiceCredit] and is no fault: an
    /// invoke's worth is what it served.
    boolean excusedByService() {
        return switch (this) {
            case FUNCTION_ERROR, UNAVAILABLE, RETURNED_AT_ONCE -> true;
            case THROTTLED, REFUSED, NEVER_CONNECTED, DEADLINE_TOO_NEAR, START_TIMED_OUT -> false;
        };
    }

    /// Judges the end of an invoke; null if it was worth its money, or failed only after a good while of service.
    static InvokeFault of(Instance instance, InvokeResult result, String exitReason, long now) {
        return switch (result) {
            case InvokeResult.Throttled _ -> instance.everOpened ? null : THROTTLED;
            case InvokeResult.Refused _ -> instance.everOpened ? null : REFUSED;
            case InvokeResult.Unavailable _ -> instance.settled ? null : UNAVAILABLE;
            case InvokeResult.FunctionError _ -> instance.settled ? null : FUNCTION_ERROR;
            case InvokeResult.Returned _ -> ofReturn(instance, exitReason, now);
        };
    }

    /// Whether that is what the function said. Whatever else comes for an instance that had connected speaks of a request that Lambda took
    /// long ago.
    static boolean ofTheFunction(InvokeResult result) {
        return switch (result) {
            case InvokeResult.Returned _, InvokeResult.FunctionError _ -> true;
            case InvokeResult.Throttled _, InvokeResult.Refused _, InvokeResult.Unavailable _ -> false;
        };
    }

    /// Whether the environment, or the app in it, broke down: by something that ran there, or by itself.
    static boolean died(InvokeResult result, String exitReason) {
        return result instanceof InvokeResult.FunctionError || result instanceof InvokeResult.Returned && exitReason.equals(APP_IS_GONE);
    }

    private static InvokeFault ofReturn(Instance instance, String exitReason, long now) {
        if (instance.purpose() == Instance.Purpose.INIT_ONLY) {
            return exitReason.equals("SelfInitOnly") || instance.dismissed ? null : NEVER_CONNECTED;
        }
        if (instance.expiring && instance.shortLived() && instance.servedWell == 0) {
            return DEADLINE_TOO_NEAR;
        }
        if (instance.dismissed || instance.settled) {
            return null;
        }
        if (!instance.everOpened) {
            return NEVER_CONNECTED;
        }
        if (exitReason.equals("SelfDeadline") && instance.servedWell == 0) {
            return DEADLINE_TOO_NEAR;
        }
        boolean useless = instance.servedWell == 0 && now - instance.openedNanos < SHORT_NANOS;
        return useless || !GOOD_REASONS.contains(exitReason) ? RETURNED_AT_ONCE : null;
    }

    /// What the log says about it; never the function's own answer.
    static String detail(InvokeResult result) {
        return switch (result) {
            case null -> "";
            case InvokeResult.Throttled throttled -> throttled.reason();
            case InvokeResult.Refused refused -> refused.status() + " " + refused.code() + " " + refused.message();
            case InvokeResult.Unavailable gone -> gone.status() + " " + gone.code() + " " + gone.message();
            case InvokeResult.FunctionError error -> error.kind();
            case InvokeResult.Returned _ -> "";
        };
    }
}
