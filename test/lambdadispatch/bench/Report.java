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
import lambdadispatch.json.Json;

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
    double row(Subject subject, String load, Load.Seen seen, Map<Watched, Meter.Used> used) {
        System.out.printf(Locale.ROOT, "%-16s %-10s %8.0f/s  p50 %7.2f  p99 %7.2f  p99.9 %7.2f ms%s%n", subject.name(), load, seen.perSecond(),
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
            System.out.printf(Locale.ROOT, "    %-12s %7.1f us (user %.1f, system %.1f)  switches %.2f  allocated %.0f B  peak RSS %d MiB%n",
                    entry.getKey(), user + system, user, system, switches, allocated, rss);
            processes.add(Json.object("process", entry.getKey(), "cpuMicros", round(user + system), "switches", round(switches),
                    "allocatedBytes", Math.round(allocated), "peakRssMiB", rss));
        }
        rows.add(Json.object("scenario", scenario, "subject", subject.name(), "load", load, "requestsPerSecond", round(seen.perSecond()),
                "failed", seen.failed(), "p50Millis", round(seen.p50Millis()), "p99Millis", round(seen.p99Millis()), "p999Millis", round(seen.p999Millis()),
                "cpuMicros", round(all), "processes", Json.array(processes.toArray())));
        return all;
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

    private static double round(double value) {
        return Math.round(value * 1000) / 1000.0;
    }
}
