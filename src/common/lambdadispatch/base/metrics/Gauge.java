// SPDX-License-Identifier: MIT
package lambdadispatch.base.metrics;

import java.util.function.DoubleSupplier;

/// A value that is asked for when it is wanted, so it can not drift from what it describes.
public record Gauge(DoubleSupplier source) {
    public double value() {
        return source.getAsDouble();
    }
}
