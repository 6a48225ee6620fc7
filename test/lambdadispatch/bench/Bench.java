// SPDX-License-Identifier: MIT
package lambdadispatch.bench;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// `./build.sh bench [NAME…]`: runs the scenarios named, or all.
public final class Bench {
    @FunctionalInterface
    private interface Scenario {
        void run() throws Exception;
    }

    private static final List<String> NEEDED = List.of("wrk", "h2load", "haproxy", "nginx", "openssl", "curl", "taskset");

    private Bench() {}

    public static void main(String[] arguments) throws Exception {
        int seconds = Integer.getInteger("lambdadispatch.bench.seconds", 8);
        Report report = new Report();
        Crowds crowds = new Crowds(report, seconds);
        Map<String, Scenario> scenarios = new LinkedHashMap<>();
        scenarios.put("ping", new Pings(report, seconds)::run);
        scenarios.put("bodies", new Bodies(report, seconds)::run);
        scenarios.put("connections", crowds::connections);
        scenarios.put("channels", crowds::channels);
        scenarios.put("queue", crowds::queue);
        scenarios.put("events", crowds::events);
        List<String> chosen = arguments.length == 0 ? List.copyOf(scenarios.keySet()) : List.of(arguments);
        List<String> missing = NEEDED.stream().filter(program -> !Programs.installed(program)).toList();
        if (!missing.isEmpty()) {
            System.err.println("bench needs " + String.join(", ", missing) + " (Debian: wrk nghttp2-client haproxy nginx-light openssl curl util-linux)");
            System.exit(1);
        }
        if (!scenarios.keySet().containsAll(chosen)) {
            System.err.println("The scenarios are: " + String.join(" ", scenarios.keySet()) + " image");
            System.exit(2);
        }
        System.out.println("CPU is user + system time per request; compare only figures of one run. "
                + (Bed.images() ? "Measured on build/image." : "Measured on build/modules: ./build.sh image makes the images."));
        for (String name : chosen) {
            scenarios.get(name).run();
        }
        report.write(Path.of("build", "bench", "bench.json"));
    }
}
