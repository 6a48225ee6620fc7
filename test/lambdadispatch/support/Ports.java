// SPDX-License-Identifier: MIT
package lambdadispatch.support;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/// Ports for programs that can not be told to take any.
public final class Ports {
    private static final int LOWEST = 10_000;
    private static final int HIGHEST = 30_000; // above it systems choose by themselves, and might before the program has come to open it

    private Ports() {}

    /// One that nobody listens on, and that the system gives to nobody by itself.
    public static int free() throws IOException {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(LOWEST, HIGHEST);
            try (ServerSocket probe = new ServerSocket()) {
                probe.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                return port;
            } catch (BindException taken) {
                continue;
            }
        }
    }
}
