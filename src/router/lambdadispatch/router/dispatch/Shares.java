// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import java.util.ArrayList;
import java.util.List;

/// How the instances that all pools of a router may have together are divided: `LAMBDA_DISPATCH_TotalInstanceCount`.
///
/// Each pool may have an even part of them whatever the others want, and beyond that what the others neither have nor want. A tenth is kept back from whoever has
/// more than that part, so that a pool that comes finds something.
final class Shares {
    /// @param used instances that are paid for
    /// @param wanted instances that the load asks for
    record Claim(int used, int wanted) {}

    private Shares() {}

    /// The most for each, in the order of the claims.
    static List<Integer> divide(int total, List<Claim> claims) {
        int even = Math.max(1, total / Math.max(1, claims.size()));
        int keptBack = Math.max(1, total / 10);
        List<Integer> most = new ArrayList<>();
        for (int i = 0; i < claims.size(); i++) {
            int others = 0;
            for (int j = 0; j < claims.size(); j++) {
                Claim other = claims.get(j);
                others += i == j ? 0 : Math.max(other.used(), Math.min(even, other.wanted()));
            }
            most.add(Math.max(1, Math.max(Math.min(even, total - keptBack), total - keptBack - others)));
        }
        return most;
    }
}
