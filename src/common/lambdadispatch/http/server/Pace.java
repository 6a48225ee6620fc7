// SPDX-License-Identifier: MIT
package lambdadispatch.http.server;

import java.time.Duration;

/// How far a client is behind the [LeastRate], in one direction of one exchange: each moment that somebody waits for it puts it back, each
/// octet brings it forward. A client that was quick has saved up nothing.
///
/// One thread waits at a time; any may look.
public final class Pace {
    private final long nanosPerOctet;
    private final long windowNanos;
    private long behind; // before the wait under way; guarded by this, as what follows
    private long since;
    private boolean waiting;

    public Pace(LeastRate rate) {
        this.nanosPerOctet = 1_000_000_000L / rate.octetsPerSecond();
        this.windowNanos = rate.window().toNanos();
    }

    /// What follows is for another exchange.
    public synchronized void restart() {
        behind = 0;
        waiting = false;
    }

    /// Somebody begins to wait for the client, or goes on.
    /// @return how long, until it is too slow; zero or less if it is
    public synchronized long begin(long now) {
        if (waiting) {
            add(now - since, 0);
        }
        since = now;
        waiting = true;
        return windowNanos - behind;
    }

    /// The wait goes on, and so many octets have come of it, or were taken, since it began or since this was asked last.
    /// @return how long it may still last; zero or less if the client is too slow
    public synchronized long goOn(long now, long octets) {
        add(now - since, octets);
        since = now;
        return windowNanos - behind;
    }

    /// The wait is over, after so many octets.
    public synchronized void end(long now, long octets) {
        if (waiting) {
            add(now - since, octets);
            waiting = false;
        }
    }

    private void add(long nanos, long octets) {
        behind = Math.max(0, behind + nanos - octets * nanosPerOctet);
    }

    /// How far the client is behind; 0 while nobody waits for it.
    public synchronized long behindNanos(long now) {
        return waiting ? behind + now - since : 0;
    }

    /// How long one read may last.
    /// @param left what [#begin] returned
    /// @param stall how long nothing may come, however far ahead the client is; zero for as long as it likes
    public static Duration limit(long left, Duration stall) {
        long nanos = Math.max(1, left);
        return stall.isZero() || nanos < stall.toNanos() ? Duration.ofNanos(nanos) : stall;
    }

    /// The larger one; either may be null.
    public static long behindNanos(Pace one, Pace other, long now) {
        return Math.max(one == null ? 0 : one.behindNanos(now), other == null ? 0 : other.behindNanos(now));
    }
}
