// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import java.math.BigDecimal;

/// How people write which part a canary gets: `5`, `0.25`, or, with its alias, `next:5`.
public final class CanaryPercent {
    private static final String PERCENT = "100(\\.0{1,2})?|[0-9]{1,2}(\\.[0-9]{1,2})?";

    private CanaryPercent() {}

    public static boolean isPart(String text) {
        return text.matches("[a-zA-Z0-9-_]{1,128}:(" + PERCENT + ")");
    }

    /// @throws IllegalArgumentException not a number from 0 to 100 with at most two decimals
    public static int hundredths(String percent) {
        if (percent == null || !percent.matches(PERCENT)) {
            throw new IllegalArgumentException("percent must be a number from 0 to 100, with at most two decimals");
        }
        return new BigDecimal(percent).movePointRight(2).intValueExact();
    }
}
