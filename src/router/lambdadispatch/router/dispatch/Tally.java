// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import java.util.Arrays;

/// How many members have how much of something, so that the most that any has is known at once. Members gain and lose one at a time.
final class Tally {
    private int[] members = new int[16];
    private int most;

    /// One member has one more.
    void gained(int now) {
        if (now >= members.length) {
            members = Arrays.copyOf(members, 2 * now);
        }
        members[now - 1]--;
        members[now]++;
        most = Math.max(most, now);
    }

    /// One member has one less.
    void lost(int now) {
        members[now + 1]--;
        members[now]++;
        if (members[most] == 0 && most > 0) {
            most--;
        }
    }

    int most() {
        return most;
    }
}
