// SPDX-License-Identifier: MIT
package lambdadispatch.http.client;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLContext;
import lambdadispatch.net.Deadline;
import lambdadispatch.net.SocketTransport;
import lambdadispatch.net.Transport;
import lambdadispatch.net.tls.TlsTransport;

/// Opens the connections of an [Http1Client]: TCP, and TLS where the origin asks for it, to the first of the name's addresses that takes
/// it. Names are resolved for each connection, so DNS changes are followed.
final class ClientConnector {
    /// Where addresses come from.
    @FunctionalInterface
    interface Names {
        Names SYSTEM = host -> List.of(InetAddress.getAllByName(host));

        List<InetAddress> addresses(String host) throws UnknownHostException;
    }

    private static final Duration PROBE_IDLE = Duration.ofSeconds(60);
    /// So many silent addresses of one name are waited for, each for the whole limit.
    private static final int MAX_TIMEOUTS = 3;

    private final Http1Client.Options options;
    private final Names names;

    ClientConnector(Http1Client.Options options, Names names) {
        this.options = options;
        this.names = names;
    }

    /// Whatever fails at one address - it is refused, not reachable (a dual-stack name in a network of one family), silent, or resets the
    /// handshake - the next is tried: nothing of a request has been written yet.
    /// @throws IOException that of the last address, with those before it suppressed
    Transport connect(Origin origin) throws IOException {
        List<InetAddress> addresses = names.addresses(origin.host());
        int timeouts = 0;
        IOException last = null;
        for (InetAddress address : addresses) {
            try {
                return connect(origin, address);
            } catch (IOException e) {
                if (last != null) {
                    e.addSuppressed(last);
                }
                last = e;
                if (e instanceof SocketTimeoutException && ++timeouts == MAX_TIMEOUTS) {
                    break;
                }
            }
        }
        throw last == null ? new UnknownHostException("no address for " + origin.host()) : last;
    }

    private Transport connect(Origin origin, InetAddress address) throws IOException {
        long until = System.nanoTime() + options.connect().toNanos();
        SocketTransport plain = SocketTransport.connect(new InetSocketAddress(address, origin.port()), options.connect());
        try {
            if (options.keepAliveProbes()) {
                plain.keepAliveProbes(PROBE_IDLE);
            }
            return origin.secure() ? secured(origin, plain, until - System.nanoTime()) : plain;
        } catch (IOException | RuntimeException e) {
            plain.close();
            throw e;
        }
    }

    private Transport secured(Origin origin, SocketTransport plain, long limitNanos) throws IOException {
        AtomicBoolean late = new AtomicBoolean();
        try (Deadline limit = new Deadline(() -> {
            late.set(true);
            plain.close();
        })) {
            limit.armNanos(Math.max(1, limitNanos));
            SSLContext context = options.tls() != null ? options.tls() : SSLContext.getDefault();
            TlsTransport tls = TlsTransport.client(plain, context, origin.host(), origin.port(), List.of("http/1.1"));
            tls.handshake();
            return tls;
        } catch (NoSuchAlgorithmException e) {
            throw new IOException("no TLS in this run-time image", e);
        } catch (IOException e) {
            throw late.get() ? timedOut(origin, e) : e;
        }
    }

    private static IOException timedOut(Origin origin, IOException cause) {
        SocketTimeoutException timeout =
                new SocketTimeoutException("TLS handshake with " + origin.host() + ":" + origin.port() + " took too long");
        timeout.initCause(cause);
        return timeout;
    }
}
