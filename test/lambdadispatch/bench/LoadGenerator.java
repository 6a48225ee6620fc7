// SPDX-License-Identifier: MIT
package lambdadispatch.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Loads from wrk (closed loop) and h2load (HTTP/2, or a fixed rate).
final class LoadGenerator {
    /// What a load saw.
    ///
    /// @param failed answers that were not 2xx, and connections that broke
    record Seen(long requests, double perSecond, long failed, double p50Millis, double p99Millis, double p999Millis) {}

    private static final String PERCENTILES = """
            done = function(summary, latency, requests)
              io.write(string.format("SEEN %d %f %d %f %f %f\\n", summary.requests, summary.requests * 1e6 / summary.duration,
                summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.status + summary.errors.timeout,
                latency:percentile(50) / 1000, latency:percentile(99) / 1000, latency:percentile(99.9) / 1000))
            end
            """;
    private static final Pattern FAILED = Pattern.compile("(\\d+) failed, (\\d+) errored, (\\d+) timeout");
    private static final Pattern FINISHED = Pattern.compile("finished in ([\\d.]+)(m?s), ([\\d.]+) req/s");

    private LoadGenerator() {}

    /// Clients that each send the next request when the last was answered.
    /// @param body size of a POST's body, or 0 for GET
    static Seen closed(String url, int clients, int seconds, int body) throws IOException, InterruptedException {
        Path script = Programs.folder().resolve("wrk-" + body + ".lua");
        Files.writeString(script,
                body == 0 ? PERCENTILES : "wrk.method = 'POST'\nwrk.body = string.rep('x', " + body + ")\n" + PERCENTILES);
        String out =
                Programs.run(List.of("wrk", "-t1", "-c" + clients, "-d" + seconds + "s", "--timeout", "20s", "-s", script.toString(), url));
        Matcher seen = Pattern.compile("SEEN (\\d+) ([\\d.]+) (\\d+) ([\\d.]+) ([\\d.]+) ([\\d.]+)").matcher(out);
        if (!seen.find()) {
            throw new IOException("wrk printed no totals:\n" + out);
        }
        return new Seen(Long.parseLong(seen.group(1)), Double.parseDouble(seen.group(2)), Long.parseLong(seen.group(3)),
                Double.parseDouble(seen.group(4)), Double.parseDouble(seen.group(5)), Double.parseDouble(seen.group(6)));
    }

    /// As [#closed], until so many requests are answered.
    static Seen counted(String url, int clients, int requests) throws IOException, InterruptedException {
        return h2load(List.of("--h1", "-c" + clients, "-n" + requests), url);
    }

    /// Clients that send at a fixed rate together, whether answers come or not; over HTTP/1.1.
    static Seen steady(String url, int clients, int perSecond, int seconds) throws IOException, InterruptedException {
        int each = Math.max(1, perSecond / clients);
        return h2load(List.of("--h1", "-c" + clients, "--rps=" + each, "-D" + seconds, "--warm-up-time=1"), url);
    }

    /// Closed loop over HTTP/2 with several streams a connection.
    static Seen http2(String url, int clients, int streams, int seconds) throws IOException, InterruptedException {
        return h2load(List.of("-c" + clients, "-m" + streams, "-D" + seconds, "--warm-up-time=1"), url);
    }

    private static Seen h2load(List<String> options, String url) throws IOException, InterruptedException {
        Path log = Programs.folder().resolve("h2load.log");
        Files.deleteIfExists(log);
        List<String> command = new ArrayList<>(List.of("h2load", "-t1", "--log-file=" + log));
        command.addAll(options);
        command.add(url);
        String out = Programs.run(command);
        Matcher finished = FINISHED.matcher(out);
        Matcher failures = FAILED.matcher(out);
        if (!finished.find() || !failures.find()) {
            throw new IOException("h2load printed no totals:\n" + out);
        }
        List<String> lines = Files.readAllLines(log); // start in us since the epoch, status, duration in us
        long[] micros = new long[lines.size()];
        // Not h2load's own count of what failed: it finds no status in a status line without a reason, such as HAProxy makes from HTTP/2,
        // and logs 0.
        long failed = Long.parseLong(failures.group(2)) + Long.parseLong(failures.group(3));
        for (int i = 0; i < micros.length; i++) {
            String[] fields = lines.get(i).split("\t");
            micros[i] = Long.parseLong(fields[2]);
            int status = Integer.parseInt(fields[1]);
            failed += status < 0 || status >= 400 ? 1 : 0;
        }
        Arrays.sort(micros);
        return new Seen(micros.length, Double.parseDouble(finished.group(3)), failed, at(micros, 0.5), at(micros, 0.99), at(micros, 0.999));
    }

    private static double at(long[] sorted, double share) {
        return sorted.length == 0 ? 0 : sorted[(int) Math.min(sorted.length - 1, Math.ceil(share * sorted.length))] / 1000.0;
    }
}
