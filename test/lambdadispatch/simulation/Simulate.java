// SPDX-License-Identifier: MIT
package lambdadispatch.simulation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.LongStream;

/// What `./build.sh simulate` runs: many random scenarios in search of a broken rule, then the tables for the docs; `simulate NAME` makes
/// that table alone.
final class Simulate {
    private static final Path PAGE = Path.of("docs/simulation.md");
    private static final Path PLOT = Path.of("docs/simulation.svg");

    /// By the names of their places in the page; each can be asked for alone.
    private static final Map<String, Supplier<String>> TABLES = tables();

    private Simulate() {}

    private static Map<String, Supplier<String>> tables() {
        Map<String, Supplier<String>> tables = new LinkedHashMap<>();
        tables.put("guard", Simulate::guard);
        tables.put("cpu", Traffic::cpuTable);
        tables.put("kinds", Traffic::kindsTable);
        tables.put("routers", Routers::table);
        tables.put("pools", ManyPools::table);
        tables.put("dying", Dying::table);
        tables.put("overload", Overload::table);
        tables.put("outliers", BadInstance::table);
        return tables;
    }

    private record Totals(long scenarios, long requests, long events, long served, long refused, long left, long broken, long retried,
            long invokes, long turnedAway, long ejections) {
        static Totals of(Measured m) {
            return new Totals(1, m.requests, m.events, m.served, m.refused, m.left, m.broken, m.retried, m.invokes, m.turnedAway,
                    m.ejections);
        }

        Totals plus(Totals o) {
            return new Totals(scenarios + o.scenarios, requests + o.requests, events + o.events, served + o.served, refused + o.refused,
                    left + o.left,
                    broken + o.broken, retried + o.retried, invokes + o.invokes, turnedAway + o.turnedAway, ejections + o.ejections);
        }
    }

    public static void main(String[] arguments) throws IOException {
        Locale.setDefault(Locale.ROOT);
        if (arguments.length == 1 && TABLES.containsKey(arguments[0])) {
            String text = TABLES.get(arguments[0]).get();
            System.out.print(text);
            Files.writeString(PAGE, put(Files.readString(PAGE), arguments[0], text));
            return;
        }
        int seeds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 1000;
        int requests = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 10_100;
        Totals totals =
                LongStream.rangeClosed(1, seeds).parallel().mapToObj(seed -> Totals.of(World.run(RandomScenarios.of(seed, requests), true)))
                .reduce(Totals::plus).orElseThrow();
        String rules = """
                Seeds 1 to %d: %,d requests, %,d events, %,d invokes; %,d answered, %,d refused (queue full, timed out, not invocable), %,d left by their
                clients, %,d lost their channel twice (502), %,d tried again elsewhere; %,d times an environment refused a request; %,d ejections.
                No rule broken.
                """
                .formatted(seeds, totals.requests, totals.events, totals.invokes, totals.served, totals.refused, totals.left, totals.broken,
                        totals.retried,
                totals.turnedAway, totals.ejections);
        System.out.print(rules);
        DispatchComparison comparison = new DispatchComparison();
        String tables = comparison.table();
        System.out.print(tables);
        String page = put(put(Files.readString(PAGE), "rules", rules), "comparison", tables);
        for (Map.Entry<String, Supplier<String>> table : TABLES.entrySet()) {
            String text = table.getValue().get();
            System.out.print(text);
            page = put(page, table.getKey(), text);
        }
        Files.writeString(PAGE, page);
        Files.writeString(PLOT, comparison.plot());
    }

    private static String guard() {
        StringBuilder table = new StringBuilder("| fault | an invoke takes | invokes in ten minutes |\n|---|---|---|\n");
        for (CostGuardTest.Fault fault : CostGuardTest.Fault.values()) {
            int invokes = CostGuardTest.tenMinutesOf(fault, lambdadispatch.router.dispatch.ScalingAlgorithm.SIMPLE).invokes;
            table.append("| `%s` | %s s | %d |%n".formatted(fault, fault.seconds, invokes));
        }
        return table.toString();
    }

    private static String put(String page, String name, String text) {
        String begin = "<!-- begin " + name + " -->\n";
        String end = "<!-- end " + name + " -->";
        int from = page.indexOf(begin);
        int to = page.indexOf(end);
        if (from < 0 || to < from) {
            throw new IllegalStateException(PAGE + " has no place for " + name);
        }
        return page.substring(0, from + begin.length()) + text + page.substring(to);
    }
}
