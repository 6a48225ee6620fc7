// SPDX-License-Identifier: MIT
package lambdadispatch.router.observe;

import lambdadispatch.base.metrics.Registry;
import lambdadispatch.net.MemoryAccount;

/// What is held for clients and extensions, and who was refused for it.
public final class MemoryMetrics {
    private MemoryMetrics() {}

    public static void register(MemoryAccount account, Registry registry) {
        registry.gauge("lambda_dispatch_peer_memory_bytes", "Memory that is held for clients and extensions", account::held);
        registry.gauge("lambda_dispatch_peer_memory_limit_bytes", "Most of it that there may be", account::most);
        registry.total("lambda_dispatch_peer_memory_refused_total", "Times that there was no room for more of it", account::refused);
        registry.total("lambda_dispatch_peer_memory_ended_total", "Connections and streams that were ended to make room", account::ended);
    }
}
