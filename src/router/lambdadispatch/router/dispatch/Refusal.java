// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import java.time.Duration;

/// Why a request got no slot, and what its client is told.
/// @param reason one line for the log; names no id, token or address
/// @param retryAfter when another try makes sense; zero if nothing can be said
public record Refusal(Kind kind, String reason, Duration retryAfter) {
    public enum Kind {
        /// The queue holds `MaxQueueLength` requests.
        QUEUE_FULL(503),
        /// The pool can not grow, and the request has waited for long in a queue that stands.
        OVERLOADED(503),
        /// No slot became free within `IncomingRequestTimeout`.
        TIMED_OUT(504),
        /// The function does not exist, may not be invoked, or keeps failing before it serves anything.
        NOT_INVOCABLE(503),
        /// The router is shutting down.
        DRAINING(503);

        private final int status;

        Kind(int status) {
            this.status = status;
        }

        public int status() {
            return status;
        }
    }

    /// The value of `Retry-After`: whole seconds, at least 1; 0 means leave it out.
    public long retryAfterSeconds() {
        return retryAfter.isZero() ? 0 : Math.max(1, retryAfter.plusMillis(999).toSeconds());
    }
}
