// SPDX-License-Identifier: MIT
package lambdadispatch.emulator.environment;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

/// The first environment has the port that Lambda's will have, as long as it is free.
class PortsTest {
    @Test
    void wantedPortIsTakenOnceAndOthersAfterIt() throws Exception {
        int wanted = EnvironmentPorts.take(0);
        EnvironmentPorts.release(wanted);
        assertThat(EnvironmentPorts.take(wanted)).isEqualTo(wanted);
        int second = EnvironmentPorts.take(wanted);
        assertThat(second).isNotEqualTo(wanted);
        EnvironmentPorts.release(wanted);
        EnvironmentPorts.release(second);
    }

    @Test
    void wantedPortThatAnotherProgramHasIsLeftToIt() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int taken = EnvironmentPorts.take(other.getLocalPort());
            assertThat(taken).isNotEqualTo(other.getLocalPort());
            EnvironmentPorts.release(taken);
        }
    }
}
