// SPDX-License-Identifier: MIT
package lambdadispatch.router.observe;

import lambdadispatch.base.metrics.Histogram;

/// What was counted and measured of all requests, up to a moment or between two.
/// @param byClass by the first digit of the status
/// @param abandoned whose client went away before there was any answer (499); part of `byClass[4]`
record RequestTotals(long[] byClass, long abandoned, long retries, long bytes, Histogram.Snapshot durations, Histogram.Snapshot waits,
        Histogram.Snapshot delays) {
    RequestTotals since(RequestTotals earlier) {
        long[] difference = byClass.clone();
        for (int i = 0; i < difference.length; i++) {
            difference[i] -= earlier.byClass[i];
        }
        return new RequestTotals(difference, abandoned - earlier.abandoned, retries - earlier.retries, bytes - earlier.bytes,
                durations.since(earlier.durations), waits.since(earlier.waits), delays.since(earlier.delays));
    }
}
