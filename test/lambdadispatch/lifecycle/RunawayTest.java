// SPDX-License-Identifier: MIT
package lambdadispatch.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.concurrent.TimeUnit;
import lambdadispatch.emulator.api.InvokeFaults;
import lambdadispatch.support.Stack;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Faults that stay, on real processes: requests keep coming, and next to nothing is invoked. Each fault meets a function of its own, so a
/// fresh cost guard.
@Timeout(120)
class RunawayTest {
    private static final int SECONDS = 2;

    @RegisterExtension
    static final Stack STACK = new Stack().instances(8).functions("unreachable", "return", "denied", "throttle")
            .router("LAMBDA_DISPATCH_AllowedFunctions", "*").router("LAMBDA_DISPATCH_IncomingRequestTimeout", "2s")
            .router("LAMBDA_DISPATCH_DrainTimeout", "100ms");

    /// The first backoff is half a second and doubles: 4 to 5 pauses fit into the time.
    @ParameterizedTest
    @CsvSource({"unreachable, NEVER_CONNECTED", "return, NEVER_CONNECTED", "denied, REFUSED", "throttle, THROTTLED"})
    void faultThatStaysIsPaidForSparinglyAndToldToClients(String fault, String reason) throws Exception {
        STACK.emulator().faults(InvokeFaults.parse(fault));
        int refused = 0;
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        try (Calls calls = new Calls(STACK)) {
            do {
                HttpResponse<String> answer = calls.get("/ping", "X-Lambda-Name", fault);
                assertThat(answer.statusCode()).isIn(503, 504);
                refused++;
            } while (System.nanoTime() - until < 0 && refused < 400);
        } finally {
            STACK.emulator().faults(InvokeFaults.NONE);
        }
        long invokes = STACK.output().lines().filter(line -> line.contains(" dispatch invoke function=" + fault + " ")).count();
        assertThat(invokes).as("invokes").isBetween(1L, 12L);
        STACK.awaitLine(line -> line.contains("invokeFailed function=" + fault) && line.contains("fault=" + reason));
        if (reason.equals("REFUSED")) {
            assertThat(invokes).as("no use to try again soon").isEqualTo(1);
        }
    }
}
