// SPDX-License-Identifier: MIT
package lambdadispatch.router.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicReference;
import lambdadispatch.support.ScriptedExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A channel has one uplink, whoever comes with another at the same moment.
@Timeout(30)
class AttachTest {
    private final ControlChannel channel = new ControlChannel(null, ScriptedExchange.of("GET", "/down"));

    private static ScriptedExchange uplink() {
        return ScriptedExchange.of("POST", "/up", -1);
    }

    @Test
    void theSecondUplinkIsNotTaken() {
        assertThat(channel.attach(uplink())).isTrue();
        assertThat(channel.attach(uplink())).isFalse();
    }

    @Test
    void whoComesWhileAnotherIsBeingAttachedWaits() throws Exception {
        AtomicReference<Boolean> taken = new AtomicReference<>();
        Thread second = new Thread(() -> taken.set(channel.attach(uplink())));
        synchronized (channel) {
            second.start();
            while (second.getState() != Thread.State.BLOCKED && second.isAlive()) {
                Thread.onSpinWait();
            }
            assertThat(channel.attach(uplink())).isTrue();
        }
        second.join();
        assertThat(taken).hasValue(false);
    }
}
