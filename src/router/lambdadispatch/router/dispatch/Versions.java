// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import java.time.Duration;

/// Which version of the function is the current one, and which instances are replaced because they run an older one. Guarded by the pool's
/// lock.
///
/// A deploy lets an alias name a higher version; environments that run keep the old code. So once an instance of a higher version has been
/// open for [#SETTLE_NANOS], those of lower ones are *superseded*: replaced a quarter at a time, as at the end of their time. An alias may
/// also give out two versions by weight. That shows when an instance that was invoked after that pause runs a lower version all the same:
/// then nothing is superseded any more. So at most the first quarter of the instances is replaced for nothing, once, and no version drives
/// the other out again and again.
final class Versions {
    /// An alias that was changed may be read as it was for some seconds.
    static final long SETTLE_NANOS = Duration.ofSeconds(10).toNanos();
    /// For so long it is remembered that a version was given out beside others, though none of its instances is left.
    static final long MEMORY_NANOS = Duration.ofHours(1).toNanos();

    private long newest; // 0: no version with a number is there
    private long newestSinceNanos;
    private long mixed; // given out beside lower ones; 0: none
    private long mixedSeenNanos;

    /// The instance has its first channel.
    void opened(Instance instance, Outbox outbox, long now) {
        long version = number(instance);
        if (version > newest) {
            newest = version;
            newestSinceNanos = now;
        } else if (version > 0 && version < newest && mixed != newest && instance.invokedNanos - newestSinceNanos >= SETTLE_NANOS) {
            mixed = newest;
            mixedSeenNanos = now;
            outbox.info("aliasGivesOutSeveralVersions", instance, "version", version, "beside", newest);
        }
    }

    void review(Fleet fleet, Outbox outbox, long now) {
        remember(fleet, now);
        boolean over = newest > 0 && newest != mixed && now - newestSinceNanos >= SETTLE_NANOS;
        Instance first = null;
        int count = 0;
        for (Instance instance : fleet.all()) {
            boolean old = over && number(instance) > 0 && number(instance) < newest && instance.state == Instance.State.OPEN;
            if (old && !instance.superseded) {
                first = instance;
                count++;
            }
            instance.superseded = old;
        }
        if (first != null) {
            outbox.info("olderVersionsAreReplaced", first, "by", newest, "instances", count);
        }
    }

    private void remember(Fleet fleet, long now) {
        long highest = 0;
        for (Instance instance : fleet.all()) {
            if (instance.everOpened && instance.state != Instance.State.CLOSED) {
                highest = Math.max(highest, number(instance));
            }
        }
        if (highest != newest) {
            newest = highest;
            newestSinceNanos = now;
        }
        if (mixed != 0 && mixed == highest) {
            mixedSeenNanos = now;
        } else if (now - mixedSeenNanos > MEMORY_NANOS) {
            mixed = 0;
        }
    }

    private static long number(Instance instance) {
        Description description = instance.description();
        return description == null ? 0 : description.number();
    }
}
