// SPDX-License-Identifier: MIT
package lambdadispatch.soak;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// What a Java process holds, after a garbage collection.
///
/// @param residentKb resident memory
/// @param threads of the system
/// @param liveObjectsKb what is left on the heap
/// @param virtualThreads that exist
/// @param bytesByClass of those objects
record Vitals(long residentKb, long threads, long liveObjectsKb, long virtualThreads, Map<String, Long> bytesByClass) {
    private static final Pattern TOTAL = Pattern.compile("^Total\\s+\\d+\\s+(\\d+)", Pattern.MULTILINE);
    private static final Pattern CLASS = Pattern.compile("^\\s*\\d+:\\s+\\d+\\s+(\\d+)\\s+(\\S+)", Pattern.MULTILINE);
    /// What the collector puts where nothing is.
    private static final Pattern FILLER =
            Pattern.compile("^\\s*\\d+:\\s+\\d+\\s+(\\d+)\\s+\\[Ljdk\\.internal\\.vm\\.FillerElement", Pattern.MULTILINE);
    private static final Pattern VIRTUAL =
            Pattern.compile("^\\s*\\d+:\\s+(\\d+)\\s+\\d+\\s+java\\.lang\\.VirtualThread\\b", Pattern.MULTILINE);

    static Vitals of(long pid) throws IOException, InterruptedException {
        String histogram = jcmd(pid);
        String status = Files.readString(Path.of("/proc/" + pid + "/status"), StandardCharsets.ISO_8859_1);
        return new Vitals(number(Pattern.compile("VmRSS:\\s+(\\d+)"), status), number(Pattern.compile("Threads:\\s+(\\d+)"), status),
                number(TOTAL, histogram) - number(FILLER, histogram) >> 10, number(VIRTUAL, histogram),
                CLASS.matcher(histogram).results()
                        .collect(Collectors.toMap(found -> found.group(2), found -> Long.parseLong(found.group(1)), Long::sum)));
    }

    /// The classes whose objects take most more than before.
    String grownSince(Vitals before) {
        return bytesByClass.entrySet().stream()
                .map(each -> Map.entry(each.getKey(), each.getValue() - before.bytesByClass.getOrDefault(each.getKey(), 0L)))
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed()).limit(12)
                .map(each -> each.getKey() + " +" + each.getValue() / 1024 + " KB").collect(Collectors.joining(", "));
    }

    private static String jcmd(long pid) throws IOException, InterruptedException {
        Path program = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        Process process =
                new ProcessBuilder(program.toString(), Long.toString(pid), "GC.class_histogram").redirectErrorStream(true).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return out;
    }

    private static long number(Pattern pattern, String text) {
        Matcher found = pattern.matcher(text);
        return found.find() ? Long.parseLong(found.group(1)) : 0;
    }

    @Override
    public String toString() {
        return "%.1f MB resident, %d threads, %d virtual threads, %d KB of live objects".formatted(residentKb / 1024.0, threads,
                virtualThreads, liveObjectsKb);
    }
}
