// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

/// What an environment says of itself at one moment; sums count from whenever, and only differences mean anything. The ping's line has the
/// same values; they stand here again since dispatch knows nothing of what is said on the wire.
///
/// @param cpuMillis CPU time used
/// @param vcpuMillis CPU time that it may use in a second
/// @param throttledMillis time in which it was held back for want of that
/// @param memoryPermille memory in use, in thousandths of what there is
/// @param delayMillis how late a thread there got the CPU
/// @param appMillis sum of the time that requests have spent in the app
/// @param requests that have ended in it
/// @param heldMillis for so long, of this invocation, the app wanted to be kept for work after its answers
/// @param probeMillis how long its health path took to answer
public record Reading(long cpuMillis, long vcpuMillis, long throttledMillis, long memoryPermille, long delayMillis, long appMillis,
        long requests, long heldMillis, long probeMillis) {
    /// All zero but this, to be filled in by name.
    public static Builder of(long vcpuMillis) {
        return new Builder(vcpuMillis);
    }

    /// A reading in the making.
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

        public Reading reading() {
            return new Reading(cpuMillis, vcpuMillis, throttledMillis, memoryPermille, delayMillis, appMillis, requests, heldMillis,
                    probeMillis);
        }
    }
}
