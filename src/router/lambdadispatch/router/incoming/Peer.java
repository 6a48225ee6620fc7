// SPDX-License-Identifier: MIT
package lambdadispatch.router.incoming;

import java.net.InetAddress;

/// What the proxy needs to know of whoever is at the other end of a connection; worked out once per connection.
record Peer(String address, boolean trusted, int localPort) {
    static Peer of(lambdadispatch.server.Exchange exchange, TrustedProxies proxies) {
        InetAddress address = exchange.remoteAddress().getAddress();
        String text = address.getHostAddress();
        int scope = text.indexOf('%'); // an interface's name is nobody's business
        return new Peer(scope < 0 ? text : text.substring(0, scope), proxies.trusts(address), exchange.localAddress().getPort());
    }
}
