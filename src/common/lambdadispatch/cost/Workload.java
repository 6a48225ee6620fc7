// SPDX-License-Identifier: MIT
package lambdadispatch.cost;

/// What is to be served, as a few figures that an operator knows.
///
/// @param requestsPerSecond the average over the month
/// @param peakFactor the busiest hour's rate divided by the average
/// @param seconds in the app, for each request
/// @param cpuShare how much of that time the request keeps one processor busy, 0 to 1
/// @param memoryMb of the function
/// @param coldStartSeconds from the invoke to the first request, billed (INIT is billed since August 2025)
/// @param maxConcurrent `MaxConcurrentCount`
public record Workload(
        double requestsPerSecond,
        double peakFactor,
        double seconds,
        double cpuShare,
        int memoryMb,
        double coldStartSeconds,
        int maxConcurrent,
        Architecture architecture) {
    /// Lambda gives a function of so many MB one processor, and others in proportion (AWS Lambda, "Configure function memory").
    public static final double MB_PER_VCPU = 1769;
    private static final double MB_PER_GB = 1024;

    public Workload {
        check(requestsPerSecond >= 0 && Double.isFinite(requestsPerSecond), "requests per second", requestsPerSecond);
        check(peakFactor >= 1 && peakFactor <= 10_000, "peak factor (1 to 10000)", peakFactor);
        check(seconds > 0 && seconds <= 900, "seconds in the app (up to 900)", seconds);
        check(cpuShare >= 0 && cpuShare <= 1, "CPU share (0 to 1)", cpuShare);
        check(memoryMb >= 128 && memoryMb <= 10_240, "memory in MB (128 to 10240)", memoryMb);
        check(coldStartSeconds >= 0 && coldStartSeconds <= 600, "cold start in seconds (0 to 600)", coldStartSeconds);
        check(maxConcurrent >= 1 && maxConcurrent <= 1000, "requests at once (1 to 1000)", maxConcurrent);
    }

    private static void check(boolean holds, String what, double value) {
        if (!holds) {
            throw new IllegalArgumentException(what + " can not be " + value);
        }
    }

    public double gb() {
        return memoryMb / MB_PER_GB;
    }

    public double vcpus() {
        return memoryMb / MB_PER_VCPU;
    }

    /// Requests under way at once on average (Little's law).
    public double running() {
        return requestsPerSecond * seconds;
    }

    public double peakRunning() {
        return running() * peakFactor;
    }

    /// How many requests one environment can run at once without slowing them down: bounded by its slots and by its processors.
    public double perEnvironment() {
        double byCpu = cpuShare == 0 ? maxConcurrent : Math.max(1, vcpus() / cpuShare);
        return Math.min(maxConcurrent, byCpu);
    }

    /// The `MaxConcurrentCount` that these figures ask for: duration divided by CPU time, for each processor; at least 1.
    public int advisedConcurrency() {
        return cpuShare == 0 ? maxConcurrent : (int) Math.clamp(Math.floor(vcpus() / cpuShare), 1, 1000);
    }
}
