// SPDX-License-Identifier: MIT
package lambdadispatch.router;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import lambdadispatch.base.json.Json;
import lambdadispatch.cost.Architecture;
import lambdadispatch.cost.Bill;
import lambdadispatch.cost.Comparison;
import lambdadispatch.cost.CostPlot;
import lambdadispatch.cost.Prices;
import lambdadispatch.cost.TrafficCurve;
import lambdadispatch.cost.Workload;

/// `lambda-dispatch-router cost`: what a workload costs a month in several ways. Reads no configuration and opens no port.
final class CostCommand {
    private static final Map<String, String> DEFAULTS = Map.of("rps", "20", "peak", "3", "seconds", "0.1", "cpu", "0.2", "memory", "1769",
            "cold-start", "4", "concurrent", "10", "arch", "x86");
    private static final Set<String> FLAGS = Set.of("json");
    private static final String USAGE = """
            Usage: lambda-dispatch-router cost [OPTIONS]

              --rps N          requests a second, averaged over a month (20)
              --peak N         the busiest hour's rate divided by the average (3)
              --trace FILE     instead of both: lines of "seconds,requests" at equal steps
              --seconds N      in the app, for each request (0.1)
              --cpu N          the part of that time in which it keeps a processor busy, 0 to 1 (0.2)
              --memory MB      of the function; 1769 MB are one vCPU (1769)
              --cold-start N   seconds (4)
              --concurrent N   requests at once in one environment: MaxConcurrentCount (10)
              --arch x86|arm   (x86)
              --json           for programs
              --plot FILE      draws the cost by requests a second as SVG into that file, too

            US dollars a month at list prices, us-east-1; docs/cost.md has the assumptions.
            """;

    private final PrintStream out;

    CostCommand(PrintStream out) {
        this.out = out;
    }

    /// @return the exit code: 0, or 2 for arguments that can not be used
    int run(List<String> arguments) {
        Map<String, String> options = new HashMap<>(DEFAULTS);
        try {
            if (arguments.contains("--help")) {
                out.print(USAGE);
                return 0;
            }
            read(arguments, options);
            Workload load = workload(options);
            TrafficCurve trace =
                    options.containsKey("trace") ? TrafficCurve.parse(Files.readAllLines(Path.of(options.get("trace")))) : null;
            Workload shaped = trace == null ? load : trace.apply(load);
            if (options.containsKey("plot")) {
                Files.writeString(Path.of(options.get("plot")), CostPlot.svg(load));
            }
            List<Bill> bills = trace == null ? Comparison.of(load) : Comparison.of(load, trace);
            if (options.containsKey("json")) {
                out.println(json(shaped, bills));
            } else {
                print(shaped, bills);
            }
            return 0;
        } catch (IllegalArgumentException e) {
            out.println(e.getMessage() + "; see lambda-dispatch-router cost --help");
        } catch (IOException e) {
            out.println("a file can not be read or written: " + e);
        }
        return 2;
    }

    private static void read(List<String> arguments, Map<String, String> options) {
        for (int i = 0; i < arguments.size(); i++) {
            String name = arguments.get(i).startsWith("--") ? arguments.get(i).substring(2) : "";
            if (FLAGS.contains(name)) {
                options.put(name, "true");
            } else if ((DEFAULTS.containsKey(name) || name.equals("trace") || name.equals("plot")) && i + 1 < arguments.size()) {
                options.put(name, arguments.get(++i));
            } else {
                throw new IllegalArgumentException(arguments.get(i) + " is no option of cost, or lacks its value");
            }
        }
    }

    private static Workload workload(Map<String, String> options) {
        Architecture architecture = switch (options.get("arch").toLowerCase(Locale.ROOT)) {
            case "x86", "x86_64", "amd64" -> Architecture.X86;
            case "arm", "arm64" -> Architecture.ARM;
            default -> throw new IllegalArgumentException("--arch is x86 or arm, not " + options.get("arch"));
        };
        return new Workload(number(options, "rps"), number(options, "peak"), number(options, "seconds"), number(options, "cpu"),
                (int) number(options, "memory"), number(options, "cold-start"), (int) number(options, "concurrent"), architecture);
    }

    private static double number(Map<String, String> options, String name) {
        try {
            return Double.parseDouble(options.get(name));
        } catch (NumberFormatException notANumber) {
            throw new IllegalArgumentException("--" + name + " takes a number, not " + options.get(name), notANumber);
        }
    }

    private void print(Workload load, List<Bill> bills) {
        out.printf(Locale.ROOT, "%.4g requests/s on average, %.4g at the peak; %.4g s in the app, %.0f %% of it CPU; %d MB, %s%n",
                load.requestsPerSecond(),
                load.requestsPerSecond() * load.peakFactor(), load.seconds(), load.cpuShare() * 100, load.memoryMb(), load.architecture());
        out.printf(Locale.ROOT, "US dollars a month, list prices of %s (%s)%n%n", Prices.AS_OF, Prices.SOURCES);
        out.printf("%-36s %12s %10s %9s %9s %10s  %s%n", "", "environments", "compute", "requests", "beside", "sum", "the catch");
        for (Bill bill : bills) {
            out.printf(Locale.ROOT, "%-36s %12.1f %10.2f %9.2f %9.2f %10.2f  %s%n", bill.way(), bill.environments(), bill.compute(),
                    bill.requests(), bill.fixed(), bill.total(), bill.catchWith());
        }
        out.println();
        advice(load, bills).forEach(out::println);
    }

    /// What the figures say, plainly: also where something else is cheaper.
    static List<String> advice(Workload load, List<Bill> bills) {
        List<String> lines = new ArrayList<>();
        Bill ours = bills.getFirst();
        for (Bill other : bills.subList(1, bills.size())) {
            if (other.total() < ours.total()) {
                lines.add(String.format(Locale.ROOT, "%s is cheaper here, by %.2f a month.", other.way(), ours.total() - other.total()));
            }
        }
        if (lines.isEmpty()) {
            lines.add("Lambda Dispatch is the cheapest of these here.");
        }
        if (load.advisedConcurrency() < load.maxConcurrent()) {
            lines.add("These requests keep the processor busy: MaxConcurrentCount=" + load.advisedConcurrency()
                    + " is as many as one environment can run at once without slowing them down.");
        }
        return lines;
    }

    private static Json json(Workload load, List<Bill> bills) {
        List<Json> rows = new ArrayList<>();
        for (Bill bill : bills) {
            rows.add(Json.object("way", bill.way(), "environments", rounded(bill.environments()), "compute", rounded(bill.compute()),
                    "requests", rounded(bill.requests()), "beside", rounded(bill.fixed()), "total", rounded(bill.total())));
        }
        return Json.object("pricesAsOf", Prices.AS_OF, "requestsPerSecond", rounded(load.requestsPerSecond()),
                "advisedConcurrency", load.advisedConcurrency(), "usdPerMonth", Json.of(rows));
    }

    private static double rounded(double value) {
        return Math.round(value * 100) / 100.0;
    }
}
