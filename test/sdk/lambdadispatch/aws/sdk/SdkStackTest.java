// SPDX-License-Identifier: MIT
package lambdadispatch.aws.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import lambdadispatch.emulator.BuildCommands;
import lambdadispatch.support.Stack;
import org.junit.jupiter.api.Test;

/// The whole product with the SDK as its invoker, from the modules of the build.
class SdkStackTest {
    private static BuildCommands withSdk() {
        BuildCommands plain = BuildCommands.ofModules();
        List<String> router = new ArrayList<>(plain.router());
        int path = router.indexOf("-p") + 1;
        router.set(path, String.join(":", router.get(path), Path.of("build/modules-sdk").toAbsolutePath().toString(),
                Path.of("build/sdk").toAbsolutePath().toString()));
        return new BuildCommands(router, plain.extension(), plain.demo());
    }

    @Test
    void requestsAreServedByInstancesThatTheSdkInvoked() throws Exception {
        try (Stack stack = new Stack().commands(withSdk()).router("LAMBDA_DISPATCH_Invoker", "sdk")
                .router("AWS_EC2_METADATA_DISABLED", "true").start();
                HttpClient client = HttpClient.newHttpClient()) {
            for (int i = 0; i < 10; i++) {
                assertThat(
                        client.send(HttpRequest.newBuilder(stack.url("/ping")).build(), HttpResponse.BodyHandlers.ofString()).statusCode())
                        .isEqualTo(200);
            }
            assertThat(stack.output()).contains("invoke function=" + Stack.FUNCTION);
        }
    }
}
