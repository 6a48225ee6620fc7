// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongUnaryOperator;

/// How long the app wants its environment kept for work that goes on after its answers: bounded and metered. Safe from any thread.
///
/// It asks by a field in an answer, or by a call to [HoldPort]. Either way it is kept until so long after the last request at the most, so
/// that no app keeps an environment by itself; and only while an invocation runs, since a frozen environment does nothing.
final class Hold {
    private static final int MOST_NAMED = 100;
    /// The name under which answers ask.
    private static final String ANSWERS = "";

    private final long mostNanos;
    // All below is guarded by this.
    private final Map<String, Long> untilByName = new HashMap<>();
    private final List<LongUnaryOperator> lastRequests = new ArrayList<>(); // one for each invocation that runs
    private long countedNanos;
    private long heldNanos;

    /// @param most after a request; zero if apps may not ask for it
    Hold(Duration most) {
        this.mostNanos = most.toNanos();
    }

    /// An invocation begins.
    /// @param lastRequest for a time, when the last request ended; that time itself while one runs
    synchronized void begin(LongUnaryOperator lastRequest, long nowNanos) {
        if (lastRequests.isEmpty()) {
            countedNanos = nowNanos;
        }
        lastRequests.add(lastRequest);
    }

    /// The invocation is over, and with the last one whatever was still wanted.
    /// @param lastRequest which it began with
    synchronized void end(LongUnaryOperator lastRequest, long nowNanos) {
        count(nowNanos);
        lastRequests.remove(lastRequest);
        if (lastRequests.isEmpty()) {
            untilByName.clear();
        }
        notifyAll();
    }

    /// An answer asks for it. A shorter wish ends no longer one.
    /// @param seconds the field's value; nonsense asks for nothing
    void ask(String seconds, long nowNanos) {
        if (seconds != null && seconds.matches("[0-9]{1,6}")) {
            synchronized (this) {
                long until = until(Duration.ofSeconds(Long.parseLong(seconds)), nowNanos);
                if (leftNanos(untilByName.get(ANSWERS), nowNanos) < until - nowNanos) {
                    untilByName.put(ANSWERS, until);
                }
            }
        }
    }

    /// Some work of the app asks for it; asked again under the same name, the new wish counts.
    /// @return milliseconds from now on; 0 if it is not kept for that
    synchronized long keep(String name, Duration wanted, long nowNanos) {
        long until = until(wanted, nowNanos);
        untilByName.remove(name);
        if (until - nowNanos <= 0 || untilByName.size() >= MOST_NAMED) {
            return 0;
        }
        untilByName.put(name, until);
        return (until - nowNanos) / 1_000_000;
    }

    /// That work is done.
    synchronized void release(String name, long nowNanos) {
        count(nowNanos);
        untilByName.remove(name);
        notifyAll();
    }

    /// Returns when some work is done, or after so long, or before.
    synchronized void awaitChange(long millis) throws InterruptedException {
        wait(Math.max(1, millis));
    }

    private long until(Duration wanted, long nowNanos) {
        count(nowNanos);
        long most = Long.MIN_VALUE;
        for (LongUnaryOperator lastRequest : lastRequests) {
            most = Math.max(most, lastRequest.applyAsLong(nowNanos) + mostNanos - nowNanos);
        }
        return lastRequests.isEmpty() ? nowNanos : nowNanos + Math.min(wanted.toNanos(), most);
    }

    synchronized long leftMillis(long nowNanos) {
        return longestNanos(nowNanos) / 1_000_000;
    }

    private long longestNanos(long nowNanos) {
        long longest = 0;
        for (Long until : untilByName.values()) {
            longest = Math.max(longest, leftNanos(until, nowNanos));
        }
        return longest;
    }

    private static long leftNanos(Long until, long nowNanos) {
        return until == null ? 0 : Math.max(0, until - nowNanos);
    }

    /// Meters what has passed since the last change; several wishes at a time count once.
    private void count(long nowNanos) {
        heldNanos += Math.min(nowNanos - countedNanos, longestNanos(countedNanos));
        countedNanos = nowNanos;
        untilByName.values().removeIf(until -> until - nowNanos <= 0);
    }

    /// Of all invocations, for how long somebody wanted it until now.
    synchronized long totalMillis(long nowNanos) {
        count(nowNanos);
        return heldNanos / 1_000_000;
    }
}
