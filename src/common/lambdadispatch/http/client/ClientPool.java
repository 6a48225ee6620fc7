// SPDX-License-Identifier: MIT
package lambdadispatch.http.client;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import lambdadispatch.net.Deadline;

/// The connections of one [Http1Client]: those in use, and those that are kept for a while, by origin.
///
/// Kept ones that nobody asks for again are closed when their time is over; none is kept at all if [Http1Client.Options#idle()] is zero.
/// Lock order: this pool, then nothing; connections are looked at and closed outside the lock.
final class ClientPool implements AutoCloseable {
    /// However busy, a connection is not used for ever: a name may have moved to other addresses.
    private static final long MAX_AGE_NANOS = Duration.ofMinutes(5).toNanos();
    private static final int MAX_IDLE_PER_ORIGIN = 64;

    private final Http1Client.Options options;
    private final ClientConnector connector;
    private final LongSupplier clock;
    private final Deadline sweeper = new Deadline(this::sweep);
    private final Map<Origin, Deque<ClientConnection>> idle = new HashMap<>(); // oldest first; guarded by this
    private final Set<ClientConnection> open = new HashSet<>(); // guarded by this
    private boolean sweeping; // the sweeper is armed; guarded by this
    private boolean closed; // guarded by this

    ClientPool(Http1Client.Options options, ClientConnector connector) {
        this(options, connector, System::nanoTime);
    }

    /// @param clock counts nanoseconds
    ClientPool(Http1Client.Options options, ClientConnector connector, LongSupplier clock) {
        this.options = options;
        this.connector = connector;
        this.clock = clock;
    }

    long now() {
        return clock.getAsLong();
    }

    boolean keeps() {
        return options.idle().isPositive();
    }

    /// A connection that was used before and on which nothing has come since, or null.
    ClientConnection idle(Origin origin) {
        for (ClientConnection connection = takeIdle(origin); connection != null; connection = takeIdle(origin)) {
            if (!over(connection, now()) && connection.quiet()) {
                return connection;
            }
            connection.close();
        }
        return null;
    }

    /// The one that was used last, looked at or not, or null.
    synchronized ClientConnection takeIdle(Origin origin) {
        Deque<ClientConnection> connections = idle.get(origin);
        return connections == null ? null : connections.pollLast();
    }

    ClientConnection open(Origin origin) throws IOException {
        ClientConnection connection = new ClientConnection(this, origin, connector.connect(origin), options.write());
        boolean late;
        synchronized (this) {
            late = closed;
            if (!late) {
                open.add(connection);
            }
        }
        if (late) {
            connection.close();
            throw new IOException("client is closed");
        }
        return connection;
    }

    void release(ClientConnection connection) {
        synchronized (this) {
            Deque<ClientConnection> connections = idle.computeIfAbsent(connection.origin(), origin -> new ArrayDeque<>());
            if (!closed && keeps() && connections.size() < MAX_IDLE_PER_ORIGIN) {
                connections.addLast(connection);
                if (!sweeping) {
                    sweeping = true;
                    sweeper.arm(options.idle());
                }
                return;
            }
        }
        connection.close();
    }

    void closed(ClientConnection connection) {
        synchronized (this) {
            open.remove(connection);
        }
    }

    /// How many are open, in use or kept.
    synchronized int opened() {
        return open.size();
    }

    /// Closes those whose time is over, and sees to it that the next one's end is not missed.
    void sweep() {
        List<ClientConnection> ended = new ArrayList<>();
        synchronized (this) {
            long now = now();
            long next = Long.MAX_VALUE;
            for (Deque<ClientConnection> connections : idle.values()) {
                while (!connections.isEmpty() && over(connections.peekFirst(), now)) {
                    ended.add(connections.pollFirst());
                }
                if (!connections.isEmpty()) {
                    next = Math.min(next, connections.peekFirst().idleSince() + options.idle().toNanos() - now);
                }
            }
            idle.values().removeIf(Collection::isEmpty);
            sweeping = !closed && next != Long.MAX_VALUE;
            if (sweeping) {
                sweeper.armNanos(Math.max(1, next));
            }
        }
        ended.forEach(ClientConnection::close);
    }

    private boolean over(ClientConnection connection, long now) {
        return now - connection.idleSince() >= options.idle().toNanos() || now - connection.born() >= MAX_AGE_NANOS;
    }

    @Override
    public void close() {
        List<ClientConnection> all;
        synchronized (this) {
            closed = true;
            all = List.copyOf(open);
            idle.clear();
        }
        sweeper.close();
        all.forEach(ClientConnection::close);
    }
}
