// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import java.util.ArrayList;
import java.util.List;

/// How the instances that all pools of a router may have together are divided: `LAMBDA_DISPATCH_TotalInstanceCount`.
///
/// Each pool may have an even part of them whatever the others want, and beyond that what the others neither have nor want. A tenth is kept
/// back from whoever has more than that part, so that a pool that comes finds something. Nobody starts what is still another's: together
/// they never have more than the total, or Lambda would throttle them, but for one instance of each pool that has none.
final class Shares {
    /// @param used instances that are paid for
    /// @param wanted instances that the load asks for
    record Claim(int used, int wanted) {}

    private Shares() {}

    /// The most for each, in the order of the claims.
    static List<Integer> divide(int total, List<Claim> claims) {
        int[] fair = fair(total, claims);
        int[] most = new int[fair.length];
        int[] first = new int[fair.length];
        int left = total;
        for (int i = 0; i < fair.length; i++) {
            most[i] = Math.min(fair[i], claims.get(i).used());
            first[i] = Math.min(fair[i], claims.get(i).wanted());
            left -= claims.get(i).used();
        }
        left = handOut(left, most, first);
        // A pool wants no more than it may have, so far: what is left goes to those that want any. The others' first one is free.
        for (int i = 0; i < fair.length; i++) {
            first[i] = claims.get(i).wanted() == 0 ? 0 : fair[i];
        }
        handOut(left, most, first);
        List<Integer> all = new ArrayList<>();
        for (int each : most) {
            all.add(Math.max(1, each));
        }
        return all;
    }

    /// What each may have in the end.
    private static int[] fair(int total, List<Claim> claims) {
        int even = Math.max(1, total / Math.max(1, claims.size()));
        int keptBack = Math.max(1, total / 10);
        int[] fair = new int[claims.size()];
        for (int i = 0; i < fair.length; i++) {
            int others = 0;
            for (int j = 0; j < fair.length; j++) {
                Claim other = claims.get(j);
                others += i == j ? 0 : Math.max(other.used(), Math.min(even, other.wanted()));
            }
            fair[i] = Math.max(1, Math.max(Math.min(even, total - keptBack), total - keptBack - others));
        }
        return fair;
    }

    /// One after another to those that have the fewest, up to their limits.
    /// @return what is left then
    private static int handOut(int available, int[] most, int[] limits) {
        int left = available;
        while (left > 0) {
            int next = -1;
            for (int i = 0; i < most.length; i++) {
                next = most[i] < limits[i] && (next < 0 || most[i] < most[next]) ? i : next;
            }
            if (next < 0) {
                return left;
            }
            most[next]++;
            left--;
        }
        return left;
    }
}
