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
/// @param feels `well`; `hot`: short of CPU time; `slow`: answers take several times as long as others'; `refusing`: it has just refused a
/// request
/// @param replaced a fresh one takes its place, since it was asked for or a newer version shows
/// @param answerMillis how long its answers take, typically; 0 while that is not known
/// @param failureShare of its answers lately, 0 to 1
/// @param description what its environment is; null while it has not said
public record InstanceView(
        String name, String state, String purpose, long ageMillis, long closesInMillis, int busy, int free, long served, long silentMillis,
        String feels, boolean replaced, double answerMillis, double failureShare, Description description) {
    private static final long NANOS = 1_000_000;

    /// Under the pool's lock.
    static InstanceView of(Instance instance, long now) {
        long closesIn = instance.closesAtNanos == Long.MAX_VALUE ? -1 : Math.max(0, (instance.closesAtNanos - now) / NANOS);
        return new InstanceView(instance.publicName(), state(instance), instance.purpose().name().toLowerCase(Locale.ROOT),
                (now - instance.invokedNanos) / NANOS, closesIn, instance.busy.size(), instance.free.size(), instance.servedWell,
                (now - instance.heardNanos) / NANOS, Outliers.feels(instance, now), instance.outdated || instance.superseded,
                instance.rating.known() ? 1000 * Math.exp(instance.rating.logSeconds()) : 0, instance.rating.failureShare(),
                instance.description());
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
