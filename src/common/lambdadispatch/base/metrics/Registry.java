// SPDX-License-Identifier: MIT
package lambdadispatch.base.metrics;

import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import lambdadispatch.base.Bytes;

/// The metrics of a program by name and labels, and their text in the Prometheus exposition format, version 0.0.4.
///
/// Asking again for a metric of the same name and labels returns the same one; keep it in a field, the look-up is not for hot paths.
/// Names are checked when registered: a metric that Prometheus would refuse is a mistake in the program.
public final class Registry {
    /// The media type of [#write].
    public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private record Family(String help, String type, Map<String, Object> members) {
        Family copy() {
            return new Family(help, type, new LinkedHashMap<>(members));
        }
    }

    private record Total(LongSupplier source) {}

    private final Map<String, Family> families = new LinkedHashMap<>();

    public Registry() {}

    /// @param name ends in `_total` by convention
    /// @param labels alternating names and values
    public Counter counter(String name, String help, String... labels) {
        return member(name, help, labels, Counter.class, Counter::new);
    }

    /// A value read at each scrape; of several sources for the same name and labels the first stays.
    public Gauge gauge(String name, String help, DoubleSupplier source, String... labels) {
        return member(name, help, labels, Gauge.class, () -> new Gauge(source));
    }

    /// A count kept elsewhere, read at each scrape; of several sources for the same name and labels the first stays.
    public void total(String name, String help, LongSupplier source, String... labels) {
        member(name, help, labels, Total.class, () -> new Total(source));
    }

    /// @param name ends in `_seconds` by convention
    public Histogram durations(String name, String help, String... labels) {
        return member(name, help, labels, Histogram.class, Histogram::ofDurations);
    }

    /// As [#durations], of an HTTP server's requests: with the buckets that OpenTelemetry advises.
    public Histogram httpDurations(String name, String help, String... labels) {
        return member(name, help, labels, Histogram.class, Histogram::ofHttpDurations);
    }

    /// @param name ends in its unit (`_bytes`) by convention
    public Histogram sizes(String name, String help, String... labels) {
        return member(name, help, labels, Histogram.class, Histogram::ofSizes);
    }

    /// Forgets every metric that carries this label (of a pool that is gone, say).
    public synchronized void forget(String label, String value) {
        String text = label + "=\"" + escape(value) + '"';
        families.values().forEach(family -> family.members.keySet().removeIf(labels -> ("," + labels + ",").contains("," + text + ",")));
    }

    /// Forgets one metric.
    public synchronized void forgetOne(String name, String... labels) {
        Family family = families.get(name);
        if (family != null) {
            family.members.remove(labels(labels));
        }
    }

    /// Appends the text of all metrics. No lock is held while sources are asked: they may take locks under which others register.
    public void write(Bytes out) {
        StringBuilder text = new StringBuilder(4096);
        families().forEach((name, family) -> {
            if (!family.members.isEmpty()) {
                String help = family.help.replace("\\", "\\\\").replace("\n", "\\n");
                text.append("# HELP ").append(name).append(' ').append(help).append('\n');
                text.append("# TYPE ").append(name).append(' ').append(family.type).append('\n');
                family.members.forEach((labels, member) -> write(text, name, labels, member));
            }
        });
        out.append(text.toString().getBytes(StandardCharsets.UTF_8));
    }

    private synchronized Map<String, Family> families() {
        Map<String, Family> copy = new LinkedHashMap<>();
        families.forEach((name, family) -> copy.put(name, family.copy()));
        return copy;
    }

    private synchronized <T> T member(String name, String help, String[] labels, Class<T> type, Supplier<T> make) {
        if (!name.matches("[a-zA-Z_:][a-zA-Z0-9_:]*")) {
            throw new IllegalArgumentException("not a metric name: " + name);
        }
        String kind = type == Total.class ? "counter" : type.getSimpleName().toLowerCase(Locale.ROOT);
        Family family = families.computeIfAbsent(name, _ -> new Family(help, kind, new LinkedHashMap<>()));
        if (!family.type.equals(kind)) {
            throw new IllegalArgumentException(name + " is a " + family.type);
        }
        return type.cast(family.members.computeIfAbsent(labels(labels), _ -> make.get()));
    }

    private static void write(StringBuilder text, String name, String labels, Object member) {
        switch (member) {
            case Counter counter -> sample(text, name, labels).append(counter.value()).append('\n');
            case Total total -> sample(text, name, labels).append(total.source.getAsLong()).append('\n');
            case Gauge gauge -> sample(text, name, labels).append(number(gauge.value())).append('\n');
            case Histogram histogram -> write(text, name, labels, histogram.snapshot());
            default -> throw new IllegalStateException(member.getClass().getName());
        }
    }

    private static void write(StringBuilder text, String name, String labels, Histogram.Snapshot snapshot) {
        String before = labels.isEmpty() ? "" : labels + ",";
        for (int i = 0; i < snapshot.shownEdges(); i++) {
            sample(text, name + "_bucket", before + "le=\"" + number(snapshot.shownEdge(i)) + '"').append(snapshot.cumulative(i))
                    .append('\n');
        }
        sample(text, name + "_bucket", before + "le=\"+Inf\"").append(snapshot.count()).append('\n');
        sample(text, name + "_sum", labels).append(number(snapshot.sum())).append('\n');
        sample(text, name + "_count", labels).append(snapshot.count()).append('\n');
    }

    private static StringBuilder sample(StringBuilder text, String name, String labels) {
        text.append(name);
        if (!labels.isEmpty()) {
            text.append('{').append(labels).append('}');
        }
        return text.append(' ');
    }

    /// The shortest text of a number: whole ones without a fraction, others to 15 digits, which hides what binary fractions add.
    static String number(double value) {
        if (Double.isNaN(value)) {
            return "NaN";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "+Inf" : "-Inf";
        }
        if (value == Math.rint(value) && Math.abs(value) < 1e15) {
            return Long.toString((long) value);
        }
        return new BigDecimal(value).round(new MathContext(15)).stripTrailingZeros().toPlainString();
    }

    private static String labels(String[] namesAndValues) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            if (!namesAndValues[i].matches("[a-zA-Z_][a-zA-Z0-9_]*") || i + 1 == namesAndValues.length) {
                throw new IllegalArgumentException("not a label: " + namesAndValues[i]);
            }
            text.append(i == 0 ? "" : ",").append(namesAndValues[i]).append("=\"").append(escape(namesAndValues[i + 1])).append('"');
        }
        return text.toString();
    }

    private static String escape(String value) {
        return value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    }
}
