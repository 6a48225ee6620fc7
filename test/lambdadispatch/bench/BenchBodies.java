// SPDX-License-Identifier: MIT
package lambdadispatch.bench;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Large bodies both ways, and clients that stop reading.
final class BenchBodies {
    private static final long MIB = 1 << 20;
    private static final int STALLED = 16;

    private final Report report;
    private final int seconds;

    BenchBodies(Report report, int seconds) {
        this.report = report;
        this.seconds = seconds;
    }

    void run() throws Exception {
        try (Bed bed = new Bed()) {
            int app = bed.bodies();
            List<Subject> pairs = List.of(
                    bed.haproxies(Bed.Between.H2C, app), bed.ours(Bed.Between.H2C, 1, 20, Bed.bodyCommand()),
                    bed.haproxies(Bed.Between.TLS, app), bed.ours(Bed.Between.TLS, 1, 20, Bed.bodyCommand()));
            for (Subject subject : pairs) {
                LoadGenerator.closed(subject.http() + "/bytes/16384", 10, 5, 0);
                LoadGenerator.closed(subject.http() + "/bytes/1048576", 10, 3, 0);
                LoadGenerator.closed(subject.http() + "/sink", 10, 3, (int) MIB);
            }
            for (int size : new int[] {16 << 10, 1 << 20}) {
                small("responses", pairs, size);
                small("uploads", pairs, size);
            }
            large("responses", pairs, true);
            large("uploads", pairs, false);
            for (Subject subject : pairs) {
                if (subject.name().startsWith("ours")) {
                    stalled(subject);
                }
            }
        }
    }

    private void small(String direction, List<Subject> pairs, int size) throws Exception {
        report.scenario((size >> 10) + " KiB " + direction + ", 10 clients");
        for (Subject subject : pairs) {
            boolean down = direction.equals("responses");
            Meter meter = new Meter(subject.processes());
            LoadGenerator.Seen seen =
                    LoadGenerator.closed(subject.http() + (down ? "/bytes/" + size : "/sink"), 10, seconds, down ? 0 : size);
            double cost = report.row(subject, "c=10", seen, meter.used());
            report.figure(subject.name() + " throughput", seen.perSecond() * size / MIB, "MiB/s");
            report.figure(subject.name() + " CPU", cost * MIB / size / 1000, "ms/MiB");
        }
    }

    private void large(String direction, List<Subject> pairs, boolean down) throws Exception {
        report.scenario("100 MiB " + direction + ", 4 clients");
        Path upload = Programs.folder().resolve("100m");
        Files.write(upload, new byte[(int) (100 * MIB)]);
        Map<Subject, double[]> figures = new LinkedHashMap<>();
        for (Subject subject : pairs) {
            transfer(subject, down, upload); // once to warm up
            Meter meter = new Meter(subject.processes());
            double rate = transfer(subject, down, upload);
            double cost = 0;
            for (Map.Entry<Watched, Meter.Used> one : meter.used().entrySet()) {
                cost += one.getValue().micros() / 1000 / 400;
                report.figure(subject.name() + " " + one.getKey().name() + " RSS growth",
                        (one.getValue().peakKib() - one.getValue().rssBeforeKib()) / 1024.0, "MiB");
            }
            report.figure(subject.name() + " throughput", rate, "MiB/s");
            report.figure(subject.name() + " CPU", cost, "ms/MiB");
            figures.put(subject, new double[] {rate, cost});
        }
        for (int i = 0; i < pairs.size(); i += 2) {
            double[] theirs = figures.get(pairs.get(i));
            double[] mine = figures.get(pairs.get(i + 1));
            report.figure("throughput, " + pairs.get(i + 1).name() + " / " + pairs.get(i).name(), mine[0] / theirs[0], "x");
            report.figure("CPU, " + pairs.get(i + 1).name() + " / " + pairs.get(i).name(), mine[1] / theirs[1], "x");
        }
    }

    /// Four times 100 MiB at once; returns MiB/s.
    private static double transfer(Subject subject, boolean down, Path upload) throws IOException, InterruptedException {
        String curl = down ? "curl -sf -o /dev/null " + subject.http() + "/bytes/" + 100 * MIB
                : "curl -sf -o /dev/null -H Expect: -X POST -T " + upload + " " + subject.http() + "/sink";
        long start = System.nanoTime();
        Programs.run(List.of("/bin/sh", "-ec", "for i in 1 2 3 4; do " + curl + " & p=\"$p $!\"; done; for i in $p; do wait $i; done"));
        return 400 / ((System.nanoTime() - start) / 1e9);
    }

    /// Clients that ask for 100 MiB each and read nothing: what they make the processes hold.
    private void stalled(Subject subject) throws Exception {
        report.scenario(STALLED + " clients that ask for 100 MiB and read nothing, " + subject.name());
        List<Socket> sockets = new ArrayList<>();
        URI url = URI.create(subject.http());
        Meter meter = new Meter(subject.processes());
        try {
            for (int i = 0; i < STALLED; i++) {
                Socket socket = new Socket();
                socket.setReceiveBufferSize(4096);
                socket.connect(new java.net.InetSocketAddress(InetAddress.getLoopbackAddress(), url.getPort()));
                OutputStream out = socket.getOutputStream();
                out.write(("GET /bytes/" + 100 * MIB + " HTTP/1.1\r\nHost: bench\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
                sockets.add(socket);
            }
            Thread.sleep(3000); // time to hold as much as they ever will
            meter.used().forEach((process, used) -> report.figure(process.name() + " RSS growth",
                    (used.peakKib() - used.rssBeforeKib()) / 1024.0, "MiB"));
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }
}
