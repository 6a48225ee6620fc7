// SPDX-License-Identifier: MIT
package lambdadispatch.router.incoming;

import lambdadispatch.router.channel.ChannelOutcome;
import lambdadispatch.router.channel.RequestChannel;

/// What one exchange holds: its ticket while it waits, then its channel, until somebody who works for the exchange says how that ended. The
/// first one does; what others say after him is of no account, since the channel may work for another exchange by then.
final class Lease {
    // All below is guarded by this.
    private SlotTicket ticket;
    private RequestChannel channel;
    private boolean clientGone;

    /// False if the client is gone already.
    boolean submit(SlotTicket next, SlotTicket before) {
        synchronized (this) {
            if (clientGone) {
                return false;
            }
            ticket = next;
        }
        next.submit(before);
        if (isClientGone()) { // whoever saw the client leave may have withdrawn the ticket before it was submitted, to no effect
            next.withdraw();
        }
        return true;
    }

    /// The ticket was granted. False if the client has left meanwhile, and nothing is to be sent.
    boolean take(RequestChannel granted) {
        synchronized (this) {
            if (!clientGone) {
                channel = granted;
                return true;
            }
        }
        granted.finish(ChannelOutcome.UNDONE);
        return false;
    }

    void finish(ChannelOutcome outcome) {
        RequestChannel held;
        synchronized (this) {
            held = channel;
            channel = null;
        }
        if (held != null) {
            held.finish(outcome);
        }
    }

    /// Neither a channel nor an answer is wanted any more.
    /// @param answered whether the client has got a part of its answer
    void cancel(boolean answered) {
        SlotTicket last;
        synchronized (this) {
            last = ticket;
        }
        finish(new ChannelOutcome.Cancelled(answered));
        if (last != null) {
            last.withdraw();
        }
    }

    /// Nothing is submitted or taken from now on.
    synchronized void clientGone() {
        clientGone = true;
    }

    synchronized boolean isClientGone() {
        return clientGone;
    }

    synchronized boolean holdsChannel() {
        return channel != null;
    }
}
