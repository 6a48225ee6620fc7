// SPDX-License-Identifier: MIT
package lambdadispatch.protocol;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// How an environment feels, as its extension tells the router with each ping:
/// `cpu=812 of=1000 throttled=0 memory=430 delay=2 app=5120 requests=64 held=0 probe=3`.
/// @param cpuMillis CPU time that the environment has used, since whenever
/// @param vcpuMillis CPU time that it may use in a second
/// @param throttledMillis time that it was held back for want of that, since whenever
/// @param memoryPermille memory in use, in thousandths of what there is
/// @param delayMillis how late the extension's own thread woke last: everybody there waits for the CPU for as long
/// @param appMillis sum of the time that requests have spent in the app, in this invocation
/// @param requests that have ended in it
/// @param heldMillis for so long the app wanted to be kept for work after its answers, in this invocation
/// @param probeMillis how long its health path took to answer last; the longest that is waited for where that was no good answer
public record Condition(long cpuMillis, long vcpuMillis, long throttledMillis, long memoryPermille, long delayMillis, long appMillis,
        long requests, long heldMillis, long probeMillis) {
    private static final int LONGEST = 200;
    private static final int MOST_DIGITS = 12;

    @Override
    public String toString() {
        return "cpu=" + cpuMillis + " of=" + vcpuMillis + " throttled=" + throttledMillis + " memory=" + memoryPermille
                + " delay=" + delayMillis + " app=" + appMillis + " requests=" + requests + " held=" + heldMillis + " probe=" + probeMillis;
    }

    /// Empty for anything that is not such a line; what is not known of it is ignored.
    public static Optional<Condition> parse(String text) {
        if (text == null || text.length() > LONGEST) {
            return Optional.empty();
        }
        Map<String, Long> values = new HashMap<>();
        for (String part : text.split(" ")) {
            int equals = part.indexOf('=');
            String number = part.substring(equals + 1);
            if (equals < 1 || number.isEmpty() || number.length() > MOST_DIGITS || !number.chars().allMatch(c -> c >= '0' && c <= '9')) {
                return Optional.empty();
            }
            values.put(part.substring(0, equals), Long.parseLong(number));
        }
        if (values.getOrDefault("of", 0L) == 0) {
            return Optional.empty();
        }
        return Optional.of(of(values.get("of"))
                .cpu(values.getOrDefault("cpu", 0L))
                .throttled(values.getOrDefault("throttled", 0L))
                .memory(values.getOrDefault("memory", 0L))
                .delay(values.getOrDefault("delay", 0L))
                .app(values.getOrDefault("app", 0L))
                .requests(values.getOrDefault("requests", 0L))
                .held(values.getOrDefault("held", 0L))
                .probe(values.getOrDefault("probe", 0L))
                .condition());
    }

    /// All zero but this, to be filled in by name.
    public static Builder of(long vcpuMillis) {
        return new Builder(vcpuMillis);
    }

    /// A condition in the making.
    public static final class Builder {
        private final long vcpuMillis;
        private long cpuMillis;
        private long throttledMillis;
        private long memoryPermille;
        private long delayMillis;
        private long appMillis;
        private long requests;
        private long heldMillis;
        private long probeMillis;

        private Builder(long vcpuMillis) {
            this.vcpuMillis = vcpuMillis;
        }

        public Builder cpu(long millis) {
            cpuMillis = millis;
            return this;
        }

        public Builder throttled(long millis) {
            throttledMillis = millis;
            return this;
        }

        public Builder memory(long permille) {
            memoryPermille = permille;
            return this;
        }

        public Builder delay(long millis) {
            delayMillis = millis;
            return this;
        }

        public Builder app(long millis) {
            appMillis = millis;
            return this;
        }

        public Builder requests(long count) {
            requests = count;
            return this;
        }

        public Builder held(long millis) {
            heldMillis = millis;
            return this;
        }

        public Builder probe(long millis) {
            probeMillis = millis;
            return this;
        }

        public Condition condition() {
            return new Condition(cpuMillis, vcpuMillis, throttledMillis, memoryPermille, delayMillis, appMillis, requests, heldMillis,
                    probeMillis);
        }
    }
}
