// SPDX-License-Identifier: MIT
package lambdadispatch.router;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import lambdadispatch.base.config.Settings;

/// Asks the router of this container how it is: for a container's health check, in an image without a shell or curl.
///
/// Exit codes: 0 if the health path answers 200, 1 if it does not, 2 for faults in the configuration.
public final class HealthCheck {
    private static final int PATIENCE_MILLIS = 2_000;

    private HealthCheck() {}

    public static void main(String[] arguments) {
        Settings settings = new Settings(System.getenv());
        RouterConfig config = RouterConfig.read(settings);
        if (!settings.faults().isEmpty()) {
            settings.faults().forEach(System.err::println);
            Runtime.getRuntime().halt(2);
        }
        Runtime.getRuntime().halt(healthy(config.ports(), config.incoming().healthPath()) ? 0 : 1);
    }

    /// Of a router that only has the TLS port, whose certificate this does not know, it asks no more than that the port is open.
    private static boolean healthy(RouterPorts ports, String path) {
        RouterPorts.Place place = ports.incoming().getFirst();
        int port = place.port();
        InetSocketAddress address = place.address();
        try (Socket socket = new Socket()) {
            socket.connect(
                    address.getAddress().isAnyLocalAddress() ? new InetSocketAddress(InetAddress.getLoopbackAddress(), port) : address,
                    PATIENCE_MILLIS);
            socket.setSoTimeout(PATIENCE_MILLIS);
            if (place == ports.https()) {
                return true;
            }
            socket.getOutputStream().write(
                    ("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            String start = new String(socket.getInputStream().readNBytes("HTTP/1.1 200".length()), StandardCharsets.US_ASCII);
            if (!start.equals("HTTP/1.1 200")) {
                System.err.println("port " + port + " answered " + start);
                return false;
            }
            return true;
        } catch (IOException e) {
            System.err.println("port " + port + ": " + e.getMessage());
            return false;
        }
    }
}
