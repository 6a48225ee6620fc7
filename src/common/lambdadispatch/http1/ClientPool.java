// SPDX-License-Identifier: MIT
package lambdadispatch.http1;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLContext;
import lambdadispatch.io.Deadline;
import lambdadispatch.io.SocketTransport;
import lambdadispatch.io.Transport;
import lambdadispatch.tls.TlsTransport;

/// The kept-alive connections of one [Http1Client], by origin. Names are resolved for each new connection, so DNS changes are followed.
final class ClientPool implements AutoCloseable {
    /// Servers commonly close idle connections after a minute or more; younger ones are worth a try.
    private static final long MAX_IDLE_NANOS = Duration.ofSeconds(30).toNanos();
    /// However busy, a connection is not used for ever: a name may have moved to other addresses.
    private static final long MAX_AGE_NANOS = Duration.ofMinutes(5).toNanos();
    private static final int MAX_IDLE_PER_ORIGIN = 64;
    private static final Duration PROBE_IDLE = Duration.ofSeconds(60);

    record Origin(boolean secure, String host, int port) {
        static Origin of(URI uri) {
            boolean secure = "https".equalsIgnoreCase(uri.getScheme());
            if (uri.getHost() == null || !secure && !"http".equalsIgnoreCase(uri.getScheme())) {
                throw new IllegalArgumentException("not an absolute http or https URI: " + uri);
            }
            String host = uri.getHost();
            boolean literal = host.startsWith("[");
            int port = uri.getPort() >= 0 ? uri.getPort() : secure ? 443 : 80;
            return new Origin(secure, literal ? host.substring(1, host.length() - 1) : host, port);
        }

        // By hand, as is hashCode: what a record has of its own is spun at run time, a tenth of the extension's start.
        @Override
        public boolean equals(Object other) {
            return other instanceof Origin origin && secure == origin.secure && port == origin.port && host.equals(origin.host);
        }

        @Override
        public int hashCode() {
            return host.hashCode() * 31 + port;
        }
    }

    private final Http1Client.Options options;
    private final Map<Origin, Deque<ClientConnection>> idle = new HashMap<>();
    private final Set<ClientConnection> open = new HashSet<>();
    private boolean closed;

    ClientPool(Http1Client.Options options) {
        this.options = options;
    }

    /// A connection that was used before, or null.
    ClientConnection idle(Origin origin) {
        synchronized (this) {
            Deque<ClientConnection> connections = idle.get(origin);
            while (connections != null && !connections.isEmpty()) {
                ClientConnection connection = connections.pollLast();
                long now = System.nanoTime();
                if (now - connection.idleSince() < MAX_IDLE_NANOS && now - connection.born() < MAX_AGE_NANOS) {
                    return connection;
                }
                connection.close();
            }
            return null;
        }
    }

    ClientConnection open(Origin origin) throws IOException {
        SocketTransport plain = connect(origin);
        ClientConnection connection = new ClientConnection(this, origin, secured(origin, plain));
        synchronized (this) {
            if (closed) {
                connection.close();
                throw new IOException("client is closed");
            }
            open.add(connection);
        }
        return connection;
    }

    private SocketTransport connect(Origin origin) throws IOException {
        IOException last = null;
        for (InetAddress address : InetAddress.getAllByName(origin.host())) {
            try {
                SocketTransport plain = SocketTransport.connect(new InetSocketAddress(address, origin.port()), options.connectTimeout());
                if (options.keepAliveProbes()) {
                    plain.keepAliveProbes(PROBE_IDLE);
                }
                return plain;
            } catch (ConnectException | SocketTimeoutException e) {
                last = e;
            }
        }
        throw last == null ? new ConnectException("no address for " + origin.host()) : last;
    }

    private Transport secured(Origin origin, SocketTransport plain) throws IOException {
        if (!origin.secure()) {
            return plain;
        }
        AtomicBoolean late = new AtomicBoolean();
        try (Deadline limit = new Deadline(() -> {
            late.set(true);
            plain.close();
        })) {
            limit.arm(options.connectTimeout());
            SSLContext context = options.tls() != null ? options.tls() : SSLContext.getDefault();
            TlsTransport tls = TlsTransport.client(plain, context, origin.host(), origin.port(), List.of("http/1.1"));
            tls.handshake();
            return tls;
        } catch (NoSuchAlgorithmException e) {
            plain.close();
            throw new IOException("no TLS in this run-time image", e);
        } catch (IOException e) {
            plain.close();
            throw late.get() ? timedOut(origin, e) : e;
        }
    }

    private static IOException timedOut(Origin origin, IOException cause) {
        SocketTimeoutException timeout = new SocketTimeoutException("TLS handshake with " + origin.host() + ":" + origin.port() + " took too long");
        timeout.initCause(cause);
        return timeout;
    }

    void release(ClientConnection connection) {
        synchronized (this) {
            Deque<ClientConnection> connections = idle.computeIfAbsent(connection.origin(), origin -> new ArrayDeque<>());
            if (!closed && connections.size() < MAX_IDLE_PER_ORIGIN) {
                connections.addLast(connection);
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

    @Override
    public void close() {
        List<ClientConnection> all;
        synchronized (this) {
            closed = true;
            all = List.copyOf(open);
            idle.clear();
        }
        all.forEach(ClientConnection::close);
    }
}
