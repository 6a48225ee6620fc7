// SPDX-License-Identifier: MIT
package lambdadispatch.router.incoming;

import java.util.concurrent.locks.LockSupport;
import lambdadispatch.carrier.Threads;
import lambdadispatch.http.server.Exchange;
import lambdadispatch.router.channel.RequestChannel;
import lambdadispatch.router.dispatch.Pool;
import lambdadispatch.router.dispatch.Refusal;
import lambdadispatch.router.dispatch.Slot;
import lambdadispatch.router.dispatch.Ticket;

/// A request's ticket, for a thread that waits until it is decided.
class SlotTicket extends Ticket {
    private final Pool pool;
    private final Thread owner = Thread.currentThread();
    private volatile RequestChannel channel;
    private volatile Refusal refusal;
    private volatile boolean withdrawn;
    private final Exchange client;
    private final Runnable tooSlow;

    /// @param pool that it is for
    /// @param client whose exchange it is
    /// @param tooSlow breaks the exchange off, since its client is slow and others wait; runs on a thread of its own
    SlotTicket(Pool pool, Standing standing, Exchange client, Runnable tooSlow) {
        super(standing.lowPriority(), standing.client());
        this.pool = pool;
        this.client = client;
        this.tooSlow = tooSlow;
    }

    @Override
    protected long behindNanos() {
        return client.behindNanos();
    }

    @Override
    protected void tooSlow() {
        Threads.virtual("too-slow").start(tooSlow);
    }

    @Override
    protected void granted(Slot slot) {
        channel = RequestChannel.of(slot);
        wake();
    }

    @Override
    protected void refused(Refusal why) {
        refusal = why;
        wake();
    }

    /// @param before the try before this one, or null
    void submit(SlotTicket before) {
        pool.submitAgain(this, before);
    }

    /// Nobody wants to know any more. If it was decided already, whoever was granted a channel finishes it.
    void withdraw() {
        if (pool.withdraw(this)) {
            withdrawn = true;
            wake();
        }
    }

    private void wake() {
        if (Thread.currentThread() != owner) {
            LockSupport.unpark(owner);
        }
    }

    /// Waits for the decision: a channel, or null if it was refused (see [#refusal]) or withdrawn.
    RequestChannel await() {
        boolean interrupted = false;
        while (channel == null && refusal == null && !withdrawn) {
            LockSupport.park(this);
            // A decision always comes, and must be taken; but with the flag set park would not wait for it.
            interrupted |= Thread.interrupted();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return channel;
    }

    /// Why there is no channel; null if the client left.
    Refusal refusal() {
        return refusal;
    }
}
