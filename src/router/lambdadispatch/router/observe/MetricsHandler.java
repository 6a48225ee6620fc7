// SPDX-License-Identifier: MIT
package lambdadispatch.router.observe;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import lambdadispatch.base.Bytes;
import lambdadispatch.base.metrics.Registry;
import lambdadispatch.http.server.Exchange;
import lambdadispatch.http.server.Handler;
import lambdadispatch.router.dispatch.PoolSnapshot;

/// The metrics port: `GET /metrics` answers in Prometheus's text format. It is a port of its own, since what it tells is nobody's business
/// on the incoming one.
public final class MetricsHandler implements Handler {
    private static final String VERSIONS = "lambda_dispatch_instances_by_version";

    private final Registry registry;
    private final Supplier<List<PoolSnapshot>> pools;
    private final Map<String, PoolSnapshot> latest = new ConcurrentHashMap<>();
    private Set<List<String>> versions = Set.of(); // labels of the series that there are; guarded by this

    public MetricsHandler(Registry registry, Supplier<List<PoolSnapshot>> pools) {
        this.registry = registry;
        this.pools = pools;
    }

    @Override
    public void handle(Exchange exchange) throws IOException {
        if (!exchange.request().path().equals("/metrics")) {
            exchange.answer(404, "text/plain; charset=utf-8", "only /metrics is here\n".getBytes(StandardCharsets.US_ASCII));
            return;
        }
        exchange.answer(200, Registry.CONTENT_TYPE, text());
    }

    /// One scrape at a time: each asks the pools once, and all its numbers are of that moment.
    private synchronized byte[] text() {
        Map<String, PoolSnapshot> now = new HashMap<>();
        pools.get().forEach(snapshot -> now.put(snapshot.function(), snapshot));
        Set<String> gone = new HashSet<>(latest.keySet());
        gone.removeAll(now.keySet());
        gone.forEach(function -> registry.forget("function", function));
        latest.keySet().removeAll(gone);
        latest.putAll(now);
        now.keySet().forEach(this::register);
        versions(now);
        Bytes out = new Bytes(16 << 10);
        registry.write(out);
        return out.toArray();
    }

    /// One series for each version that some instance runs; those of versions that are gone go.
    private void versions(Map<String, PoolSnapshot> now) {
        Set<List<String>> running = new HashSet<>();
        now.forEach((function, snapshot) -> snapshot.versions().keySet()
                .forEach(version -> running.add(List.of("function", function, "version", version))));
        versions.stream().filter(labels -> !running.contains(labels))
                .forEach(labels -> registry.forgetOne(VERSIONS, labels.toArray(String[]::new)));
        versions = running;
        for (List<String> labels : running) {
            registry.gauge(VERSIONS, "Instances that take requests, by the version of the function that they run",
                    () -> latest.get(labels.get(1)).versions().getOrDefault(labels.get(3), 0), labels.toArray(String[]::new));
        }
    }

    private void register(String function) {
        for (PoolMetric metric : PoolMetric.ALL) {
            String[] labels = metric.reason() == null ? new String[] {"function", function}
                    : new String[] {"function", function, "reason", metric.reason()};
            String name = "lambda_dispatch_" + metric.family();
            switch (metric.kind()) {
                case LEVEL -> registry.gauge(name, metric.help(), () -> metric.source().applyAsDouble(latest.get(function)), labels);
                case TOTAL -> registry.total(name, metric.help(), () -> (long) metric.source().applyAsDouble(latest.get(function)), labels);
            }
        }
    }
}
