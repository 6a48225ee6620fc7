// SPDX-License-Identifier: MIT
package lambdadispatch.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import lambdadispatch.emulator.environment.Environment;
import lambdadispatch.support.Stack;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// An environment that stands still in the middle of its work, for longer than three pings.
@Timeout(180)
class FreezeTest {
    @Test
    void getOnAFrozenInstanceIsAnsweredByAnotherAndTheThawedOneGoes() throws Exception {
        try (Stack stack = new Stack().instances(4).router("LAMBDA_DISPATCH_MinInstanceCount", "1").start();
                Calls calls = new Calls(stack)) {
            CompletableFuture<HttpResponse<String>> answer = calls.later("GET", "/delay?ms=900");
            Environment frozen = calls.working();
            frozen.freeze();
            assertThat(answer.get(Calls.PATIENCE_SECONDS, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
            stack.awaitLine(line -> line.contains("instanceGivenUp") && line.contains("no sign of life"));
            stack.awaitLine(line -> line.contains("path=/delay") && line.contains("status=200") && line.contains("tries=2"));
            frozen.thaw();
            stack.awaitLine(line -> line.contains("exitReason=RouterStatus4xx"));
            assertThat(calls.get("/ping").body()).isEqualTo("pong");
        }
    }
}
