// SPDX-License-Identifier: MIT
package lambdadispatch.server;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import javax.net.ssl.SSLContext;

/// A listener on one port: accepts, detects the protocol (TLS ALPN, HTTP/2 preface, HTTP/1.1) and runs a [Handler] per request.
public final class Server implements AutoCloseable {
    /// @param name for the log and thread names
    /// @param address port 0 for an ephemeral one
    /// @param tls null for cleartext
    public Server(String name, InetSocketAddress address, SSLContext tls, Limits limits, Handler handler) {
        throw new UnsupportedOperationException();
    }

    /// Binds and starts to accept.
    /// @throws java.net.BindException the port is taken
    public void start() throws IOException {
        throw new UnsupportedOperationException();
    }

    public InetSocketAddress address() {
        throw new UnsupportedOperationException();
    }

    /// Stops accepting, lets exchanges finish for at most `patience`, then closes what is left. Returns how many exchanges were cut off.
    public int stop(Duration patience) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        stop(Duration.ZERO);
    }
}
