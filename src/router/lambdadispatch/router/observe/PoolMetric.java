// SPDX-License-Identifier: MIT
package lambdadispatch.router.observe;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import lambdadispatch.router.dispatch.InvokeFault;
import lambdadispatch.router.dispatch.PoolSnapshot;
import lambdadispatch.router.dispatch.Refusal;

/// One thing that is reported of each pool, to CloudWatch and to Prometheus; [#ALL] is the whole list. `docs/operations.md` says what to do
/// about which.
/// @param rare reported to CloudWatch only where it happened: every name there is paid for
/// @param name CloudWatch's
/// @param family Prometheus's name, without `lambda_dispatch_`
/// @param reason the value of Prometheus's label `reason`, or null
record PoolMetric(Kind kind, boolean rare, String name, String family, String reason, String help, ToDoubleFunction<PoolSnapshot> source) {
    enum Kind {
        /// Goes up and down.
        LEVEL,
        /// Only grows.
        TOTAL
    }

    static final List<PoolMetric> ALL = all();

    private static List<PoolMetric> all() {
        List<PoolMetric> all = new ArrayList<>(List.of(
                level("QueueDepth", "queue_depth", "Requests that wait for a slot", PoolSnapshot::pending),
                level("RequestsRunning", "requests_running", "Requests that instances work on", PoolSnapshot::running),
                level("InstancesDesired", "instances_desired", "Instances that the load asks for", PoolSnapshot::desired),
                level("InstancesStarting", "instances_starting", "Instances invoked and counted on, without a channel yet",
                        PoolSnapshot::starting),
                level("InstancesOpen", "instances_open", "Instances that take requests", snapshot -> snapshot.open() + snapshot.rotating()),
                level("InstancesDraining", "instances_draining", "Instances that take no more requests", PoolSnapshot::draining),
                level("InvokesUnderWay", "invokes_under_way", "Invokes that have not returned: what is paid for",
                        PoolSnapshot::invokesUnderWay),
                level("SlotsFree", "slots_free", "Channels without a request", PoolSnapshot::freeSlots),
                level("InvokesHeldBack", "invokes_held_back", "1 while the cost guard allows no invoke after failures",
                        snapshot -> snapshot.blockedMillis() > 0 ? 1 : 0),
                level("AppTime", "app_seconds", "Time that a request spends in the app, on average",
                        snapshot -> snapshot.seen().appSeconds()),
                level("CpuTime", "cpu_seconds", "CPU time that a request takes, on average; 0 while too little is known",
                        snapshot -> snapshot.seen().cpuSeconds()),
                level("ConcurrencyAdvised", "concurrency_advised", "What MaxConcurrentCount would be right; 0 while too little is known",
                        snapshot -> snapshot.seen().concurrency()),
                total("Invokes", "invokes_total", "Invokes made", snapshot -> snapshot.totals().invokes()),
                total("InvokeErrors", "invoke_errors_total", "Invokes that bought nothing",
                        snapshot -> sum(snapshot.totals().faults().values())),
                total("InstancesDied", "instances_died_total", "Instances that ended early and without being asked, after they had served",
                        snapshot -> snapshot.totals().diedAfterService()),
                total("HeldTime", "held_seconds_total", "Time for which apps wanted to be kept after their answers",
                        snapshot -> snapshot.totals().heldMillis() / 1000.0),
                total("Throttles", "throttles_total", "Invokes that Lambda answered with 429",
                        snapshot -> of(snapshot, InvokeFault.THROTTLED)),
                total("RequestsRefused", "requests_refused_total", "Requests that got no slot",
                        snapshot -> sum(snapshot.totals().refused().values()))));
        for (InvokeFault fault : InvokeFault.values()) {
            all.add(new PoolMetric(Kind.TOTAL, true, "InvokeError" + camel(fault), "invoke_errors_by_reason_total",
                    fault.name().toLowerCase(Locale.ROOT),
                    "Invokes that bought nothing, by what was wrong", snapshot -> of(snapshot, fault)));
        }
        for (Refusal.Kind kind : Refusal.Kind.values()) {
            all.add(new PoolMetric(Kind.TOTAL, true, "RequestsRefused" + camel(kind), "requests_refused_by_reason_total",
                    kind.name().toLowerCase(Locale.ROOT),
                    "Requests that got no slot, by why", snapshot -> snapshot.totals().refused().getOrDefault(kind, 0L)));
        }
        return List.copyOf(all);
    }

    private static PoolMetric level(String name, String family, String help, ToDoubleFunction<PoolSnapshot> source) {
        return new PoolMetric(Kind.LEVEL, false, name, family, null, help, source);
    }

    private static PoolMetric total(String name, String family, String help, ToDoubleFunction<PoolSnapshot> source) {
        return new PoolMetric(Kind.TOTAL, false, name, family, null, help, source);
    }

    private static long of(PoolSnapshot snapshot, InvokeFault fault) {
        return snapshot.totals().faults().getOrDefault(fault, 0L);
    }

    private static long sum(Iterable<Long> values) {
        long sum = 0;
        for (long value : values) {
            sum += value;
        }
        return sum;
    }

    /// `NEVER_CONNECTED` as `NeverConnected`.
    private static String camel(Enum<?> constant) {
        StringBuilder text = new StringBuilder();
        for (String word : constant.name().split("_")) {
            text.append(word.charAt(0)).append(word.substring(1).toLowerCase(Locale.ROOT));
        }
        return text.toString();
    }
}
