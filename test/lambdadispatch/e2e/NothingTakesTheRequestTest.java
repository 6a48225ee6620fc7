// SPDX-License-Identifier: MIT
package lambdadispatch.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import lambdadispatch.e2e.Wire.Body;
import lambdadispatch.e2e.Wire.Version;
import lambdadispatch.support.Stack;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The failure table's first row on real processes: what a client gets when nothing could take its request.
@Timeout(60)
class NothingTakesTheRequestTest {
    private static final Duration NEVER = Duration.ofHours(1);

    private static Stack nobodyComes() {
        return new Stack().coldStart(NEVER).instances(1).router("LAMBDA_DISPATCH_DrainTimeout", "100ms")
                .router("LAMBDA_DISPATCH_MaxQueueLength", "1");
    }

    @Test
    void waitThatIsTooLongIs504AndAFullQueueIs503() throws Exception {
        try (Stack stack = nobodyComes().router("LAMBDA_DISPATCH_IncomingRequestTimeout", "3s").start();
                Wire waiting = Wire.open(Version.HTTP_1, stack);
                Wire next = Wire.open(Version.HTTP_2, stack)) {
            waiting.request("GET", "/", Body.NONE);
            stack.awaitLine(line -> line.contains(" dispatch invoke ")); // it is in the queue
            for (Version version : Version.values()) {
                Answer tooMany = Wire.get(version, stack, "/");
                assertThat(tooMany.status()).isEqualTo(503);
                assertThat(Integer.parseInt(tooMany.headers().get("retry-after"))).isPositive();
            }
            isLate(waiting);
            next.request("GET", "/", Body.NONE);
            isLate(next);
        }
    }

    private static void isLate(Wire waiting) throws InterruptedException {
        Answer late = waiting.answer.awaitEnd();
        assertThat(late.status()).isEqualTo(504);
        assertThat(late.end()).isEqualTo(Answer.End.WHOLE);
    }

    @Test
    void clientThatGoesAwayLeavesTheQueue() throws Exception {
        try (Stack stack = nobodyComes().start()) {
            for (Version version : Version.values()) {
                leavesTheQueue(version, stack);
            }
        }
    }

    private static void leavesTheQueue(Version version, Stack stack) throws Exception {
        try (Wire first = Wire.open(version, stack); Wire next = Wire.open(version, stack)) {
            first.request("GET", "/first-" + version, Body.NONE);
            stack.awaitLine(line -> line.contains(" dispatch invoke "));
            first.leave();
            stack.awaitLine(line -> line.contains("path=/first-" + version + " status=499"));
            next.request("GET", "/next-" + version, Body.NONE); // there is room for it
            assertThat(Wire.get(version, stack, "/third").status()).isEqualTo(503);
            assertThat(next.answer.end()).isEqualTo(Answer.End.OPEN);
            next.leave();
        }
        stack.awaitLine(line -> line.contains("path=/next-" + version + " status=499"));
    }

    @Test
    void functionThatDoesNotExistIs503AtOnce() throws Exception {
        try (Stack stack = new Stack().router("LAMBDA_DISPATCH_FunctionName", "nobody-knows-it").start()) {
            for (Version version : Version.values()) {
                assertThat(Wire.get(version, stack, "/").status()).isEqualTo(503);
            }
            stack.awaitLine(line -> line.contains("WARN") && line.contains("ResourceNotFound"));
        }
    }
}
