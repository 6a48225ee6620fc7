// SPDX-License-Identifier: MIT
package lambdadispatch.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.Socket;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import lambdadispatch.e2e.Wire.Body;
import lambdadispatch.e2e.Wire.Version;
import lambdadispatch.emulator.process.Signal;
import lambdadispatch.support.Stack;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What clients and environments see of a router that ends, well or badly.
@Timeout(60)
class RouterEndsTest {
    private static void awaitInvocationsEnd(Stack stack) {
        long deadline = System.nanoTime() + 30_000_000_000L;
        while (stack.emulator().bill().invocations() == 0) {
            assertThat(System.nanoTime()).as("the invocation goes on").isLessThan(deadline);
            LockSupport.parkNanos(10_000_000);
        }
    }

    @ParameterizedTest
    @EnumSource(Version.class)
    void killedRouterCutsItsClientsOffAndItsInstancesReturn(Version version) throws Exception {
        try (Stack stack = new Stack().app(OddApp.command()).instances(1).start();
                Wire silent = Wire.open(version, stack);
                Wire half = Wire.open(version, stack)) {
            silent.request("GET", "/silent", Body.NONE);
            half.request("GET", "/hold", Body.NONE);
            half.answer.await(answer -> answer.status() == 200);
            stack.signalRouter(Signal.KILL);
            assertThat(silent.answer.awaitEnd().end()).isEqualTo(Answer.End.BROKEN);
            assertThat(silent.answer.status()).isZero();
            assertThat(half.answer.awaitEnd().end()).isEqualTo(Answer.End.BROKEN);
            awaitInvocationsEnd(stack); // nothing is paid for that nobody can reach
        }
    }

    @ParameterizedTest
    @EnumSource(Version.class)
    void stoppedRouterFinishesWhatIsInFlight(Version version) throws Exception {
        try (Stack stack = new Stack().app(OddApp.command()).instances(1).router("LAMBDA_DISPATCH_DrainTimeout", "20s").start();
                Wire wire = Wire.open(version, stack)) {
            wire.request("GET", "/hold", Body.NONE);
            wire.answer.await(answer -> answer.status() == 200);
            stack.signalRouter(Signal.TERM);
            stack.awaitLine(line -> line.contains("router stopping"));
            // the router takes no more
            try (Wire app = new Http1Wire(new Socket(InetAddress.getLoopbackAddress(), stack.environments().getFirst().appPort()))) {
                app.request("GET", "/release", Body.NONE);
                app.answer.awaitEnd();
            }
            assertThat(wire.answer.awaitEnd().text()).isEqualTo("held");
            assertThat(stack.routerExit().get(30, TimeUnit.SECONDS)).isZero();
            awaitInvocationsEnd(stack);
        }
    }
}
