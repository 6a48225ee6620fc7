// SPDX-License-Identifier: MIT
package lambdadispatch.aws.lambda;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Set;
import lambdadispatch.base.Clock;
import lambdadispatch.base.log.Log;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.message.HttpDate;
import lambdadispatch.invoke.InvokeFailure;

/// The time as AWS has it: ours, corrected by the `Date` of an answer that refused a signature because of its time.
final class ServerClock {
    private static final Log LOG = Log.of("sigv4");
    /// AWS takes signatures up to 5 min off; less than this does not explain a refusal.
    private static final Duration EXPLAINS = Duration.ofMinutes(4);
    private static final Set<String> CODES = Set.of("RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture");
    private static final Set<String> SIGNATURE_CODES = Set.of("InvalidSignatureException", "SignatureDoesNotMatch", "AuthFailure");

    private final Clock clock;
    private volatile Duration offset = Duration.ZERO;

    ServerClock(Clock clock) {
        this.clock = clock;
    }

    Instant now() {
        return clock.now().plus(offset);
    }

    /// Whether that is what was wrong, and corrected now: the request is worth one other try.
    boolean correct(InvokeFailure failure, Headers headers) {
        String date = headers.get("date");
        if (!aboutTime(failure) || date == null) {
            return false;
        }
        try {
            Duration measured = Duration.between(clock.now(), HttpDate.parse(date));
            if (measured.minus(offset).abs().compareTo(EXPLAINS) < 0) {
                return false;
            }
            LOG.warn("clock differs from AWS's: signatures follow theirs", "seconds", measured.toSeconds());
            offset = measured;
            return true;
        } catch (DateTimeParseException e) {
            return false;
        }
    }

    private static boolean aboutTime(InvokeFailure failure) {
        String message = failure.message();
        return CODES.contains(failure.code())
                || SIGNATURE_CODES.contains(failure.code())
                        && (message.contains("Signature expired") || message.contains("not yet current"));
    }
}
