// SPDX-License-Identifier: MIT
package lambdadispatch.base.metrics;

import java.util.concurrent.atomic.AtomicLong;

/// A count that only grows. One atomic addition each: with one carrier thread there is nobody to contend with, so no striping is needed.
public final class Counter {
    private final AtomicLong count = new AtomicLong();

    public Counter() {}

    public void increment() {
        count.getAndIncrement();
    }

    /// @param amount not negative
    public void add(long amount) {
        if (amount < 0) {
            throw new IllegalArgumentException("a counter can not shrink: " + amount);
        }
        count.getAndAdd(amount);
    }

    public long value() {
        return count.get();
    }
}
