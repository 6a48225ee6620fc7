// SPDX-License-Identifier: MIT
package lambdadispatch.simulation;

import lambdadispatch.invoke.InvokeResult;
import lambdadispatch.router.dispatch.PoolSettings;

/// Keeps its own account of what the cost guard promises: the token bucket, the pause after a fault, the number of instances paid for at
/// once.
final class BudgetWatch {
    private final PoolSettings settings;
    private double tokens;
    private double refilled;
    private double blockedUntil = Double.NEGATIVE_INFINITY;

    BudgetWatch(PoolSettings settings) {
        this.settings = settings;
        this.tokens = settings.invokes().burst();
    }

    void invoked(double now, int underWay) {
        PoolSettings.InvokeLimits limits = settings.invokes();
        tokens = Math.min(limits.burst(), tokens + (now - refilled) * limits.perSecond()) - 1;
        refilled = now;
        World.that(tokens > -1e-6, "more invokes than the budget allows");
        World.that(now > blockedUntil - 1e-6, "an invoke right after a failed one, or before its Retry-After");
        int max = settings.scaling().instances().max();
        World.that(underWay <= max + Math.ceilDiv(max, 4), "more instances than MaxInstanceCount and its overlap allow");
    }

    void failed(double now, InvokeResult result) {
        double pause = 0.75 * settings.invokes().firstBackoff().toMillis() / 1000;
        double asked = result instanceof InvokeResult.Throttled throttled ? throttled.retryAfter().toMillis() / 1000.0 : 0;
        blockedUntil = Math.max(blockedUntil, now + Math.max(pause, asked));
    }
}
