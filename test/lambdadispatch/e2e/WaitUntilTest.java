// SPDX-License-Identifier: MIT
package lambdadispatch.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import lambdadispatch.emulator.environment.Environment;
import lambdadispatch.support.Ports;
import lambdadispatch.support.Stack;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// An app that works on after its answer keeps its environment, with the real processes: by a field in the answer, or by a call.
@Timeout(120)
class WaitUntilTest {
    private static final Pattern HELD = Pattern.compile("(?m)^lambda_dispatch_held_seconds_total\\{[^}]*} ([0-9.]+)$");

    private final HttpClient client = HttpClient.newHttpClient();

    private HttpResponse<String> send(String method, URI uri) throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(uri).method(method, HttpRequest.BodyPublishers.noBody()).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static void until(BooleanSupplier reached) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!reached.getAsBoolean()) {
            assertThat(System.nanoTime() - deadline).as("did not happen in time").isNegative();
            LockSupport.parkNanos(20_000_000);
        }
    }

    private static Stack stack(int metricsPort) {
        return new Stack().app(OddApp.command()).instances(2).environment("LAMBDA_DISPATCH_LAST_ACTIVE_GRACE_PERIOD_MS", "1500")
                .router("LAMBDA_DISPATCH_MetricsPort", Integer.toString(metricsPort));
    }

    private double heldSeconds(int metricsPort) {
        try {
            Matcher held = HELD.matcher(send("GET", URI.create("http://127.0.0.1:" + metricsPort + "/metrics")).body());
            return held.find() ? Double.parseDouble(held.group(1)) : -1;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aFieldInTheAnswerKeepsTheEnvironmentForSoLongAndGoesNoFurther() throws Exception {
        int metricsPort = Ports.free();
        try (Stack stack = stack(metricsPort).start()) {
            HttpResponse<String> answer = send("GET", stack.url("/goes-on"));
            long answered = System.nanoTime();
            assertThat(answer.body()).isEqualTo("ok");
            assertThat(answer.headers().map()).doesNotContainKey("x-lambda-wait-until");
            until(stack.environments().getFirst()::frozen);
            assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - answered)).as("two seconds from the answer's head on")
                    .isGreaterThan(1_800);
            until(() -> heldSeconds(metricsPort) >= 1.99);
            assertThat(heldSeconds(metricsPort)).isLessThan(2.01);
        }
    }

    @Test
    void aCallKeepsTheEnvironmentUntilTheWorkIsDone() throws Exception {
        int metricsPort = Ports.free();
        int holdPort = Ports.free();
        try (Stack stack = stack(metricsPort).environment("LAMBDA_DISPATCH_HOLD_PORT", Integer.toString(holdPort)).start()) {
            URI work = URI.create("http://127.0.0.1:" + holdPort + "/holds/mail");
            assertThat(send("GET", stack.url("/goes-on")).statusCode()).isEqualTo(200);
            assertThat(send("PUT", work.resolve("mail?seconds=50")).body()).matches("\\{\"leftMs\":(4\\d|50)\\d{3}}");
            Environment only = stack.environments().getFirst();
            until(() -> only.frozen() || heldSeconds(metricsPort) > 3); // beyond the answer's own two
            assertThat(only.frozen()).as("the work goes on").isFalse();
            assertThat(send("DELETE", work).body()).isEqualTo("{\"leftMs\":0}");
            until(only::frozen);
            assertThat(heldSeconds(metricsPort)).isBetween(3.0, 50.0);
        }
    }
}
