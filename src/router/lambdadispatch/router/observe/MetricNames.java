// SPDX-License-Identifier: MIT
package lambdadispatch.router.observe;

import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import lambdadispatch.protocol.ExitReason;

/// The names in CloudWatch; those of most of a pool's metrics are in [PoolMetric].
final class MetricNames {
    static final String REQUESTS = "Requests";
    static final String BY_CLASS = "Requests%dxx";
    static final String ABANDONED = "RequestsAbandoned";
    static final String OPEN = "RequestsOpen";
    static final String RETRIES = "Retries";
    static final String BYTES = "ResponseBytes";
    static final String DURATION = "RequestDuration";
    static final String QUEUE_DELAY = "QueueDelay";
    static final String DISPATCH_DELAY = "DispatchDelay";
    static final String COLD_START = "ColdStart";
    static final String EXIT = "Exit";

    private static final Set<String> TAKEN = Stream.of(
                    Stream.of(REQUESTS, ABANDONED, OPEN, RETRIES, BYTES, DURATION, QUEUE_DELAY, DISPATCH_DELAY, COLD_START),
                    Stream.of(1, 2, 3, 4, 5).map(BY_CLASS::formatted),
                    Stream.of(ExitReason.values()).map(reason -> EXIT + reason),
                    PoolMetric.ALL.stream().map(PoolMetric::name))
            .flatMap(names -> names).collect(Collectors.toUnmodifiableSet());

    private MetricNames() {}

    /// Whether a member of a document has that name already.
    static boolean taken(String name) {
        return TAKEN.contains(name);
    }
}
