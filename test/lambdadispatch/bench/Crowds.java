// SPDX-License-Identifier: MIT
package lambdadispatch.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Many of something: connections, channels, waiting requests, event streams; and nothing at all to do.
final class Crowds {
    private static final int IDLE_SECONDS = 20;
    private static final int CONNECTIONS = 10_000;

    private final Report report;
    private final int seconds;

    Crowds(Report report, int seconds) {
        this.report = report;
        this.seconds = seconds;
    }

    void connections() throws Exception {
        report.scenario("idle client connections");
        try (Bed bed = new Bed()) {
            Subject ours = bed.ours(Bed.Between.H2C, 1, 20, Bed.pingCommand());
            LoadGenerator.closed(ours.http() + "/ping", 64, 8, 0);
            Meter meter = new Meter(ours.processes());
            List<Socket> sockets = new ArrayList<>();
            try {
                for (int i = 1; i <= CONNECTIONS; i++) {
                    sockets.add(ask(ours, "/ping"));
                    if (i == 1000 || i == CONNECTIONS) {
                        rss(i + " idle connections", meter);
                    }
                }
                Meter busy = new Meter(ours.processes());
                LoadGenerator.Seen seen = LoadGenerator.closed(ours.http() + "/ping", 64, seconds, 0);
                report.row(ours, "c=64 beside", seen, busy.used());
            } finally {
                close(sockets);
            }
        }
    }

    private void rss(String what, Meter meter) throws IOException {
        meter.used().forEach((process, used) -> report.figure(process.name() + " RSS with " + what, used.rssKib() / 1024.0, "MiB"));
    }

    void channels() throws Exception {
        double few;
        try (Bed bed = new Bed()) {
            report.scenario("64 clients over 1 instance x 20 channels");
            few = routerCost(bed.ours(Bed.Between.H2C, 1, 20, Bed.pingCommand()), 20);
        }
        try (Bed bed = new Bed()) {
            report.scenario("64 clients over 2 instances x 1,000 channels");
            Subject many = bed.ours(Bed.Between.H2C, 2, 1000, Bed.pingCommand());
            report.figure("router, CPU per request, 2,000 channels / 20 channels", routerCost(many, 20) / few, "x");
        }
        // A hundred extensions on this machine's few cores slow each other down, and with them the router; the row above has the same
        // number of channels without that.
        try (Bed bed = new Bed()) {
            report.scenario("64 clients over 100 instances x 20 channels");
            Subject many = bed.ours(Bed.Between.H2C, 100, 20, Bed.pingCommand());
            report.figure("router, CPU per request, 100 instances / 1 instance", routerCost(many, 20) / few, "x");
            idle(many);
        }
    }

    private double routerCost(Subject subject, int warmUp) throws Exception {
        LoadGenerator.closed(subject.http() + "/ping", 64, warmUp, 0);
        Meter meter = new Meter(subject.processes());
        LoadGenerator.Seen seen = LoadGenerator.closed(subject.http() + "/ping", 64, seconds, 0);
        Map<Watched, Meter.Used> used = meter.used();
        report.row(subject, "c=64", seen, used);
        return used.get(subject.processes().getFirst()).micros() / seen.requests();
    }

    private void idle(Subject subject) throws Exception {
        report.scenario("no traffic, " + (subject.processes().size() - 1) + " instances");
        Thread.sleep(3000); // until what the load left behind is done
        Meter meter = new Meter(subject.processes());
        Thread.sleep(IDLE_SECONDS * 1000L);
        Map<Watched, Meter.Used> used = meter.used();
        report.figure("router, share of a core", used.get(subject.processes().getFirst()).micros() / IDLE_SECONDS / 10_000, "%");
        double extensions = subject.processes().stream().skip(1).mapToDouble(process -> used.get(process).micros()).average().orElse(0);
        report.figure("extension, share of a core", extensions / IDLE_SECONDS / 10_000, "%");
    }

    void queue() throws Exception {
        report.scenario("1,000 clients for 10 channels: the others wait in the queue");
        try (Bed bed = new Bed()) {
            Subject ours = bed.ours(Bed.Between.H2C, 1, 10, Bed.pingCommand());
            LoadGenerator.closed(ours.http() + "/ping", 64, 8, 0);
            for (int clients : new int[] {10, 1000}) {
                Meter meter = new Meter(ours.processes());
                LoadGenerator.Seen seen = LoadGenerator.closed(ours.http() + "/ping", clients, seconds, 0);
                report.row(ours, "c=" + clients, seen, meter.used());
            }
        }
    }

    void events() throws Exception {
        int streams = 1000;
        report.scenario("server-sent events, " + streams + " streams x 10 a second");
        try (Bed bed = new Bed()) {
            for (Subject subject : List.of(bed.haproxies(Bed.Between.H2C, bed.bodies()),
                    bed.ours(Bed.Between.H2C, 1, streams, Bed.bodyCommand()))) {
                List<Socket> sockets = new ArrayList<>();
                try {
                    for (int i = 0; i < streams; i++) {
                        sockets.add(ask(subject, "/events"));
                    }
                    drain(sockets, 6);
                    Meter meter = new Meter(subject.processes());
                    long octets = drain(sockets, seconds);
                    double events = octets / 12.0;
                    report.figure(subject.name() + " events", events / seconds, "/s");
                    for (Map.Entry<Watched, Meter.Used> one : meter.used().entrySet()) {
                        report.figure(subject.name() + " " + one.getKey().name() + " CPU per event", one.getValue().micros() / events,
                                "us");
                    }
                } finally {
                    close(sockets);
                }
            }
        }
    }

    /// Reads what comes for so many seconds, and returns how many octets of it.
    private static long drain(List<Socket> sockets, int seconds) throws IOException, InterruptedException {
        long end = System.nanoTime() + seconds * 1_000_000_000L;
        byte[] bin = new byte[8192];
        long octets = 0;
        while (System.nanoTime() < end) {
            for (Socket socket : sockets) {
                int ready = socket.getInputStream().available();
                octets += ready == 0 ? 0 : socket.getInputStream().read(bin, 0, Math.min(bin.length, ready));
            }
            Thread.sleep(50);
        }
        return octets;
    }

    /// Opens a connection, sends one request, and reads the first octets of its answer.
    private static Socket ask(Subject subject, String path) throws IOException {
        Socket socket = new Socket();
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), URI.create(subject.http()).getPort()));
        socket.getOutputStream().write(("GET " + path + " HTTP/1.1\r\nHost: bench\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
        if (socket.getInputStream().read(new byte[4096]) < 0) {
            throw new IOException("no answer to " + path);
        }
        return socket;
    }

    private static void close(List<Socket> sockets) throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
