// SPDX-License-Identifier: MIT
package lambdadispatch.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import lambdadispatch.http.listener.Server;
import lambdadispatch.http.server.Exchange;
import lambdadispatch.http.server.Limits;
import lambdadispatch.support.Ports;

/// What being seen costs a request: routers that differ in nothing else, loaded in turns, so that whatever else the machine does meets all of them.
final class Observed {
    private static final int ROUNDS = 7;
    private static final int CLIENTS = 64;
    private static final int CHANNELS = 100;
    private static final String P = "LAMBDA_DISPATCH_";

    private final Report report;
    private final int seconds;

    Observed(Report report, int seconds) {
        this.report = report;
        this.seconds = seconds;
    }

    void run() throws Exception {
        report.scenario("what being seen costs, router alone, " + CLIENTS + " clients, h2c between, " + ROUNDS + " rounds");
        try (Bed bed = new Bed(); Server collector = new Server("collector", new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), null, Limits.DEFAULT, Observed::take)) {
            collector.start();
            Map<String, Subject> subjects = new LinkedHashMap<>();
            for (Map.Entry<String, Map<String, String>> way : ways("http://127.0.0.1:" + collector.address().getPort()).entrySet()) {
                subjects.put(way.getKey(), bed.ours(way.getKey(), Bed.IMAGES, Bed.Between.H2C, 1, CHANNELS, Bed.pingCommand(), way.getValue()));
            }
            for (Subject subject : subjects.values()) {
                LoadGenerator.closed(subject.http() + "/ping", CLIENTS, Math.max(10, seconds), 0); // until the compilers are done
            }
            Map<String, double[]> costs = costs(subjects);
            double[] bare = costs.get("nothing");
            costs.forEach((name, each) -> {
                double[] ratios = new double[ROUNDS];
                Arrays.setAll(ratios, round -> each[round] / bare[round]);
                report.figure("CPU, " + name + " / nothing, median", median(ratios), "x");
                report.figure("CPU, " + name + ", median", median(each), "us");
            });
        }
    }

    private static Map<String, Map<String, String>> ways(String collector) throws IOException {
        Map<String, String> log = Map.of(P + "AccessLog", "true");
        Map<String, String> none = Map.of(P + "AccessLog", "false");
        Map<String, String> traces = Map.of(P + "AccessLog", "false", P + "TracesEndpoint", collector, P + "TracesSampleRatio", "0.01");
        Map<String, String> all = Map.of(P + "AccessLog", "true", P + "TracesEndpoint", collector, P + "TracesSampleRatio", "0.01", P + "LogPeriodicMetrics", "true",
                P + "CloudWatchMetricsEnabled", "true", P + "AdminPort", Integer.toString(Ports.free()), P + "MetricsPort", Integer.toString(Ports.free()));
        Map<String, Map<String, String>> ways = new LinkedHashMap<>();
        ways.put("nothing", none);
        ways.put("access log", log);
        ways.put("traces, 1 %", traces);
        ways.put("all", all);
        return ways;
    }

    private static void take(Exchange exchange) throws IOException {
        byte[] buffer = new byte[8192];
        while (exchange.read(buffer, 0, buffer.length) >= 0) {
            continue; // a collector that has nothing to do with what it gets
        }
        exchange.answer(200, "application/json", new byte[] {'{', '}'});
    }

    /// Microseconds of the router's CPU for a request, by round.
    private Map<String, double[]> costs(Map<String, Subject> subjects) throws Exception {
        Map<String, double[]> costs = new LinkedHashMap<>();
        List<String> names = new ArrayList<>(subjects.keySet());
        for (int round = 0; round < ROUNDS; round++) {
            for (String name : names) {
                Subject subject = subjects.get(name);
                List<Watched> router = List.of(subject.processes().getFirst());
                Meter meter = new Meter(router);
                LoadGenerator.Seen seen = LoadGenerator.closed(subject.http() + "/ping", CLIENTS, seconds, 0);
                costs.computeIfAbsent(name, each -> new double[ROUNDS])[round] = report.row(subject, "round " + (round + 1), seen, meter.used());
            }
            names.add(names.removeFirst()); // another one begins
        }
        return costs;
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
