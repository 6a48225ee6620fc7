// SPDX-License-Identifier: MIT
package lambdadispatch.router.observe;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import lambdadispatch.base.json.Json;

/// Metrics of one moment in CloudWatch's Embedded Metric Format: JSON documents, one a line, that CloudWatch Logs turns into metrics.
///
/// Source: Amazon CloudWatch User Guide, "Specification: Embedded metric format"; the limits below are its.
final class EmbeddedMetrics {
    static final String METADATA = "_aws";
    static final int MOST_METRICS = 100;
    static final int MOST_VALUES = 100;
    static final int MOST_DIMENSIONS = 30;
    /// A document may have 1 MB, but container engines cut lines at 16 KiB, and half a document is none.
    static final int LONGEST_LINE = 15 << 10;

    private static final MathContext DIGITS = new MathContext(4);

    private record Metric(Json definition, String name, Json value) {
        int length() {
            return definition.write().length() + name.length() + value.write().length() + 6;
        }
    }

    private final String namespace;
    private final Map<String, String> dimensions;
    private final long epochMillis;
    private final List<Metric> metrics = new ArrayList<>();

    EmbeddedMetrics(String namespace, Map<String, String> dimensions, long epochMillis) {
        this.namespace = namespace;
        this.dimensions = dimensions;
        this.epochMillis = epochMillis;
    }

    /// @param unit as CloudWatch knows it: `Count`, `Milliseconds`, `Bytes`…
    /// @param values one, or up to [#MOST_VALUES] that each count as often; none: the metric is left out
    EmbeddedMetrics add(String name, String unit, double... values) {
        if (values.length > MOST_VALUES) {
            throw new IllegalArgumentException(name + " has " + values.length + " values");
        }
        if (values.length > 0) {
            // Equal samples say no more than one of them.
            boolean equal = DoubleStream.of(values).allMatch(value -> value == values[0]);
            Json value = equal ? number(values[0]) : Json.of(DoubleStream.of(values).mapToObj(EmbeddedMetrics::number).toList());
            metrics.add(new Metric(Json.object("Name", name, "Unit", unit), name, value));
        }
        return this;
    }

    /// The documents, as many as the limits ask for; none without metrics.
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        int empty = document(List.of()).length();
        List<Metric> part = new ArrayList<>();
        int length = empty;
        for (Metric metric : metrics) {
            if (part.size() == MOST_METRICS || !part.isEmpty() && length + metric.length() > LONGEST_LINE) {
                lines.add(document(part));
                part.clear();
                length = empty;
            }
            part.add(metric);
            length += metric.length();
        }
        if (!part.isEmpty()) {
            lines.add(document(part));
        }
        return lines;
    }

    private String document(List<Metric> part) {
        Json directive = Json.object("Namespace", namespace, "Dimensions", List.of(List.copyOf(dimensions.keySet())),
                "Metrics", part.stream().map(Metric::definition).toList());
        Map<String, Json> root = new LinkedHashMap<>();
        root.put(METADATA, Json.object("Timestamp", epochMillis, "CloudWatchMetrics", List.of(directive)));
        dimensions.forEach((name, value) -> root.put(name, Json.of(value)));
        part.forEach(metric -> root.put(metric.name, metric.value));
        return new Json.JsonObject(root).write();
    }

    private static Json number(double value) {
        boolean whole = value == Math.rint(value) && Math.abs(value) < 1e15;
        return whole ? Json.of((long) value)
                : new Json.JsonNumber(new BigDecimal(value).round(DIGITS).stripTrailingZeros().toPlainString());
    }
}
