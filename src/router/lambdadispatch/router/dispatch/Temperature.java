// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

/// What two words of an environment about itself say of the time between them.
/// @param load CPU time used, as a share of what it may use
/// @param throttled share of the time in which it was held back
/// @param memory share in use
/// @param delaySeconds how late a thread there got the CPU
/// @param probeSeconds how long the app's health path took
/// @param cpuSeconds used
/// @param vcpus it has
/// @param appSeconds sum over the requests that ended
record Temperature(
        double load, double throttled, double memory, double delaySeconds, double probeSeconds, double cpuSeconds, double vcpus,
        double appSeconds, long requests) {
    private static final double HOT_LOAD = 0.9;
    private static final double HOT_THROTTLED = 0.25;
    private static final double HOT_MEMORY = 0.95;
    private static final double HOT_DELAY_SECONDS = 0.25;
    private static final double HOT_PROBE_SECONDS = 1;
    private static final double CALM_LOAD = 0.7;

    static Temperature between(Reading before, Reading after, long nanos) {
        double seconds = Math.max(1, nanos) / 1e9;
        double cpu = Math.max(0, after.cpuMillis() - before.cpuMillis()) / 1e3;
        double vcpus = after.vcpuMillis() / 1e3;
        return new Temperature(cpu / seconds / vcpus, Math.max(0, after.throttledMillis() - before.throttledMillis()) / 1e3 / seconds,
                after.memoryPermille() / 1e3, after.delayMillis() / 1e3, after.probeMillis() / 1e3, cpu, vcpus,
                Math.max(0, after.appMillis() - before.appMillis()) / 1e3, Math.max(0, after.requests() - before.requests()));
    }

    boolean hot() {
        return load >= HOT_LOAD || throttled >= HOT_THROTTLED || memory >= HOT_MEMORY || delaySeconds >= HOT_DELAY_SECONDS
                || probeSeconds >= HOT_PROBE_SECONDS;
    }

    /// Requests do not wait for the CPU: how long they take is how long they would take alone.
    boolean calm() {
        return load < CALM_LOAD && throttled < HOT_THROTTLED;
    }
}
