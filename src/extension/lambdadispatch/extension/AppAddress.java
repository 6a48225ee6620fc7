// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import java.io.IOException;
import java.net.ConnectException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.time.Duration;
import java.util.List;
import lambdadispatch.net.SocketTransport;

/// Where the app listens: a port of this host's loopback interface, by IPv4 or by IPv6. "localhost" means both, and frameworks choose
/// either.
///
/// The address that took a connection last is asked first.
final class AppAddress {
    private final List<InetSocketAddress> candidates;
    private volatile InetSocketAddress preferred;

    AppAddress(List<InetSocketAddress> candidates) {
        this.candidates = List.copyOf(candidates);
        this.preferred = candidates.getFirst();
    }

    static AppAddress localhost(int port) {
        try {
            return new AppAddress(List.of(
                    new InetSocketAddress(InetAddress.getByAddress("localhost", new byte[] {127, 0, 0, 1}), port),
                    new InetSocketAddress(
                            InetAddress.getByAddress("localhost", new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}), port)));
        } catch (UnknownHostException e) {
            throw new IllegalStateException("4 and 16 octets are addresses", e);
        }
    }

    /// Opens a connection.
    /// @throws SocketTimeoutException the app listens, but took no connection within the limit: its listen queue is full
    /// @throws ConnectException nothing listens at any of the addresses, which the message names
    SocketTransport connect(Duration limit) throws IOException {
        InetSocketAddress first = preferred;
        try {
            return SocketTransport.connect(first, limit);
        } catch (SocketTimeoutException e) {
            throw e;
        } catch (IOException e) {
            for (InetSocketAddress other : candidates) {
                SocketTransport transport = other.equals(first) ? null : tried(other, limit);
                if (transport != null) {
                    preferred = other;
                    return transport;
                }
            }
            throw e instanceof ConnectException ? nowhere(e) : e;
        }
    }

    private ConnectException nowhere(IOException cause) {
        ConnectException nowhere = new ConnectException("nothing listens at " + this + ": " + cause.getMessage());
        nowhere.initCause(cause);
        return nowhere;
    }

    /// Null if nothing is there, or this host has no such loopback.
    private static SocketTransport tried(InetSocketAddress address, Duration limit) throws SocketTimeoutException {
        try {
            return SocketTransport.connect(address, limit);
        } catch (SocketTimeoutException e) {
            throw e;
        } catch (IOException | UnsupportedAddressTypeException e) {
            return null; // what the first address said is told
        }
    }

    /// `host:port` of the address that took a connection last, as in a URL.
    String authority() {
        return text(preferred);
    }

    private static String text(InetSocketAddress address) {
        InetAddress host = address.getAddress();
        boolean six = host instanceof Inet6Address;
        return (six ? "[" + (host.isLoopbackAddress() ? "::1" : host.getHostAddress()) + "]" : host.getHostAddress()) + ":"
                + address.getPort();
    }

    @Override
    public String toString() {
        return String.join(" or ", candidates.stream().map(AppAddress::text).toList());
    }
}
