// SPDX-License-Identifier: MIT
package lambdadispatch.support;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/// The kernel's word about TCP connections of this machine (proc(5), `/proc/net/tcp`).
public final class SocketTimers {
    private static final String ESTABLISHED = "01";
    private static final int KEEP_ALIVE_TIMER = 2;
    private static final int TICKS_PER_SECOND = 100;

    private SocketTimers() {}

    /// Waits until a connection to that port has nothing left but its keep-alive timer, and tells in how many seconds that fires. Never
    /// returns where there is no such timer: bound it by the test's time-out. Skips the test where there is no `/proc`.
    public static double secondsToProbe(int remotePort) throws IOException {
        assumeTrue(Files.exists(Path.of("/proc/net/tcp")), "needs Linux");
        String remote = String.format(":%04X", remotePort);
        while (true) {
            for (String line : connections()) {
                String[] columns = line.strip().split("\\s+");
                String[] timer = columns[5].split(":");
                if (columns[2].endsWith(remote) && columns[3].equals(ESTABLISHED) && Integer.parseInt(timer[0]) == KEEP_ALIVE_TIMER) {
                    return (double) Long.parseLong(timer[1], 16) / TICKS_PER_SECOND;
                }
            }
            LockSupport.parkNanos(10_000_000);
        }
    }

    private static List<String> connections() throws IOException {
        List<String> lines = new ArrayList<>();
        for (String file : new String[] {"/proc/net/tcp", "/proc/net/tcp6"}) {
            if (Files.exists(Path.of(file))) {
                Files.readAllLines(Path.of(file)).stream().skip(1).forEach(lines::add);
            }
        }
        return lines;
    }
}
