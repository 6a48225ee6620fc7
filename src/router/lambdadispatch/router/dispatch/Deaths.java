// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

/// Environments that died with requests on them, lately: with a suspect among these, and without. Guarded by the pool's lock.
///
/// A request that kills is the suspect in every second death at the least: its first victim has none aboard, its second has. Where
/// environments mostly die without one, something else kills them, and a request that was there twice was there by chance.
final class Deaths {
    private static final double MEMORY_SECONDS = 60;
    /// So many times as many without a suspect as with one.
    private static final double BY_CHANCE = 2;

    private double withSuspect;
    private double without;
    private long updatedNanos;

    Deaths(long now) {
        updatedNanos = now;
    }

    void add(boolean suspectAboard, long now) {
        fade(now);
        if (suspectAboard) {
            withSuspect++;
        } else {
            without++;
        }
    }

    /// Whether one more with a suspect aboard would still be chance.
    boolean happenAnyway(long now) {
        fade(now);
        return without >= BY_CHANCE * (withSuspect + 1);
    }

    private void fade(long now) {
        double kept = Math.exp((updatedNanos - now) / 1e9 / MEMORY_SECONDS);
        withSuspect *= kept;
        without *= kept;
        updatedNanos = now;
    }
}
