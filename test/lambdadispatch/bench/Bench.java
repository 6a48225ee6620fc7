// SPDX-License-Identifier: MIT
package lambdadispatch.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// `./build.sh bench [OPTION…] [NAME…]`: runs the scenarios named, or all but `quick`.
public final class Bench {
    @FunctionalInterface
    private interface Scenario {
        void run() throws Exception;
    }

    /// What counts as worse than before: runs differ by less than this.
    private static final double TOLERANCE = 1.15;
    private static final List<String> NEEDED = List.of("wrk", "h2load", "haproxy", "nginx", "openssl", "curl", "taskset");

    private final Report report = new Report();
    private final List<String> chosen = new ArrayList<>();
    private Path against;
    private Path beside;

    private Bench() {}

    public static void main(String[] arguments) throws Exception {
        Bench bench = new Bench();
        bench.read(new ArrayDeque<>(List.of(arguments)));
        System.exit(bench.run() ? 0 : 1);
    }

    private void read(Deque<String> arguments) {
        while (!arguments.isEmpty()) {
            String argument = arguments.pop();
            switch (argument) {
                case "--quick" -> chosen.add("quick");
                case "--against" -> against = file(argument, arguments.poll());
                case "--beside" -> beside = file(argument, arguments.poll());
                default -> chosen.add(argument);
            }
        }
    }

    private static Path file(String option, String name) {
        if (name == null || !Files.exists(Path.of(name))) {
            fail(2, option + " takes a file or folder that exists, not " + name);
        }
        return Path.of(name);
    }

    private Map<String, Scenario> scenarios() {
        int seconds = Integer.getInteger("lambdadispatch.bench.seconds", 8);
        Crowds crowds = new Crowds(report, seconds);
        Map<String, Scenario> scenarios = new LinkedHashMap<>();
        scenarios.put("ping", new Pings(report, seconds)::run);
        scenarios.put("bodies", new BenchBodies(report, seconds)::run);
        scenarios.put("connections", crowds::connections);
        scenarios.put("channels", crowds::channels);
        scenarios.put("queue", crowds::queue);
        scenarios.put("events", crowds::events);
        scenarios.put("observed", new Observed(report, seconds)::run);
        scenarios.put("account", new AccountCost(report)::run);
        scenarios.put("quick", new Quick(report, beside)::run);
        return scenarios;
    }

    /// @return false if something is worse than in the earlier run that this one is held against
    private boolean run() throws Exception {
        Map<String, Scenario> scenarios = scenarios();
        List<String> missing = NEEDED.stream().filter(program -> !Programs.installed(program)).toList();
        if (!missing.isEmpty()) {
            fail(1, "bench needs " + String.join(", ", missing)
                    + " (Debian: wrk nghttp2-client haproxy nginx-light openssl curl util-linux)");
        }
        if (!scenarios.keySet().containsAll(chosen)) {
            fail(2, "The scenarios are: " + String.join(" ", scenarios.keySet()) + " image");
        }
        System.out.println("CPU is user + system time per request; compare only figures of one run. "
                + (Bed.images() ? "Measured on build/image." : "Measured on build/modules: ./build.sh image makes the images."));
        for (String name : chosen.isEmpty() ? scenarios.keySet().stream().filter(each -> !each.equals("quick")).toList() : chosen) {
            scenarios.get(name).run();
        }
        boolean fine = against == null || report.against(against, TOLERANCE);
        report.write(Path.of("build", "bench", "bench.json"));
        return fine;
    }

    private static void fail(int status, String why) {
        System.err.println(why);
        System.exit(status);
    }
}
