// SPDX-License-Identifier: MIT
package lambdadispatch.http.listener;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import lambdadispatch.base.log.Log;
import lambdadispatch.carrier.Threads;
import lambdadispatch.http.server.Exchange;
import lambdadispatch.http.server.Handler;
import lambdadispatch.http.server.Limits;
import lambdadispatch.net.MemoryAccount;
import lambdadispatch.net.SocketListener;
import lambdadispatch.net.SocketTransport;

/// A listener on one port: accepts, detects the protocol (TLS ALPN, HTTP/2 preface, HTTP/1.1) and runs a [Handler] per request.
/// Each connection has a virtual thread of its own; where there are several carriers, they take the connections in turn.
public final class Server implements AutoCloseable {
    private static final int BACKLOG = 4096;
    private static final Duration ACCEPT_RETRY = Duration.ofMillis(100);

    /// How the next connection is taken: a test comes between.
    @FunctionalInterface
    interface Accepting {
        SocketChannel accept(SocketListener listener) throws IOException;
    }

    private final Log log = Log.of("server");
    private final String name;
    private final InetSocketAddress wanted;
    private final SSLContext tls;
    private final Limits limits;
    private final Handler handler;
    private final boolean upgrades;
    private final MemoryAccount account;
    private final Set<ServedConnection> connections = ConcurrentHashMap.newKeySet();
    private final AtomicInteger admitted = new AtomicInteger();
    private final AtomicInteger exchanges = new AtomicInteger();
    private final AtomicInteger resting = new AtomicInteger();
    private final Object emptied = new Object();
    private SocketListener listener;
    private volatile boolean stopping;
    private volatile boolean closeAnnounced;

    /// @param name for the log and thread names
    /// @param address port 0 for an ephemeral one
    /// @param tls null for cleartext
    public Server(String name, InetSocketAddress address, SSLContext tls, Limits limits, Handler handler) {
        this(name, address, tls, limits, handler, MemoryAccount.PROCESS);
    }

    /// @param account what is held for all connections is taken from it
    Server(String name, InetSocketAddress address, SSLContext tls, Limits limits, Handler handler, MemoryAccount account) {
        this.account = account;
        this.name = name;
        this.wanted = address;
        this.tls = tls;
        this.limits = handler.knowsItsPeers() ? limits.with().rest(Duration.ZERO).limits() : limits; // those are few, and busy
        this.upgrades = tls == null && handler.takesH2cUpgrade();
        this.handler = new Counted(handler);
    }

    private final class Counted implements Handler {
        private final Handler handler;

        Counted(Handler handler) {
            this.handler = handler;
        }

        @Override
        public void handle(Exchange exchange) throws IOException {
            exchanges.incrementAndGet();
            try {
                handler.handle(exchange);
            } finally {
                exchanges.decrementAndGet();
            }
        }

        @Override
        public boolean knowsItsPeers() {
            return handler.knowsItsPeers();
        }
    }

    /// How many idle connections the memory of this process has room for.
    public static int mostConnections() {
        return (int) Math.min(1_000_000, MemoryAccount.PROCESS.most() / ServedConnection.PLAIN_OCTETS);
    }

    /// Binds and starts to accept.
    /// @throws java.net.BindException the port is taken
    public void start() throws IOException {
        start(SocketListener::accept);
    }

    void start(Accepting accepting) throws IOException {
        listener = new SocketListener(wanted, BACKLOG);
        Threads.spread(name + "-accept").start(() -> acceptAll(accepting));
    }

    public InetSocketAddress address() {
        return listener.address();
    }

    /// Exchanges under way.
    public int exchanges() {
        return exchanges.get();
    }

    public int connections() {
        return connections.size();
    }

    /// Connections that hold no thread for the moment.
    int resting() {
        return resting.get();
    }

    private void acceptAll(Accepting accepting) {
        while (!stopping) {
            SocketChannel channel;
            try {
                channel = accepting.accept(listener);
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                // Most likely out of descriptors: others may close theirs, so wait instead of spinning.
                log.warn("accept failed", "port", name, "why", e.getMessage());
                pause();
                continue;
            }
            // Counted here and not where they are served: a burst is accepted faster than its threads start.
            if (admitted.get() >= limits.maxConnections()) {
                log.warn("too many connections", "port", name, "limit", limits.maxConnections());
                closeQuietly(channel);
                continue;
            }
            admitted.incrementAndGet();
            Threads.spread(name).start(() -> serve(channel));
        }
    }

    private void serve(SocketChannel channel) {
        ServedConnection connection;
        try {
            connection = new ServedConnection(new SocketTransport(channel), tls, limits, handler, upgrades, account);
        } catch (IOException | RuntimeException e) {
            log.debug("connection not taken", "port", name, "why", e.getMessage()); // reset before we came to look at it, most likely
            closeQuietly(channel);
            admitted.decrementAndGet();
            return;
        }
        connections.add(connection);
        if (closeAnnounced) { // looked at after the connection can be found
            connection.announceClose();
        }
        if (stopping) {
            ended(connection);
        } else {
            serve(connection);
        }
    }

    /// On a thread of the connection's, until it is over or rests.
    private void serve(ServedConnection connection) {
        boolean rests = false; // from then on it is another thread's
        try {
            while (!rests && !connection.run()) {
                resting.incrementAndGet();
                rests = connection.rest(name, () -> {
                    resting.decrementAndGet();
                    serve(connection);
                });
                if (!rests) {
                    resting.decrementAndGet();
                }
            }
        } catch (RuntimeException e) {
            log.error("connection failed", e, "port", name);
        } finally {
            if (!rests) {
                ended(connection);
            }
        }
    }

    private void ended(ServedConnection connection) {
        try {
            connection.end();
        } finally {
            connections.remove(connection);
            admitted.decrementAndGet();
        }
        if (stopping && connections.isEmpty()) {
            synchronized (emptied) {
                emptied.notifyAll();
            }
        }
    }

    /// Goes on accepting and serving, but lets every HTTP/1.1 client know that its connection will close: whoever keeps connections, as
    /// load balancers do, has let go of them by the time accepting stops.
    public void announceClose() {
        closeAnnounced = true;
        connections.forEach(ServedConnection::announceClose);
    }

    /// Stops accepting. Exchanges under way go on; idle connections close.
    public void stopAccepting() {
        stopping = true;
        closeQuietly(listener);
        connections.forEach(ServedConnection::stop);
    }

    /// Stops accepting, lets exchanges finish for at most `patience`, then closes what is left. Returns how many exchanges were cut off.
    public int stop(Duration patience) {
        stopAccepting();
        long until = System.nanoTime() + patience.toNanos();
        synchronized (emptied) {
            while (!connections.isEmpty()) {
                long left = until - System.nanoTime();
                if (left <= 0) {
                    break;
                }
                try {
                    emptied.wait(Math.min(100, left / 1_000_000 + 1));
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    break;
                }
            }
        }
        int cut = exchanges.get();
        connections.forEach(ServedConnection::close);
        return cut;
    }

    @Override
    public void close() {
        stop(Duration.ZERO);
    }

    private static void pause() {
        try {
            Thread.sleep(ACCEPT_RETRY);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void closeQuietly(Closeable channel) {
        try {
            channel.close();
        } catch (IOException e) {
            log.debug("close failed", "port", name, "why", e.getMessage());
        }
    }
}
