// SPDX-License-Identifier: MIT
package lambdadispatch.emulator.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ListeningPortsTest {
    @Test
    void portsOfAProcessAreThoseThatItListensOn() throws Exception {
        assumeTrue(Files.exists(Path.of("/proc/net/tcp")), "needs Linux");
        try (ServerSocket four = new ServerSocket()) {
            four.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0));
            try (Socket client = new Socket(InetAddress.getLoopbackAddress(), four.getLocalPort())) {
                assertThat(ListeningPorts.of(ProcessHandle.current().pid())).contains(four.getLocalPort())
                        .doesNotContain(client.getLocalPort());
            }
        }
        assertThat(ListeningPorts.of(Long.MAX_VALUE)).isEmpty();
    }
}
