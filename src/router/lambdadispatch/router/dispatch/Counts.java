// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import java.util.EnumMap;
import java.util.Map;

/// Sums of events since the pool was made; they only grow, and nothing is decided from them.
final class Counts {
    long submitted;
    long granted;
    long withdrawn;
    long invokes;
    long diedAfterService;
    private final Map<Refusal.Kind, Long> refused = new EnumMap<>(Refusal.Kind.class);
    private final Map<InvokeFault, Long> faults = new EnumMap<>(InvokeFault.class);

    void refused(Refusal.Kind kind) {
        refused.merge(kind, 1L, Long::sum);
    }

    void fault(InvokeFault fault) {
        faults.merge(fault, 1L, Long::sum);
    }

    PoolSnapshot.Totals totals(long heldMillis) {
        return new PoolSnapshot.Totals(submitted, granted, withdrawn, Map.copyOf(refused), invokes, diedAfterService, heldMillis,
                Map.copyOf(faults));
    }
}
