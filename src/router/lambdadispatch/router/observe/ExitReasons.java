// SPDX-License-Identifier: MIT
package lambdadispatch.router.observe;

import java.util.EnumMap;
import java.util.Map;
import lambdadispatch.base.metrics.Counter;
import lambdadispatch.base.metrics.Registry;
import lambdadispatch.protocol.ExitReason;

/// Counts why invocations ended, as the extensions say.
public final class ExitReasons {
    private final Map<ExitReason, Counter> counters = new EnumMap<>(ExitReason.class);

    public ExitReasons(Registry registry) {
        for (ExitReason reason : ExitReason.values()) {
            counters.put(reason, registry.counter("lambda_dispatch_invocations_ended_total",
                    "Invocations that returned, by the extension's reason", "reason", reason.name()));
        }
    }

    public void count(ExitReason reason) {
        counters.get(reason).increment();
    }

    Map<ExitReason, Long> totals() {
        Map<ExitReason, Long> totals = new EnumMap<>(ExitReason.class);
        counters.forEach((reason, counter) -> totals.put(reason, counter.value()));
        return totals;
    }
}
