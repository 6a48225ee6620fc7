// SPDX-License-Identifier: MIT
package lambdadispatch.emulator.environment;

import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import lambdadispatch.base.json.Json;
import lambdadispatch.cost.Architecture;
import lambdadispatch.cost.Prices;

/// What Lambda would charge for: requests, and the time of init and invocations by memory size, in whole milliseconds.
///
/// An invocation is charged from its start until all processes of the environment have asked for what is next; the init phase is charged
/// with the first invocation (since August 2025 for every kind of function). Time spent frozen, and a cold start before init, are free.
/// Source: AWS Lambda pricing; prices are those of x86 in us-east-1.
public final class Billing {
    /// What has been charged up to a moment, what is still running included.
    public record Total(long invocations, long coldStarts, long billedMillis, double gbSeconds) {
        double usd() {
            return Prices.duration(Architecture.X86, gbSeconds) + invocations * Prices.REQUEST;
        }

        public Json json() {
            return Json.object("invocations", invocations, "coldStarts", coldStarts, "billedMs", billedMillis,
                    "gbSeconds", Math.round(gbSeconds * 1000) / 1000.0, "usd", Math.round(usd() * 1e8) / 1e8);
        }

        public String line() {
            return String.format(Locale.ROOT, "%.3f GB-seconds billed: %d invocations, %d cold starts, %d ms; about %.6f USD",
                    gbSeconds, invocations, coldStarts, billedMillis, usd());
        }
    }

    private final int memoryMegabytes;
    private final Map<String, Long> running = new HashMap<>(); // request id -> start
    private long invocations;
    private long coldStarts;
    private long billedMillis;

    public Billing(int memoryMegabytes) {
        this.memoryMegabytes = memoryMegabytes;
    }

    /// Time is charged from here on.
    synchronized void started(String requestId, long nowNanos) {
        running.put(requestId, nowNanos);
        invocations++;
    }

    /// A request for which no time is charged: managed instances are paid for by the hour of the machine below them.
    synchronized void requested() {
        invocations++;
    }

    synchronized void coldStart() {
        coldStarts++;
    }

    /// Ends what [#started] began, the first time it is called. Returns the milliseconds charged.
    synchronized long ended(String requestId, long nowNanos) {
        Long start = running.remove(requestId);
        long millis = start == null ? 0 : roundedUp(nowNanos - start);
        billedMillis += millis;
        return millis;
    }

    public synchronized Total total(long nowNanos) {
        long millis = billedMillis + running.values().stream().mapToLong(start -> roundedUp(nowNanos - start)).sum();
        return new Total(invocations, coldStarts, millis, millis / 1000.0 * memoryMegabytes / 1024);
    }

    static long roundedUp(long nanos) {
        return Math.ceilDiv(nanos, Duration.ofMillis(1).toNanos());
    }
}
