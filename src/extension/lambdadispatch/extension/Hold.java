// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import java.time.Duration;

/// How long the app wants its environment kept after its last answers, for work that goes on: bounded and metered. Safe from any thread.
final class Hold {
    private final long mostNanos;
    private boolean any;
    private long untilNanos;
    private long totalNanos;

    /// @param most after an answer; zero if apps may not ask for it
    Hold(Duration most) {
        this.mostNanos = most.toNanos();
    }

    /// An answer asks for it.
    /// @param seconds the field's value; nonsense asks for nothing
    void ask(String seconds, long nowNanos) {
        if (seconds == null || !seconds.matches("[0-9]{1,6}")) {
            return;
        }
        long wanted = Math.min(mostNanos, Duration.ofSeconds(Long.parseLong(seconds)).toNanos());
        synchronized (this) {
            long from = any && untilNanos - nowNanos > 0 ? untilNanos : nowNanos;
            long until = nowNanos + wanted;
            if (until - from > 0) {
                totalNanos += until - from;
                untilNanos = until;
                any = true;
            }
        }
    }

    synchronized long leftMillis(long nowNanos) {
        return any ? Math.max(0, (untilNanos - nowNanos) / 1_000_000) : 0;
    }

    /// Of all that was granted, overlaps once.
    synchronized long totalMillis() {
        return totalNanos / 1_000_000;
    }
}
