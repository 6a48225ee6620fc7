// SPDX-License-Identifier: MIT
package lambdadispatch.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import lambdadispatch.e2e.Wire.Body;
import lambdadispatch.e2e.Wire.Version;
import lambdadispatch.emulator.api.InvokeFaults;
import lambdadispatch.support.Stack;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What the product is for: nobody waits for a cold start that a freed slot could have spared.
@Timeout(90)
class ColdStartTest {
    @Test
    void instancesScaleOutUnderLoadAndReturnToNoneWhenIdle() throws Exception {
        try (Stack stack = new Stack().instances(3).environment("LAMBDA_DISPATCH_LAST_ACTIVE_GRACE_PERIOD_MS", "1500").start()) {
            List<Wire> burst = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                burst.add(Wire.open(Version.HTTP_1, stack));
                burst.getLast().request("GET", "/delay?ms=200", Body.NONE);
            }
            for (Wire wire : burst) {
                assertThat(wire.answer.awaitEnd().status()).isEqualTo(200);
                wire.close();
            }
            while (stack.emulator().bill().invocations() < 3) { // a bill comes when an invocation has returned
                stack.awaitLine(line -> line.contains("exitReason=SelfLastActive"));
                LockSupport.parkNanos(20_000_000);
            }
            assertThat(stack.output().split(" dispatch invoke function", -1)).as("and nothing invokes them again").hasSize(4);
        }
    }

    @Test
    void freedSlotsSpareColdStartsAndInstancesGoWhenTheyAreIdle() throws Exception {
        try (Stack stack = new Stack().instances(10).environment("LAMBDA_DISPATCH_LAST_ACTIVE_GRACE_PERIOD_MS", "1500").start()) {
            assertThat(Wire.get(Version.HTTP_1, stack, "/ping").text()).isEqualTo("pong");
            stack.emulator().faults(InvokeFaults.parse("throttle")); // whoever waits for another environment waits in vain
            List<Wire> burst = new ArrayList<>();
            for (int i = 0; i < 64; i++) { // for ten slots
                burst.add(Wire.open(Version.HTTP_1, stack));
                burst.getLast().request("GET", "/delay?ms=200", Body.NONE);
            }
            for (Wire wire : burst) {
                assertThat(wire.answer.awaitEnd().status()).isEqualTo(200);
                wire.close();
            }
            assertThat(stack.output().split("instanceOpened", -1)).as("one instance has served all").hasSize(2);
            stack.awaitLine(line -> line.contains("exitReason=SelfLastActive")); // and goes when it is idle
        }
    }
}
