// SPDX-License-Identifier: MIT
package lambdadispatch.http.h2;

import java.util.function.LongSupplier;

/// How much work without use a peer may cause on one connection: a token bucket for each kind (RFC 9113 §10.5).
///
/// | kind | what fills it | attack it stops |
/// |---|---|---|
/// | resets | streams reset by the peer before they were answered, or by us for the peer's errors | Rapid Reset (CVE-2023-44487), MadeYouReset (CVE-2025-8671) |
/// | chores | SETTINGS, PRIORITY, GOAWAY, CONTINUATION, empty DATA, unknown frames, PING and WINDOW_UPDATE that nothing was sent for | floods (CVE-2019-9512, -9513, -9515, -9518, CVE-2024-27316) |
final class AbuseBudget {
    private static final int RESET_BURST = 200;
    private static final int RESETS_PER_SECOND = 50;
    private static final int CHORE_BURST = 1_000;
    private static final int CHORES_PER_SECOND = 100;
    /// A peer that proved who it is: each of its clients that goes away costs a reset.
    private static final int TRUSTED_FACTOR = 100;

    private final LongSupplier nanoTime;
    private final Bucket resets;
    private final Bucket chores;
    private boolean trusted;

    AbuseBudget(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        long now = nanoTime.getAsLong();
        resets = new Bucket(RESET_BURST, RESETS_PER_SECOND, now);
        chores = new Bucket(CHORE_BURST, CHORES_PER_SECOND, now);
    }

    /// Widens all budgets, once.
    synchronized void trust() {
        if (trusted) {
            return;
        }
        trusted = true;
        resets.widen(TRUSTED_FACTOR);
        chores.widen(TRUSTED_FACTOR);
    }

    void reset() throws ConnectionError {
        take(resets, "too many stream resets");
    }

    void chore() throws ConnectionError {
        take(chores, "too many frames without use");
    }

    private synchronized void take(Bucket bucket, String why) throws ConnectionError {
        if (!bucket.take(nanoTime.getAsLong())) {
            throw new ConnectionError(ErrorCode.ENHANCE_YOUR_CALM, why);
        }
    }

    /// The largest share of a budget that was ever used up, in per cent: how near a client's habits came to being taken for an attack.
    synchronized int largestShare() {
        return (int) Math.ceil(100 * Math.max(resets.largestShare, chores.largestShare));
    }

    private static final class Bucket {
        private double burst;
        private double perNano;
        private double tokens;
        private long filledAt;
        private double largestShare;

        Bucket(int burst, int perSecond, long now) {
            this.burst = burst;
            this.perNano = perSecond / 1e9;
            this.tokens = burst;
            this.filledAt = now;
        }

        void widen(int factor) {
            tokens += burst * (factor - 1);
            burst *= factor;
            perNano *= factor;
        }

        boolean take(long now) {
            tokens = Math.min(burst, tokens + (now - filledAt) * perNano);
            filledAt = now;
            if (tokens < 1) {
                return false;
            }
            tokens--;
            largestShare = Math.max(largestShare, 1 - tokens / burst);
            return true;
        }
    }
}
