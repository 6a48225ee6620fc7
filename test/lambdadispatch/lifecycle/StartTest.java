// SPDX-License-Identifier: MIT
package lambdadispatch.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import lambdadispatch.support.Stack;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Apps that become ready late, or never.
@Timeout(120)
class StartTest {
    @Test
    void appWhoseHealthIsGoodLateIsWaitedForInTheInvocationWhenInitMayBeAsync() throws Exception {
        try (Stack stack = new Stack().instances(1).environment("DEMO_INIT_DELAY_MS", "1500")
                .environment("LAMBDA_DISPATCH_ASYNC_INIT", "true").environment("LAMBDA_DISPATCH_ASYNC_INIT_TIMEOUT", "300ms").start();
                Calls calls = new Calls(stack)) {
            assertThat(calls.get("/ping").body()).isEqualTo("pong");
            String output = stack.output();
            assertThat(output).contains("app not ready yet why=\"status 503\"").containsSubsequence("init goes on in the first invocation",
                    "app ready");
            assertThat(output).doesNotContain("init failed", "invokeFailed");
        }
    }

    @Test
    void appWhoseHealthIsNeverGoodServesNothingAndIsPaidForSparingly() throws Exception {
        try (Stack stack = new Stack().instances(3).functionTimeout(Duration.ofSeconds(2))
                .router("LAMBDA_DISPATCH_IncomingRequestTimeout", "7s")
                .environment("LAMBDA_DISPATCH_HEALTH_PATH", "/status?code=500")
                .environment("LAMBDA_DISPATCH_ASYNC_INIT", "true").environment("LAMBDA_DISPATCH_ASYNC_INIT_TIMEOUT", "300ms").start();
                Calls calls = new Calls(stack)) {
            HttpResponse<String> answer = calls.get("/ping");
            assertThat(answer.statusCode()).as(answer.body()).isIn(503, 504);
            for (String told : List.of("exitReason=AppConnectionError", "fault=NEVER_CONNECTED", "why=\"status 500\"")) {
                stack.awaitLine(line -> line.contains(told));
            }
            assertThat(stack.output().lines().filter(line -> line.contains(" dispatch invoke function=")).count()).as("invokes")
                    .isBetween(2L, 6L);
        }
    }
}
