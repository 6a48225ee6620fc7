// SPDX-License-Identifier: MIT
package lambdadispatch.simulation;

import lambdadispatch.router.dispatch.PoolSettings;

/// Keeps its own account of what the cost guard promises: the token bucket, the pause after a fault, the number of instances paid for at once.
final class BudgetWatch {
    private final PoolSettings settings;
    private double tokens;
    private double refilled;
    private double lastFault = Double.NEGATIVE_INFINITY;

    BudgetWatch(PoolSettings settings) {
        this.settings = settings;
        this.tokens = settings.invokes().burst();
    }

    void invoked(double now, int underWay) {
        PoolSettings.InvokeLimits limits = settings.invokes();
        tokens = Math.min(limits.burst(), tokens + (now - refilled) * limits.perSecond()) - 1;
        refilled = now;
        World.that(tokens > -1e-6, "more invokes than the budget allows");
        double pause = 0.75 * limits.firstBackoff().toMillis() / 1000;
        World.that(now - lastFault > pause - 1e-6, "an invoke right after a failed one");
        int max = settings.scaling().instances().max();
        World.that(underWay <= max + Math.ceilDiv(max, 4), "more instances than MaxInstanceCount and its overlap allow");
    }

    void failed(double now) {
        lastFault = now;
    }
}
