// SPDX-License-Identifier: MIT
package lambdadispatch.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.ConnectException;
import java.net.Socket;
import lambdadispatch.support.Stack;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Ports that are bound to an address, or switched off, on a real router.
@Timeout(60)
class WhereTheRouterListensTest {
    @Test
    void portsAreOpenedWhereTheyAreWantedAndNowhereElse() throws Exception {
        try (Stack stack = new Stack().router("LAMBDA_DISPATCH_IncomingRequestHTTPHost", "127.0.0.1")
                .router("LAMBDA_DISPATCH_IncomingRequestHTTPSPort", "-1").start()) {
            assertThatThrownBy(() -> stack.port("incoming-tls")).hasMessageContaining("no port for incoming-tls");
            new Socket("127.0.0.1", stack.port("incoming")).close();
            assertThatThrownBy(() -> new Socket("127.0.0.2", stack.port("incoming"))).isInstanceOf(ConnectException.class);
            new Socket("127.0.0.2", stack.port("control-tls")).close();
        }
    }

    @Test
    void addressThatThisMachineHasNotIsNamedAtTheStart() {
        Stack stack = new Stack().router("LAMBDA_DISPATCH_ControlChannelHTTP2Host", "192.0.2.1");
        assertThatThrownBy(stack::start).hasMessageContaining("192.0.2.1").hasMessageContaining("LAMBDA_DISPATCH_ControlChannelHTTP2Host");
    }
}
