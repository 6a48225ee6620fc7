// SPDX-License-Identifier: MIT
package lambdadispatch.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// `./build.sh bench --quick`: the figures that change first, in about two minutes; with the images of another build beside them if there
/// are any.
final class Quick {
    private static final int SECONDS = 4;
    /// Compilers are done with what one request needs after so many of them; on a busy machine that takes longer than a time would allow
    /// for.
    private static final int WARM_UP_REQUESTS = 150_000;
    private static final int MOST_WARM_UPS = 10;
    private static final int CHANNELS = 100;
    private static final int[] CLIENTS = {1, 10, 64};

    private final Report report;
    private final Path beside;

    /// @param beside folder of images of another build, or null
    Quick(Report report, Path beside) {
        this.report = report;
        this.beside = beside;
    }

    void run() throws Exception {
        for (Bed.Between between : Bed.Between.values()) {
            try (Bed bed = new Bed()) {
                Subject yardstick = bed.haproxies(between, bed.ping());
                List<Subject> ours = new ArrayList<>(List.of(bed.ours(between, 1, CHANNELS, Bed.pingCommand())));
                if (beside != null) {
                    ours.add(bed.ours("beside", beside, between, 1, CHANNELS, Bed.pingCommand()));
                }
                for (Subject one : ours) {
                    warmUp(one);
                }
                double peak = closed(between, yardstick, ours);
                if (between == Bed.Between.H2C) {
                    steady(yardstick, ours, "a third", (int) (peak / 3));
                    steady(yardstick, ours, "two thirds", (int) (peak * 2 / 3));
                }
            }
        }
    }

    private static void warmUp(Subject subject) throws Exception {
        long answered = 0;
        for (int i = 0; i < MOST_WARM_UPS && answered < WARM_UP_REQUESTS; i++) {
            answered += LoadGenerator.closed(subject.http() + "/ping", i % 2 == 0 ? 64 : 10, 4, 0).requests();
        }
    }

    /// @return the lowest of what they answered in a second at most
    private double closed(Bed.Between between, Subject yardstick, List<Subject> ours) throws Exception {
        double peak = Double.MAX_VALUE;
        for (int clients : CLIENTS) {
            report.scenario(between + " between, " + clients + " clients");
            Map<Subject, Double> costs = new LinkedHashMap<>();
            for (Subject subject : all(yardstick, ours)) {
                Meter meter = new Meter(subject.processes());
                LoadGenerator.Seen seen = LoadGenerator.closed(subject.http() + "/ping", clients, SECONDS, 0);
                costs.put(subject, report.row(subject, "c=" + clients, seen, meter.used()));
                peak = clients < CLIENTS[CLIENTS.length - 1] ? peak : Math.min(peak, seen.perSecond());
            }
            for (Subject one : ours) {
                report.figure("CPU, " + one.name() + " / HAProxy x2", costs.get(one) / costs.get(yardstick), "x");
            }
        }
        return peak;
    }

    /// All at the same rate, which each of them can do: what differs is how long an answer takes.
    private void steady(Subject yardstick, List<Subject> ours, String share, int rate) throws Exception {
        report.scenario("64 clients at " + share + " of the lowest peak");
        Map<Subject, LoadGenerator.Seen> all = new LinkedHashMap<>();
        for (Subject subject : all(yardstick, ours)) {
            Meter meter = new Meter(subject.processes());
            LoadGenerator.Seen seen = LoadGenerator.steady(subject.http() + "/ping", 64, rate, SECONDS);
            report.row(subject, rate + "/s", seen, meter.used());
            all.put(subject, seen);
        }
        LoadGenerator.Seen theirs = all.get(yardstick);
        for (Subject one : ours) {
            LoadGenerator.Seen seen = all.get(one);
            report.figure("p50, " + one.name() + " / HAProxy x2", seen.p50Millis() / theirs.p50Millis(), "x");
            report.figure("p99, " + one.name() + " / HAProxy x2", seen.p99Millis() / theirs.p99Millis(), "x");
            report.figure("p99.9, " + one.name() + " / HAProxy x2", seen.p999Millis() / theirs.p999Millis(), "x");
        }
    }

    private static List<Subject> all(Subject yardstick, List<Subject> ours) {
        List<Subject> all = new ArrayList<>(List.of(yardstick));
        all.addAll(ours);
        return all;
    }
}
