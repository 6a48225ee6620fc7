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

/// What being seen costs a request: routers that differ in nothing else, loaded in turns with so many requests each, so that whatever else
/// the machine does meets all of them. Each is compared with the bare one of the same round. One JVM compiles the same code better than
/// another by several percent, so they are started anew a few times.
final class Observed {
    private static final int STARTS = Integer.getInteger("lambdadispatch.bench.starts", 5);
    private static final int ROUNDS = 8;
    private static final int REQUESTS = 20_000;
    private static final int CLIENTS = 64;
    private static final int CHANNELS = 100;
    private static final String BARE = "nothing";
    private static final String P = "LAMBDA_DISPATCH_";

    private final Report report;
    private final int seconds;

    Observed(Report report, int seconds) {
        this.report = report;
        this.seconds = seconds;
    }

    void run() throws Exception {
        report.scenario("what being seen costs, router alone, " + CLIENTS + " clients, h2c between, " + STARTS + " starts of " + ROUNDS
                + " rounds of " + REQUESTS + " requests");
        Map<String, List<double[]>> costs = new LinkedHashMap<>();
        for (int start = 0; start < STARTS; start++) {
            try (Bed bed = new Bed();
                    Server collector = new Server("collector", new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), null,
                            Limits.DEFAULT, Observed::take)) {
                collector.start();
                once(bed, "http://127.0.0.1:" + collector.address().getPort(), costs);
            }
        }
        double[] bare = all(costs.get(BARE));
        costs.forEach((name, starts) -> {
            double[] each = all(starts);
            report.figure("CPU, " + name + ", median", at(each, 0.5), "us");
            if (!name.equals(BARE)) {
                double[] more = new double[each.length];
                Arrays.setAll(more, i -> each[i] - bare[i]);
                report.figure("  more than nothing, of pairs: median", at(more, 0.5), "us");
                report.figure("  a quarter of the pairs is below", at(more, 0.25), "us");
                report.figure("  a quarter of the pairs is above", at(more, 0.75), "us");
                report.figure("  pairs in which it cost more, of " + more.length, Arrays.stream(more).filter(one -> one > 0).count(), "");
                report.figure("CPU, " + name + " / nothing, median", (at(bare, 0.5) + at(more, 0.5)) / at(bare, 0.5), "x");
                for (int start = 0; start < STARTS; start++) {
                    report.figure("  start " + (start + 1) + ", median of its pairs",
                            at(Arrays.copyOfRange(more, start * ROUNDS, (start + 1) * ROUNDS), 0.5), "us");
                }
            }
        });
    }

    private void once(Bed bed, String collector, Map<String, List<double[]>> costs) throws Exception {
        Map<String, Subject> subjects = new LinkedHashMap<>();
        for (Map.Entry<String, Map<String, String>> way : ways(collector).entrySet()) {
            subjects.put(way.getKey(), bed.ours(way.getKey(), Bed.IMAGES, Bed.Between.H2C, 1, CHANNELS, Bed.pingCommand(), way.getValue()));
        }
        for (Subject subject : subjects.values()) {
            LoadGenerator.closed(subject.http() + "/ping", CLIENTS, Math.max(10, seconds), 0); // until the compilers are done
        }
        subjects.keySet().forEach(name -> costs.computeIfAbsent(name, _ -> new ArrayList<>()).add(new double[ROUNDS]));
        List<String> names = new ArrayList<>(subjects.keySet());
        for (int round = 0; round < ROUNDS; round++) {
            for (String name : names) {
                costs.get(name).getLast()[round] = micros(subjects.get(name));
            }
            names.add(names.removeFirst()); // another one begins
        }
    }

    /// Of the router, for a request.
    private static double micros(Subject subject) throws Exception {
        Watched router = subject.processes().getFirst();
        Meter meter = new Meter(List.of(router));
        LoadGenerator.Seen seen = LoadGenerator.counted(subject.http() + "/ping", CLIENTS, REQUESTS);
        if (seen.failed() > 0) {
            throw new IllegalStateException(seen.failed() + " requests failed");
        }
        Map<String, Double> used = new LinkedHashMap<>(meter.used().get(router).byThread());
        used.remove("compilers"); // what they do beside requests differs from one second to the next by more than what is looked for
        return used.values().stream().mapToDouble(each -> each).sum() / seen.requests();
    }

    private static Map<String, Map<String, String>> ways(String collector) throws IOException {
        Map<String, String> log = Map.of(P + "AccessLog", "true");
        Map<String, String> none = Map.of(P + "AccessLog", "false");
        Map<String, String> traces = Map.of(P + "AccessLog", "false", P + "TracesEndpoint", collector, P + "TracesSampleRatio", "0.01");
        Map<String, String> all = Map.of(P + "AccessLog", "true", P + "TracesEndpoint", collector, P + "TracesSampleRatio", "0.01",
                P + "LogPeriodicMetrics", "true",
                P + "CloudWatchMetricsEnabled", "true", P + "AdminPort", Integer.toString(Ports.free()), P + "MetricsPort",
                Integer.toString(Ports.free()));
        Map<String, Map<String, String>> ways = new LinkedHashMap<>();
        ways.put(BARE, none);
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

    private static double[] all(List<double[]> starts) {
        return starts.stream().flatMapToDouble(Arrays::stream).toArray();
    }

    private static double at(double[] values, double share) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[(int) (share * (sorted.length - 1) + 0.5)];
    }
}
