// SPDX-License-Identifier: MIT
package lambdadispatch.base;

import java.time.Instant;

/// Where time comes from, so that a test can hold it still and a simulation can drive it.
public interface Clock {
    /// A monotonic count of nanoseconds; only differences mean anything.
    long nanoTime();

    /// The wall clock; may jump (an execution environment that was frozen and thawed sees it jump).
    Instant now();

    Clock SYSTEM = new Clock() {
        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public Instant now() {
            return Instant.now();
        }
    };
}
