// SPDX-License-Identifier: MIT
package lambdadispatch.protocol;

/// Why an invocation ended, worst first: where several reasons apply, the worst is reported.
public enum ExitReason {
    /// The payload was not one of ours, or unusable.
    RouterLambdaInvokeInvalid,
    /// No connection to the router could be made at all.
    RouterUnreachable,
    /// The connection to the router broke.
    RouterConnectionError,
    /// A channel failed in a way that has no other name.
    ChannelErrorOther,
    /// The app could not be connected to.
    AppConnectionError,
    /// The app closed its connections.
    AppConnectionClosed,
    /// The router answered 5xx to a control request.
    RouterStatus5xx,
    /// The router answered 4xx to a control request.
    RouterStatus4xx,
    /// The router answered neither 200 nor 4xx nor 5xx.
    RouterStatusOther,
    /// The router said go away.
    RouterGoAway,
    /// No request for the grace period.
    SelfLastActive,
    /// The invocation's deadline is near.
    SelfDeadline,
    /// The router did not wait for it any more when it got here, or has another invocation of the same payload.
    SelfStaleRequest,
    /// Only the start of the app was asked for.
    SelfInitOnly;

    public ExitReason worst(ExitReason other) {
        return compareTo(other) <= 0 ? this : other;
    }
}
