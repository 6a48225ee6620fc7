// SPDX-License-Identifier: MIT
package lambdadispatch.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import lambdadispatch.emulator.environment.Environment;
import lambdadispatch.support.Stack;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Instances that have nothing to do, and environments that are frozen in between.
@Timeout(120)
class IdleTest {
    @Test
    void idleInstanceReturnsAndItsFrozenEnvironmentServesAgain() throws Exception {
        try (Stack stack = new Stack().instances(1).environment("LAMBDA_DISPATCH_LAST_ACTIVE_GRACE_PERIOD_MS", "200").start();
                Calls calls = new Calls(stack)) {
            for (int round = 1; round <= 4; round++) {
                assertThat(calls.get("/ping").body()).isEqualTo("pong");
                Environment only = stack.environments().getFirst();
                Calls.until(only::frozen); // all of its sockets with it
            }
            assertThat(stack.emulator().bill().coldStarts()).isEqualTo(1);
            assertThat(stack.emulator().bill().invocations()).as("one a round: none at idle").isEqualTo(4);
            stack.awaitLine(line -> line.contains("exitReason=SelfLastActive"));
            assertThat(stack.output()).doesNotContain("invokeFailed");
        }
    }

    @Test
    void environmentsThatWereWarmedUpSpareARequestTheColdStart() throws Exception {
        try (Stack stack = new Stack().instances(2).router("LAMBDA_DISPATCH_WarmUpCount", "2").start(); Calls calls = new Calls(stack)) {
            Calls.until(() -> stack.environments().size() == 2 && stack.environments().stream().allMatch(Environment::frozen));
            stack.awaitLine(line -> line.contains("exitReason=SelfInitOnly"));
            assertThat(calls.get("/ping").body()).isEqualTo("pong");
            assertThat(stack.emulator().bill().coldStarts()).isEqualTo(2);
        }
    }
}
