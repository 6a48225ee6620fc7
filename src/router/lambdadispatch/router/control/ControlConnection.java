// SPDX-License-Identifier: MIT
package lambdadispatch.router.control;

import java.util.HashSet;
import java.util.Set;
import lambdadispatch.http.server.Connection;
import lambdadispatch.router.dispatch.Instance;

/// What is kept beside one connection of the control port: for which instances it speaks, and the uplink that their channels share. Guarded
/// by itself.
final class ControlConnection implements Connection.Ending {
    private final ChannelAllowance allowance;
    private final SharedUplinkReader shared = new SharedUplinkReader();
    private final Set<Instance> admitted = new HashSet<>();
    private boolean closed;

    ControlConnection(ChannelAllowance allowance) {
        this.allowance = allowance;
    }

    SharedUplinkReader shared() {
        return shared;
    }

    /// Whether the instance, whose token was shown, may have this connection beside those that it has.
    synchronized boolean admits(Instance instance) {
        if (closed) {
            return false;
        }
        if (!admitted.contains(instance)) {
            if (!allowance.connectionOpens(instance)) {
                return false;
            }
            admitted.add(instance);
        }
        return true;
    }

    @Override
    public synchronized void connectionEnded() {
        closed = true;
        admitted.forEach(allowance::connectionClosed);
        admitted.clear();
    }
}
