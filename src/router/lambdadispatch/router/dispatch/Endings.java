// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;

/// How the last invokes of a pool ended, for operators who saw an instance vanish. Guarded by the pool's lock.
final class Endings {
    /// So many are remembered.
    static final int MOST = 32;

    private final Deque<Ending> last = new ArrayDeque<>(MOST);

    /// @param fault null where it ended well
    /// @param exitReason the extension's word, `""` where it had none
    void add(Instance instance, InvokeFault fault, String exitReason) {
        if (last.size() == MOST) {
            last.removeFirst();
        }
        String how =
                fault != null ? fault.name().toLowerCase(Locale.ROOT).replace('_', ' ') : exitReason.isEmpty() ? "returned" : exitReason;
        last.addLast(new Ending(instance.publicName(), how, fault == null));
    }

    /// Oldest first.
    List<Ending> last() {
        return List.copyOf(last);
    }
}
