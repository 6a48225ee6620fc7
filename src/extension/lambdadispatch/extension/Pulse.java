// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import lambdadispatch.base.log.Log;

/// What the kernel says of this environment: CPU time used and held back, memory in use. From the control group where there is one of its
/// own, else from the machine's figures, which are the environment's own in Lambda's micro-VM.
final class Pulse {
    private static final Log LOG = Log.of("invocation");
    /// AWS Lambda Developer Guide, "Configure Lambda function memory": one vCPU at 1,769 MB.
    private static final double MEGABYTES_PER_VCPU = 1769;
    private static final long MILLIS_PER_JIFFY = 10; // USER_HZ is 100 wherever Java runs on Linux

    private final Path root;
    private final long vcpuMillis;

    /// @param root where `proc` and `sys` are
    /// @param memorySize `AWS_LAMBDA_FUNCTION_MEMORY_SIZE`, or null
    Pulse(Path root, String memorySize) {
        this.root = root;
        this.vcpuMillis = vcpuMillis(memorySize, Runtime.getRuntime().availableProcessors());
    }

    static long vcpuMillis(String memorySize, int processors) {
        boolean known = memorySize != null && memorySize.matches("[0-9]{1,6}");
        return known ? Math.clamp(Math.round(1000 * Integer.parseInt(memorySize) / MEGABYTES_PER_VCPU), 50, 1000L * processors)
                : 1000L * processors;
    }

    long vcpuMillis() {
        return vcpuMillis;
    }

    /// Used, and held back.
    record Cpu(long usedMillis, long throttledMillis) {}

    Cpu cpu() {
        Map<String, Long> stat = pairs("sys/fs/cgroup/cpu.stat", 1);
        if (stat.containsKey("usage_usec")) {
            return new Cpu(stat.get("usage_usec") / 1000, stat.getOrDefault("throttled_usec", 0L) / 1000);
        }
        for (String line : lines("proc/stat")) {
            String[] words = line.split(" +");
            if (words[0].equals("cpu") && words.length > 7) { // user nice system idle iowait irq softirq
                return new Cpu(
                        MILLIS_PER_JIFFY * (number(words[1]) + number(words[2]) + number(words[3]) + number(words[6]) + number(words[7])),
                        0);
            }
        }
        return new Cpu(0, 0);
    }

    /// In use, in thousandths of what there is.
    long memoryPermille() {
        List<String> limit = lines("sys/fs/cgroup/memory.max");
        List<String> current = lines("sys/fs/cgroup/memory.current");
        if (!limit.isEmpty() && !current.isEmpty() && number(limit.getFirst()) > 0) {
            return Math.min(1000, 1000 * number(current.getFirst()) / number(limit.getFirst()));
        }
        Map<String, Long> info = pairs("proc/meminfo", 1);
        long total = info.getOrDefault("MemTotal:", 0L);
        return total == 0 ? 0 : 1000 * (total - info.getOrDefault("MemAvailable:", total)) / total;
    }

    private Map<String, Long> pairs(String file, int at) {
        Map<String, Long> pairs = new HashMap<>();
        for (String line : lines(file)) {
            String[] words = line.split("\\s+");
            if (words.length > at) {
                pairs.put(words[0], number(words[at]));
            }
        }
        return pairs;
    }

    private List<String> lines(String file) {
        try {
            return Files.readAllLines(root.resolve(file));
        } catch (IOException e) {
            LOG.debug("not readable", "file", file, "why", e.toString()); // not every kernel has every file
            return List.of();
        }
    }

    private static long number(String text) {
        return text.matches("[0-9]{1,18}") ? Long.parseLong(text) : 0;
    }
}
