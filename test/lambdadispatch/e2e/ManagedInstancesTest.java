// SPDX-License-Identifier: MIT
package lambdadispatch.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import lambdadispatch.emulator.environment.Environment.Part;
import lambdadispatch.emulator.process.Signal;
import lambdadispatch.support.Stack;
import lambdadispatch.support.StackRouter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Several invocations at once in one environment, as on Lambda's managed instances: one app for several routers.
@Timeout(90)
class ManagedInstancesTest {
    private final HttpClient client = HttpClient.newHttpClient();

    private CompletableFuture<HttpResponse<String>> get(StackRouter router, String path) {
        return client.sendAsync(HttpRequest.newBuilder(router.url(path)).timeout(Duration.ofSeconds(60)).build(), BodyHandlers.ofString());
    }

    private void pong(StackRouter router) throws Exception {
        assertThat(get(router, "/ping").get(60, TimeUnit.SECONDS).body()).isEqualTo("pong");
    }

    @Test
    void routersShareOneEnvironmentAndWhatEndsOneOfTheirInstancesDoesNotTouchTheOthers() throws Exception {
        try (Stack stack = new Stack().instances(1).perEnvironment(3).router("LAMBDA_DISPATCH_MaxInstanceCount", "1").start()) {
            List<StackRouter> routers = new ArrayList<>(List.of(stack.router()));
            routers.add(stack.startRouter(Map.of()));
            routers.add(stack.startRouter(Map.of()));
            for (StackRouter router : routers) {
                pong(router);
            }
            List<CompletableFuture<HttpResponse<String>>> running = routers.stream().map(router -> get(router, "/delay?ms=1500")).toList();
            routers.getLast().signal(Signal.KILL); // its instance sees its connection break
            assertThat(running.get(0).get(60, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
            assertThat(running.get(1).get(60, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
            routers.get(1).stop();
            stack.awaitLine(line -> line.contains("invocation over reason=RouterGoAway"));
            pong(routers.getFirst());

            assertThat(stack.environments()).hasSize(1);
            assertThat(stack.environments().getFirst().frozen()).isFalse();
            assertThat(stack.output().split("readiness app ready", -1)).as("one wait for one app").hasSize(2);
            assertThat(stack.emulator().bill().coldStarts()).isEqualTo(1);
        }
    }

    @Test
    void appThatDiesEndsTheEnvironmentForAllRoutersAndAnotherServesThem() throws Exception {
        try (Stack stack = new Stack().instances(1).perEnvironment(3).router("LAMBDA_DISPATCH_MaxInstanceCount", "1").start()) {
            StackRouter second = stack.startRouter(Map.of());
            pong(stack.router());
            pong(second);
            stack.environments().getFirst().signal(Part.APP, Signal.KILL);
            stack.awaitLine(line -> line.contains("dispatch instanceDied"));
            pong(stack.router());
            pong(second);
            assertThat(stack.emulator().bill().coldStarts()).isEqualTo(2);
        }
    }

    @Test
    void shutdownEndsAllInvocationsEachWithAnAnswer() throws Exception {
        try (Stack stack = new Stack().instances(1).perEnvironment(3).router("LAMBDA_DISPATCH_MaxInstanceCount", "1").start()) {
            pong(stack.router());
            pong(stack.startRouter(Map.of()));
            ProcessHandle extension = ProcessHandle.of(stack.environments().getFirst().pid(Part.EXTENSION)).orElseThrow();
            extension.destroy();
            extension.onExit().get(30, TimeUnit.SECONDS);
            stack.awaitLine(line -> line.contains("exitReason=SelfDeadline")
                    && stack.output().split("invoke returned instance=\\S+ exitReason=SelfDeadline", -1).length == 3);
        }
    }
}
