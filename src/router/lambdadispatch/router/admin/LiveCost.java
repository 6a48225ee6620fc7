// SPDX-License-Identifier: MIT
package lambdadispatch.router.admin;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import lambdadispatch.base.json.Json;
import lambdadispatch.cost.Architecture;
import lambdadispatch.cost.Bill;
import lambdadispatch.cost.Comparison;
import lambdadispatch.cost.Workload;
import lambdadispatch.router.dispatch.Description;
import lambdadispatch.router.dispatch.InstanceView;
import lambdadispatch.router.dispatch.Pool;
import lambdadispatch.router.dispatch.PoolSnapshot;
import lambdadispatch.router.dispatch.PoolView;
import lambdadispatch.router.observe.Sample;

/// Dollars an hour as traffic is now, beside what other ways would cost: the same reckoning as `lambda-dispatch-router cost`.
final class LiveCost {
    private static final double HOURS_A_MONTH = Comparison.SECONDS_A_MONTH / 3600;
    private static final int MINUTE = 60;
    /// Until environments report theirs: one vCPU.
    private static final int ASSUMED_MEMORY_MB = 1769;
    private static final double ASSUMED_CPU_SHARE = 0.2;
    /// What a function may be given (AWS Lambda quotas).
    private static final int LEAST_MEMORY_MB = 128;
    private static final int MOST_MEMORY_MB = 10_240;

    /// @param samples the last minutes, oldest first
    Json json(Pool pool, List<Sample> samples) {
        PoolView view = pool.view();
        PoolSnapshot now = view.snapshot();
        Description is = newest(view);
        boolean memoryKnown = is != null && is.memoryMb() >= LEAST_MEMORY_MB && is.memoryMb() <= MOST_MEMORY_MB;
        int memory = memoryKnown ? is.memoryMb() : ASSUMED_MEMORY_MB;
        boolean cpuKnown = now.seen().concurrency() > 0 && now.seen().appSeconds() > 0;
        double cpuShare = cpuKnown ? Math.clamp(now.seen().cpuSeconds() / now.seen().appSeconds(), 0, 1) : ASSUMED_CPU_SHARE;
        Architecture architecture = is != null && is.arm() ? Architecture.ARM : Architecture.X86;
        List<Sample> minute = samples.subList(Math.max(0, samples.size() - MINUTE), samples.size());
        double rate = minute.stream().mapToLong(Sample::requests).average().orElse(0);
        double peak = peak(samples);
        double seconds = Math.clamp(now.serviceSeconds(), 0.001, 900);
        Workload load = new Workload(rate, rate == 0 ? 1 : Math.clamp(peak / rate, 1, 1000), seconds, cpuShare, memory,
                Math.min(600, now.coldStartSeconds()), pool.settings().maxConcurrentCount(), architecture);
        double environments = minute.stream().mapToInt(Sample::underWay).average().orElse(now.invokesUnderWay());
        List<Json> ways = new ArrayList<>();
        for (Bill bill : Comparison.of(load, environments)) {
            ways.add(Json.object("way", bill.way(), "usdPerHour", Math.round(bill.total() / HOURS_A_MONTH * 10_000) / 10_000.0));
        }
        return Json.object("memoryMb", memory, "memoryKnown", memoryKnown, "cpuShare", Math.round(cpuShare * 1000) / 1000.0, "cpuKnown",
                cpuKnown,
                "architecture", architecture == Architecture.ARM ? "arm64" : "x86_64", "requestsPerSecond", Math.round(rate * 100) / 100.0,
                "ways", Json.of(ways));
    }

    /// What the environment that was invoked last says that it is; null while none has said anything.
    private static Description newest(PoolView view) {
        return view.instances().stream().filter(instance -> instance.description() != null)
                .min(Comparator.comparingLong(InstanceView::ageMillis))
                .map(InstanceView::description).orElse(null);
    }

    /// The busiest ten seconds of what is known, by the second.
    private static double peak(List<Sample> samples) {
        double peak = 0;
        for (int i = 10; i <= samples.size(); i++) {
            peak = Math.max(peak, samples.subList(i - 10, i).stream().mapToLong(Sample::requests).average().orElse(0));
        }
        return peak;
    }
}
