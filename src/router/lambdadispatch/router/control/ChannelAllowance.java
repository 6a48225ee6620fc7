// SPDX-License-Identifier: MIT
package lambdadispatch.router.control;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import lambdadispatch.router.dispatch.Instance;

/// How many connections, channels and pings each instance may still have: a token lets its holder in, and not without end.
///
/// Twice the channels that it was asked for are enough for one that opens fresh channels before we have noticed that the old ones broke.
public final class ChannelAllowance {
    private static final int FURTHER_CONNECTIONS = 16; // for what is not a channel, and for those that broke unseen
    private static final int PING_BURST = 100;
    private static final int PINGS_PER_SECOND = 20; // an extension sends one in five seconds

    private final Map<Instance, Used> used = new ConcurrentHashMap<>();

    /// The most channels of an instance that was asked for so many.
    public static int most(int channelCount) {
        return 2 * channelCount;
    }

    /// The most connections of such an instance. It has one; but where that broke, all its channels open anew at once, and an HTTP client
    /// may open a connection for each half before it knows that one will do. What it is refused here ends its invocation.
    static int mostConnections(int channelCount) {
        return 2 * most(channelCount) + FURTHER_CONNECTIONS;
    }

    private static final class Used {
        private int connections; // all guarded by this
        private int channels;
        private double pings;
        private long countedAt;

        synchronized boolean connection(int most) {
            if (connections >= most) {
                return false;
            }
            connections++;
            return true;
        }

        synchronized void connectionClosed() {
            connections--;
        }

        synchronized boolean channel(int most) {
            if (channels >= most) {
                return false;
            }
            channels++;
            return true;
        }

        synchronized void channelClosed() {
            channels--;
        }

        synchronized boolean ping(long now) {
            pings = Math.max(0, pings - (now - countedAt) * PINGS_PER_SECOND / 1e9);
            countedAt = now;
            if (pings > PING_BURST - 1) {
                return false;
            }
            pings++;
            return true;
        }
    }

    private Used of(Instance instance) {
        Used there = used.get(instance);
        if (there == null) {
            used.keySet().removeIf(each -> each.state() == Instance.State.CLOSED); // nobody asks for those any more
            there = used.computeIfAbsent(instance, _ -> new Used());
        }
        return there;
    }

    /// An instance speaks on one connection more. Whoever was let in says so with [#connectionClosed].
    boolean connectionOpens(Instance instance) {
        return of(instance).connection(mostConnections(instance.pool().settings().channelCount()));
    }

    void connectionClosed(Instance instance) {
        Used there = used.get(instance);
        if (there != null) {
            there.connectionClosed();
        }
    }

    /// An instance wants one channel more. Whoever was let in says so with [#channelClosed].
    boolean channelOpens(Instance instance) {
        return of(instance).channel(most(instance.pool().settings().channelCount()));
    }

    void channelClosed(Instance instance) {
        Used there = used.get(instance);
        if (there != null) {
            there.channelClosed();
        }
    }

    boolean pings(Instance instance, long nanoTime) {
        return of(instance).ping(nanoTime);
    }
}
