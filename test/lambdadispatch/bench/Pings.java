// SPDX-License-Identifier: MIT
package lambdadispatch.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Four-byte answers: what a hop costs when there is nothing but the hop.
final class Pings {
    private static final int WARM_UP_SECONDS = 6;
    private static final int CHANNELS = 100;

    private final Report report;
    private final int seconds;

    Pings(Report report, int seconds) {
        this.report = report;
        this.seconds = seconds;
    }

    void run() throws Exception {
        try (Bed bed = new Bed()) {
            int app = bed.ping();
            Subject yardstick = bed.haproxies(Bed.Between.H2C, app);
            Subject yardstickTls = bed.haproxies(Bed.Between.TLS, app);
            Subject ours = bed.ours(Bed.Between.H2C, 1, CHANNELS, Bed.pingCommand());
            Subject oursTls = bed.ours(Bed.Between.TLS, 1, CHANNELS, Bed.pingCommand());
            List<Subject> all = List.of(yardstick, ours, yardstickTls, oursTls, bed.nginxHop(app));
            for (Subject subject : all) {
                for (int round = 0; round < 2; round++) {
                    LoadGenerator.closed(subject.http() + "/ping", 64, WARM_UP_SECONDS, 0);
                    LoadGenerator.closed(subject.http() + "/ping", 10, WARM_UP_SECONDS / 2, 0);
                }
            }
            for (int clients : new int[] {1, 10, 64, 256, 1000}) {
                report.scenario("ping, HTTP/1.1 keep-alive, closed loop, " + clients + " clients");
                if (clients > CHANNELS) { // requests queue only now: what that runs has to be compiled, too
                    for (Subject subject : all) {
                        LoadGenerator.closed(subject.http() + "/ping", clients, WARM_UP_SECONDS, 0);
                    }
                }
                Map<Subject, Double> costs = new LinkedHashMap<>();
                for (Subject subject : all) {
                    costs.put(subject, closed(subject, clients));
                }
                report.figure("ours / HAProxy x2, h2c", costs.get(ours) / costs.get(yardstick), "x");
                report.figure("ours / HAProxy x2, TLS between", costs.get(oursTls) / costs.get(yardstickTls), "x");
            }
            steady(yardstick, ours, yardstickTls, oursTls);
            fronts(yardstick, ours);
        }
    }

    private double closed(Subject subject, int clients) throws Exception {
        Meter meter = new Meter(subject.processes());
        LoadGenerator.Seen seen = LoadGenerator.closed(subject.http() + "/ping", clients, seconds, 0);
        return report.row(subject, "c=" + clients, seen, meter.used());
    }

    /// About half of what ours can do, the same rate for all.
    private void steady(Subject yardstick, Subject ours, Subject yardstickTls, Subject oursTls) throws Exception {
        int peak = (int) LoadGenerator.closed(ours.http() + "/ping", 64, seconds, 0).perSecond();
        int rate = peak / 2 / 64 * 64;
        report.scenario("ping, HTTP/1.1, 64 clients, fixed rate, half of our peak");
        Map<Subject, LoadGenerator.Seen> seen = new LinkedHashMap<>();
        for (Subject subject : List.of(yardstick, ours, yardstickTls, oursTls)) {
            Meter meter = new Meter(subject.processes());
            LoadGenerator.Seen one = LoadGenerator.steady(subject.http() + "/ping", 64, rate, seconds);
            report.row(subject, rate + "/s", one, meter.used());
            seen.put(subject, one);
        }
        report.figure("p99, ours / HAProxy x2, h2c", seen.get(ours).p99Millis() / seen.get(yardstick).p99Millis(), "x");
        report.figure("p99, ours / HAProxy x2, TLS between", seen.get(oursTls).p99Millis() / seen.get(yardstickTls).p99Millis(), "x");
    }

    private void fronts(Subject yardstick, Subject ours) throws Exception {
        for (boolean tls : new boolean[] {false, true}) {
            report.scenario("ping, HTTP/2 in front" + (tls ? " over TLS" : " in cleartext") + ", 8 connections x 16 streams");
            Map<Subject, Double> costs = new LinkedHashMap<>();
            for (Subject subject : List.of(yardstick, ours)) {
                String url = (tls ? subject.https() : subject.h2c()) + "/ping";
                LoadGenerator.http2(url, 8, 16, 2 * WARM_UP_SECONDS); // no row before has run this side of the router
                Meter meter = new Meter(subject.processes());
                costs.put(subject, report.row(subject, "8x16", LoadGenerator.http2(url, 8, 16, seconds), meter.used()));
            }
            report.figure("ours / HAProxy x2", costs.get(ours) / costs.get(yardstick), "x");
        }
    }
}
