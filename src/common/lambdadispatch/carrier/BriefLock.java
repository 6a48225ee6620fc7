// SPDX-License-Identifier: MIT
package lambdadispatch.carrier;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/// A lock for a few instructions that never wait, between a carrier's loop, its virtual threads and all others.
///
/// A monitor will not do for that, nor any lock that lets threads queue. A virtual thread that waits in the queue may be the next in turn;
/// it can take its turn only on its carrier; and its carrier may wait in the same queue behind it, for ever. So nobody queues here: whoever
/// finds it taken tries again.
final class BriefLock {
    private static final int TRIES = 64;
    private static final VarHandle TAKEN;

    static {
        try {
            TAKEN = MethodHandles.lookup().findVarHandle(BriefLock.class, "taken", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private volatile boolean taken;

    void lock() {
        for (int tries = 1; !TAKEN.compareAndSet(this, false, true); tries++) {
            if (tries % TRIES != 0) {
                Thread.onSpinWait();
            } else {
                Thread.yield(); // the system may have taken the processor from whoever has it
            }
        }
    }

    void unlock() {
        taken = false;
    }
}
