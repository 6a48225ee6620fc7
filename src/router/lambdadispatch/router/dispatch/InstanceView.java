// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import java.util.Locale;

/// One instance at one moment, for operators. Holds no secret: the name is the public one.
///
/// @param state `starting`, `late`, `open`, `aside`, `ejected`, `expiring`, `draining`, or `closed` while the invoke still goes on
/// @param purpose `serve`, `stay` (held by `MinInstanceCount`) or `init_only`
/// @param ageMillis since the invoke
/// @param closesInMillis until it asks to be closed, by its own reckoning; -1 while it has not said
/// @param busy requests that run on it
/// @param free channels without a request
/// @param served exchanges that ended well
/// @param silentMillis since it was last heard from
/// @param description what its environment is; null while it has not said
public record InstanceView(
        String name, String state, String purpose, long ageMillis, long closesInMillis, int busy, int free, long served, long silentMillis,
        Description description) {
    private static final long NANOS = 1_000_000;

    /// Under the pool's lock.
    static InstanceView of(Instance instance, long now) {
        long closesIn = instance.closesAtNanos == Long.MAX_VALUE ? -1 : Math.max(0, (instance.closesAtNanos - now) / NANOS);
        return new InstanceView(instance.publicName(), state(instance), instance.purpose().name().toLowerCase(Locale.ROOT),
                (now - instance.invokedNanos) / NANOS, closesIn, instance.busy.size(), instance.free.size(), instance.servedWell,
                (now - instance.heardNanos) / NANOS, instance.description());
    }

    private static String state(Instance instance) {
        return switch (instance.state) {
            case STARTING -> instance.late ? "late" : "starting";
            case OPEN -> instance.expiring ? "expiring" : instance.ejected ? "ejected" : instance.aside ? "aside" : "open";
            case DRAINING -> "draining";
            case CLOSED -> "closed";
        };
    }
}
