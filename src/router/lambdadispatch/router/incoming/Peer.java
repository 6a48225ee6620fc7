// SPDX-License-Identifier: MIT
package lambdadispatch.router.incoming;

import java.net.InetAddress;
import lambdadispatch.http.server.Connection;
import lambdadispatch.net.AddressText;

/// What the proxy needs to know of whoever is at the other end of a connection; worked out once per connection.
///
/// @param scheme `https` where the connection is TLS, whatever a request on it says
/// @param client what stands for it among clients where nobody says for whom it speaks. A trusted peer may speak for many without saying
/// so, so
///        each of its connections counts for itself
record Peer(String address, boolean trusted, int localPort, String scheme, Object client) {
    static Peer of(Connection connection, ProxyHandler.Options options) {
        InetAddress address = connection.remoteAddress().getAddress();
        boolean trusted = options.trustedProxies().trusts(address);
        return new Peer(AddressText.of(address), trusted, connection.localAddress().getPort(), options.scheme(),
                trusted ? new Object() : ClientAddress.of(address));
    }
}
