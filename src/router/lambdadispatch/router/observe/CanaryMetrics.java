// SPDX-License-Identifier: MIT
package lambdadispatch.router.observe;

import lambdadispatch.base.metrics.Registry;
import lambdadispatch.router.dispatch.Canary;

/// What is told of a canary beside its pool's own metrics: its part, and how its requests and the others fared.
public final class CanaryMetrics {
    private CanaryMetrics() {}

    public static void register(Canary canary, Registry registry) {
        registry.gauge("lambda_dispatch_canary_ratio", "Part of the requests that the canary is to get, 0 to 1",
                () -> canary.setting().hundredths() / (double) Canary.DRAWS);
        registry.total("lambda_dispatch_canary_diverted_total",
                "Requests drawn for the canary that the others' pool took, since the canary's had no instance or could not",
                canary::diverted);
        for (int group = 1; group < 6; group++) {
            int digit = group;
            for (boolean byCanary : new boolean[] {true, false}) {
                registry.total("lambda_dispatch_canary_requests_total",
                        "Requests answered while a canary was on, by who answered and class of status",
                        () -> canary.answers(byCanary, digit), "by", byCanary ? "canary" : "others", "class", digit + "xx");
            }
        }
    }
}
