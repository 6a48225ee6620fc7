// SPDX-License-Identifier: MIT
package lambdadispatch.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// What processes use between two looks at `/proc`: CPU time, context switches, resident memory and its peak.
final class Meter {
    /// Of one process, between the looks.
    ///
    /// @param allocated bytes on the Java heap, 0 where there is none
    /// @param byThread CPU time by kind of thread, in microseconds; of threads that are still there at the second look
    record Used(double userMicros, double systemMicros, long switches, long rssKib, long peakKib, long rssBeforeKib, long allocated,
            Map<String, Double> byThread) {
        double micros() {
            return userMicros + systemMicros;
        }
    }

    private record Look(long userTicks, long systemTicks, Threads threads, long rssKib, long peakKib, long allocated) {}

    /// What the threads of a process have used: switches of all, CPU time by kind.
    private record Threads(long switches, Map<String, Double> micros) {
        Map<String, Double> since(Threads before) {
            Map<String, Double> used = new TreeMap<>(micros);
            before.micros.forEach((kind, then) -> used.merge(kind, -then, Double::sum));
            return used;
        }
    }

    private static final double MICROS_PER_TICK = 10_000; // USER_HZ is 100 on every Linux that Java runs on
    private static final Pattern RSS = Pattern.compile("VmRSS:\\s+(\\d+)");
    private static final Pattern PEAK = Pattern.compile("VmHWM:\\s+(\\d+)");
    private static final Pattern SWITCHES = Pattern.compile("voluntary_ctxt_switches:\\s+(\\d+)");
    private static final Pattern YOUNG = Pattern.compile("(\\d+)M->(\\d+)M\\(\\d+M\\)");

    private final List<Watched> processes;
    private final Map<Watched, Look> before = new LinkedHashMap<>();

    /// Takes the first look, and lets peaks start anew.
    Meter(List<Watched> processes) throws IOException {
        this.processes = processes;
        for (Watched process : processes) {
            Files.writeString(proc(process, "clear_refs"), "5");
            before.put(process, look(process));
        }
    }

    /// Takes the second look.
    Map<Watched, Used> used() throws IOException {
        Map<Watched, Used> used = new LinkedHashMap<>();
        for (Watched process : processes) {
            Look a = before.get(process);
            Look b = look(process);
            used.put(process, new Used((b.userTicks - a.userTicks) * MICROS_PER_TICK, (b.systemTicks - a.systemTicks) * MICROS_PER_TICK,
                    b.threads.switches - a.threads.switches, b.rssKib, b.peakKib, a.rssKib, b.allocated - a.allocated,
                    b.threads.since(a.threads)));
        }
        return used;
    }

    private static Path proc(Watched process, String file) {
        return Path.of("/proc", Long.toString(process.pid()), file);
    }

    private static Look look(Watched process) throws IOException {
        String stat = Files.readString(proc(process, "stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        String status = Files.readString(proc(process, "status"));
        return new Look(Long.parseLong(fields[11]), Long.parseLong(fields[12]), threads(process), number(RSS, status), number(PEAK, status),
                allocated(process));
    }

    private static Threads threads(Watched process) throws IOException {
        long switches = 0;
        Map<String, Double> micros = new TreeMap<>();
        try (Stream<Path> threads = Files.list(proc(process, "task"))) {
            for (Path thread : threads.toList()) {
                try {
                    Matcher count = SWITCHES.matcher(Files.readString(thread.resolve("status"))); // finds the nonvoluntary ones as well
                    while (count.find()) {
                        switches += Long.parseLong(count.group(1));
                    }
                    String nanos = Files.readString(thread.resolve("schedstat"));
                    micros.merge(kind(Files.readString(thread.resolve("comm"))),
                            Long.parseLong(nanos.substring(0, nanos.indexOf(' '))) / 1e3, Double::sum);
                } catch (IOException e) {
                    continue; // the thread ended between the listing and the look
                }
            }
        }
        return new Threads(switches, micros);
    }

    /// By the names that the JVM, the HTTP client and our carriers give their threads.
    private static String kind(String name) {
        return name.contains("Compiler") ? "compilers"
                : name.startsWith("VM Thread") || name.startsWith("GC") || name.startsWith("G1") ? "collector"
                : name.startsWith("HttpClient") ? "http client"
                : name.startsWith("carrier") || name.startsWith("ForkJoin") ? "carrier" : "others";
    }

    private static long number(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        return matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
    }

    /// From the collector's log: what each collection found, less what the one before had left.
    private static long allocated(Watched process) throws IOException {
        Path log = Bed.collectorLog(process.pid());
        if (!Files.exists(log)) {
            return 0;
        }
        long megabytes = 0;
        long left = 0;
        Matcher pause = YOUNG.matcher(Files.readString(log));
        while (pause.find()) {
            megabytes += Math.max(0, Long.parseLong(pause.group(1)) - left);
            left = Long.parseLong(pause.group(2));
        }
        return megabytes << 20;
    }
}
