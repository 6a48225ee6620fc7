// SPDX-License-Identifier: MIT
package lambdadispatch.router.observe;

import java.util.List;
import lambdadispatch.base.json.Json;

/// One second of a router's life, for a plot.
///
/// @param epochSecond when it ended
/// @param requests answered in it
/// @param failed of those, answered with 5xx
/// @param abandoned of those, whose client went away first
/// @param p50Millis half of them took at most so long; 0 where there were none
/// @param p99Millis ninety-nine of a hundred took at most so long
/// @param waitP99Millis in the queue
/// @param open requests under way at its end
/// @param pending requests that waited at its end
/// @param oldestWaitMillis of those, the longest
/// @param instances that took requests at its end
/// @param starting invoked and not connected yet
/// @param underWay invokes that have not returned: what is paid for
/// @param desired what the scaler wanted
/// @param invokes made in it
public record Sample(
        long epochSecond,
        long requests,
        long failed,
        long abandoned,
        double p50Millis,
        double p99Millis,
        double waitP99Millis,
        int open,
        int pending,
        long oldestWaitMillis,
        int instances,
        int starting,
        int underWay,
        int desired,
        long invokes) {
    /// As an array in the order of the components: 900 of them go over the wire when a page opens.
    public Json json() {
        return Json
                .of(List.of(epochSecond, requests, failed, abandoned, rounded(p50Millis), rounded(p99Millis), rounded(waitP99Millis), open,
                pending, oldestWaitMillis, instances, starting, underWay, desired, invokes));
    }

    private static double rounded(double value) {
        return Math.round(value * 100) / 100.0;
    }
}
