// SPDX-License-Identifier: MIT
package lambdadispatch.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import lambdadispatch.base.json.Json;

/// Collects rows, prints each as it comes, and writes all as JSON at the end.
final class Report {
    private final List<Object> rows = new ArrayList<>();
    private String scenario = "";

    void scenario(String name) {
        scenario = name;
        System.out.println("\n## " + name);
    }

    /// One subject under one load: what the clients saw, and what each process used per request.
    /// @param load what was different from the row before: `c=64`
    /// @return microseconds of CPU per request, all processes together
    double row(Subject subject, String load, LoadGenerator.Seen seen, Map<Watched, Meter.Used> used) {
        System.out.printf(Locale.ROOT, "%-16s %-10s %8.0f/s  p50 %7.2f  p99 %7.2f  p99.9 %7.2f ms%s%n", subject.name(), load,
                seen.perSecond(),
                seen.p50Millis(), seen.p99Millis(), seen.p999Millis(), seen.failed() == 0 ? "" : "  FAILED " + seen.failed());
        double all = 0;
        List<Object> processes = new ArrayList<>();
        Map<String, List<Meter.Used>> byName = new LinkedHashMap<>();
        used.forEach((process, u) -> byName.computeIfAbsent(process.name(), name -> new ArrayList<>()).add(u));
        for (Map.Entry<String, List<Meter.Used>> entry : byName.entrySet()) {
            double n = Math.max(1, seen.requests());
            double user = entry.getValue().stream().mapToDouble(Meter.Used::userMicros).sum() / n;
            double system = entry.getValue().stream().mapToDouble(Meter.Used::systemMicros).sum() / n;
            double switches = entry.getValue().stream().mapToLong(Meter.Used::switches).sum() / n;
            double allocated = entry.getValue().stream().mapToLong(Meter.Used::allocated).sum() / n;
            long rss = entry.getValue().stream().mapToLong(Meter.Used::peakKib).max().orElse(0) >> 10;
            all += user + system;
            System.out.printf(Locale.ROOT,
                    "    %-12s %7.1f us (user %.1f, system %.1f)  switches %.2f  allocated %.0f B  peak RSS %d MiB%n",
                    entry.getKey(), user + system, user, system, switches, allocated, rss);
            Map<String, Double> byThread = byThread(entry.getValue(), n);
            if (byThread.size() > 1) {
                System.out.println(
                        byThread.entrySet().stream().map(kind -> String.format(Locale.ROOT, "%s %.1f", kind.getKey(), kind.getValue()))
                        .collect(Collectors.joining(", ", "                 of it ", "")));
            }
            processes.add(Json.object("process", entry.getKey(), "cpuMicros", round(user + system), "switches", round(switches),
                    "allocatedBytes", Math.round(allocated), "peakRssMiB", rss, "cpuMicrosByThread", object(byThread)));
        }
        rows.add(Json.object("scenario", scenario, "subject", subject.name(), "load", load, "requestsPerSecond", round(seen.perSecond()),
                "failed", seen.failed(), "p50Millis", round(seen.p50Millis()), "p99Millis", round(seen.p99Millis()), "p999Millis",
                round(seen.p999Millis()),
                "cpuMicros", round(all), "processes", Json.array(processes.toArray())));
        return all;
    }

    /// CPU time of a request by kind of thread, in microseconds: what compilers and collector take is the JVM's youth, not the request's
    /// work.
    private static Map<String, Double> byThread(List<Meter.Used> processes, double requests) {
        Map<String, Double> sum = new TreeMap<>();
        processes.forEach(used -> used.byThread().forEach((kind, micros) -> sum.merge(kind, round(micros / requests), Double::sum)));
        return sum;
    }

    private static Json object(Map<String, Double> values) {
        return Json.object(values.entrySet().stream().flatMap(entry -> Stream.of(entry.getKey(), entry.getValue())).toArray());
    }

    /// A figure of another kind.
    void figure(String name, double value, String unit) {
        System.out.printf(Locale.ROOT, "  %-60s %10.2f %s%n", name, value, unit);
        rows.add(Json.object("scenario", scenario, "figure", name, "value", round(value), "unit", unit));
    }

    void write(Path file) throws IOException {
        Files.writeString(file, Json.array(rows.toArray()) + "\n");
        System.out.println("\nWritten to " + file);
    }

    /// Prints the ratios of this run beside those of an earlier one: they alone mean the same on another day.
    /// @return whether none is worse than `tolerance` times what it was
    boolean against(Path earlier, double tolerance) throws IOException {
        Map<String, Double> then = ratios(Json.parse(Files.readString(earlier)));
        boolean fine = true;
        System.out.printf("%n## Against %s%n%-90s %8s %8s%n", earlier, "", "then", "now");
        for (Map.Entry<String, Double> now : ratios(Json.array(rows.toArray())).entrySet()) {
            Double before = then.get(now.getKey());
            if (before != null) {
                boolean worse =
                        now.getKey().contains("throughput") ? now.getValue() * tolerance < before : now.getValue() > before * tolerance;
                fine &= !worse;
                System.out.printf(Locale.ROOT, "%-90s %8.2f %8.2f%s%n", now.getKey(), before, now.getValue(), worse ? "  WORSE" : "");
            }
        }
        return fine;
    }

    private static Map<String, Double> ratios(Json rows) {
        Map<String, Double> ratios = new LinkedHashMap<>();
        for (Json row : ((Json.JsonArray) rows).items()) {
            Json.JsonObject members = (Json.JsonObject) row;
            if (members.text("unit").orElse("").equals("x")) {
                Json value = members.get("value").orElseThrow();
                ratios.put(members.text("scenario").orElse("") + ": " + members.text("figure").orElse(""),
                        ((Json.JsonNumber) value).toDouble());
            }
        }
        return ratios;
    }

    private static double round(double value) {
        return Math.round(value * 1000) / 1000.0;
    }
}
