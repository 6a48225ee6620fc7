// SPDX-License-Identifier: MIT
package lambdadispatch.router;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import lambdadispatch.base.config.Settings;

/// Where the router listens, but for the admin port.
record RouterPorts(Place http, Place https, Place controlInsecure, Place controlTls, Place metrics) {
    private static final String P = "LAMBDA_DISPATCH_";
    private static final int OFF = -1;

    /// @param what the name of its two variables, without `Port` and `Host`
    /// @param host null for all interfaces
    /// @param port 0 for any that is free, negative for none
    record Place(String what, String host, int port) {
        boolean off() {
            return port < 0;
        }

        String portVariable() {
            return P + what + "Port";
        }

        /// @throws IllegalArgumentException the host has no address; the message names its variable
        InetSocketAddress address() {
            InetSocketAddress address = host == null ? new InetSocketAddress(port) : new InetSocketAddress(host, port);
            if (address.isUnresolved()) {
                throw new IllegalArgumentException(P + what + "Host=" + host + ": no address of that name is known");
            }
            return address;
        }
    }

    static RouterPorts read(Settings s) {
        RouterPorts ports = new RouterPorts(
                place(s, "IncomingRequestHTTP", 5001, OFF,
                        "requests, cleartext HTTP/1.1 and h2c; what the load balancer contacts; -1 for none"),
                place(s, "IncomingRequestHTTPS", 5002, OFF, "requests over TLS, h2 and http/1.1; -1 for none"),
                place(s, "ControlChannelInsecureHTTP2", 5003, 0, "control channels without TLS, when allowed"),
                place(s, "ControlChannelHTTP2", 5004, OFF, "control channels over TLS; what extensions contact; -1 for none"),
                place(s, "Metrics", 0, 0, "serves /metrics (Prometheus) on this port; 0 for none"));
        if (ports.http.off() && ports.https.off()) {
            s.fault(ports.http.portVariable(), "-1", "a port, unless " + ports.https.portVariable() + " is one");
        }
        Place metrics = ports.metrics;
        return new RouterPorts(ports.http, ports.https, ports.controlInsecure, ports.controlTls,
                new Place(metrics.what, metrics.host, metrics.port == 0 ? OFF : metrics.port));
    }

    private static Place place(Settings s, String what, int fallback, int least, String description) {
        int port = s.integer(P + what + "Port", fallback, least, 65535, description);
        return new Place(what, s.host(P + what + "Host", "address that " + P + what + "Port is bound to; all interfaces if not set"), port);
    }

    /// Those of the incoming ports that are on.
    List<Place> incoming() {
        List<Place> on = new ArrayList<>(List.of(http, https));
        on.removeIf(Place::off);
        return on;
    }
}
