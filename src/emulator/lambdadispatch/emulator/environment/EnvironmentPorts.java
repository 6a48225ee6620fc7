// SPDX-License-Identifier: MIT
package lambdadispatch.emulator.environment;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Set;

/// Hands out free ports on 127.0.0.1, one environment each; none twice while it is in use here.
final class EnvironmentPorts {
    private static final Set<Integer> IN_USE = new HashSet<>();

    private EnvironmentPorts() {}

    /// @param wanted taken if it is free; 0 for any
    static int take(int wanted) throws IOException {
        synchronized (IN_USE) {
            if (wanted != 0 && !IN_USE.contains(wanted) && free(wanted)) {
                IN_USE.add(wanted);
                return wanted;
            }
            while (true) {
                try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                    if (IN_USE.add(probe.getLocalPort())) {
                        return probe.getLocalPort();
                    }
                }
            }
        }
    }

    private static boolean free(int port) {
        try (ServerSocket probe = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return probe.isBound();
        } catch (IOException taken) {
            return false;
        }
    }

    static void release(int port) {
        synchronized (IN_USE) {
            IN_USE.remove(port);
        }
    }
}
