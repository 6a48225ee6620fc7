// SPDX-License-Identifier: MIT
package lambdadispatch.net;

import java.util.concurrent.atomic.AtomicLong;

/// Octets that peers chose and that this process holds for them, and how many there may be.
///
/// Each limit of a connection or a request may be right by itself and the sum of all that are allowed at once still be more than the heap. So whoever
/// grows beyond what everybody gets takes it from an account here, and gives it back when it is over; what does not fit is refused, and the others are served on.
public final class MemoryAccount {
    private final String what;
    private final long most;
    private final AtomicLong held = new AtomicLong();

    /// @param what is held, for messages
    /// @param most octets
    public MemoryAccount(String what, long most) {
        this.what = what;
        this.most = most;
    }

    /// An account of a share of the heap: `1 / parts` of what the JVM may use at most.
    public static MemoryAccount ofHeap(String what, int parts) {
        return new MemoryAccount(what, Runtime.getRuntime().maxMemory() / parts);
    }

    /// @return false if it does not fit; nothing is taken then
    public boolean take(long octets) {
        if (held.addAndGet(octets) <= most) {
            return true;
        }
        held.addAndGet(-octets);
        return false;
    }

    /// Gives back what was taken.
    public void give(long octets) {
        held.addAndGet(-octets);
    }

    public long held() {
        return held.get();
    }

    public long most() {
        return most;
    }

    @Override
    public String toString() {
        return what + ": " + held + " of " + most + " octets";
    }
}
