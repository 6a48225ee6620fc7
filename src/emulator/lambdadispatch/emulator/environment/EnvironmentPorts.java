// SPDX-License-Identifier: MIT
package lambdadispatch.emulator.environment;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/// Hands out free ports on 127.0.0.1, one environment each; none twice while it is in use here.
public final class EnvironmentPorts {
    private static final int LOWEST = 10_000;
    private static final int HIGHEST = 30_000; // above it systems choose by themselves, and might before the program has come to open it
    private static final Set<Integer> IN_USE = new HashSet<>();

    private EnvironmentPorts() {}

    /// @param wanted taken if it is free; 0 for any
    static int take(int wanted) {
        synchronized (IN_USE) {
            if (wanted != 0 && !IN_USE.contains(wanted) && free(wanted)) {
                IN_USE.add(wanted);
                return wanted;
            }
            int port = unused();
            while (!IN_USE.add(port)) {
                port = unused();
            }
            return port;
        }
    }

    /// One that nobody listens on now.
    public static int unused() {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(LOWEST, HIGHEST);
            if (free(port)) {
                return port;
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
