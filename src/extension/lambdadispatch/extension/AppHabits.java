// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import lambdadispatch.base.log.Log;

/// What the app was seen to do with kept connections, on any channel: decides which of them may carry another request.
///
/// HTTP/1.1 answers carry no mark of the request that they belong to, so what an app sends unasked can pass for the next answer. A look
/// before each request finds it if it has come by then; an app that was caught once gets no second chance to be a moment later.
final class AppHabits {
    private static final Log LOG = Log.of("relay");
    /// Apps close idle connections after some seconds (Node.js after 5): what can not be sent twice takes one only well before that.
    static final Duration TRUSTED_IDLE = Duration.ofSeconds(1);
    /// For so long after the app closed one within [#TRUSTED_IDLE], what can not be sent twice takes none at all.
    static final Duration CAUTION = Duration.ofMinutes(1);

    private final boolean keepAlive;
    private final LongSupplier clock;
    private final AtomicBoolean answersUnasked = new AtomicBoolean();
    private volatile boolean closesEarly;
    private volatile long closedEarlyAt;

    /// @param keepAlive whether connections are kept at all
    /// @param clock counts nanoseconds
    AppHabits(boolean keepAlive, LongSupplier clock) {
        this.keepAlive = keepAlive;
        this.clock = clock;
    }

    /// Whether a connection may outlive an answer.
    boolean keeps() {
        return keepAlive && !answersUnasked.get();
    }

    /// Whether a request may take the risk that the app closes a connection at this moment.
    /// @param idleNanos since the connection's last answer
    /// @param replayable whether the request may be sent again if it does
    boolean trusts(long idleNanos, boolean replayable) {
        return keeps() && (replayable || idleNanos <= TRUSTED_IDLE.toNanos() && !closesEarly());
    }

    private boolean closesEarly() {
        if (closesEarly && clock.getAsLong() - closedEarlyAt > CAUTION.toNanos()) {
            closesEarly = false;
        }
        return closesEarly;
    }

    /// The app closed a kept connection without having said so.
    /// @param idleNanos since its last answer, at most
    void closed(long idleNanos) {
        if (idleNanos <= TRUSTED_IDLE.toNanos()) {
            closedEarlyAt = clock.getAsLong();
            closesEarly = true;
        }
    }

    /// The app sent more than an answer: more than its Content-Length, a body after an answer that has none, or an answer to nothing.
    void answeredUnasked() {
        if (answersUnasked.compareAndSet(false, true) && keepAlive) {
            LOG.warn("the app sent octets behind an answer that belong to none; its connections are not kept any more",
                    "usually", "Content-Length in characters instead of octets, bodies for HEAD, 204 and 304, answers sent twice");
        }
    }
}
