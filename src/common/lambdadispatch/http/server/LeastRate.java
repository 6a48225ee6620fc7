// SPDX-License-Identifier: MIT
package lambdadispatch.http.server;

import java.time.Duration;

/// How fast a client must be while somebody waits for it: while the body is wanted that it announced, and while there is output that it has
/// not taken.
///
/// @param octetsPerSecond 0 for any rate
/// @param window how far behind that rate it may be: so long may nothing come from one that was quick before
public record LeastRate(int octetsPerSecond, Duration window) {
    public static final LeastRate NONE = new LeastRate(0, Duration.ZERO);
    public static final LeastRate DEFAULT = new LeastRate(256, Duration.ofSeconds(30));

    public boolean none() {
        return octetsPerSecond == 0;
    }
}
