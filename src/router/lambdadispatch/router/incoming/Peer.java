// SPDX-License-Identifier: MIT
package lambdadispatch.router.incoming;

import java.net.InetAddress;
import lambdadispatch.http.server.Exchange;
import lambdadispatch.net.AddressText;

/// What the proxy needs to know of whoever is at the other end of a connection; worked out once per connection.
///
/// @param scheme `https` where the connection is TLS, whatever a request on it says
record Peer(String address, boolean trusted, int localPort, String scheme) {
    static Peer of(Exchange exchange, ProxyHandler.Options options) {
        InetAddress address = exchange.remoteAddress().getAddress();
        return new Peer(AddressText.of(address), options.trustedProxies().trusts(address),
                exchange.localAddress().getPort(), options.scheme());
    }
}
