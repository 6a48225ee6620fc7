// SPDX-License-Identifier: MIT
package lambdadispatch.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import lambdadispatch.emulator.BuildCommands;
import lambdadispatch.emulator.environment.Environment;
import lambdadispatch.emulator.environment.Environment.Part;
import lambdadispatch.emulator.process.Signal;
import lambdadispatch.support.Stack;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Processes of environments die, or are told to, while they work on requests. Two instances are held open all the time.
@Timeout(120)
class DeathTest {
    // The shell outlives the app: so it is up to the extension, and not to Lambda, to notice that the app is gone.
    @RegisterExtension
    static final Stack STACK = new Stack().instances(8).app("(" + BuildCommands.ofModules().demo() + ") & wait; sleep 1000")
            .environment("DEMO_FAULTS", "true").router("LAMBDA_DISPATCH_MinInstanceCount", "2");

    private static Calls calls;

    @BeforeAll
    static void twoAreOpen() {
        calls = new Calls(STACK);
        awaitTwo();
    }

    @AfterAll
    static void stop() {
        calls.close();
    }

    private static void awaitTwo() {
        calls.awaitIdle(2);
    }

    private static boolean triedTwice(String path) {
        return STACK.output().lines().anyMatch(line -> line.contains("path=" + path) && line.contains("tries=2"));
    }

    @Test
    void getOnAnExtensionThatIsKilledIsAnsweredByAnother() throws Exception {
        awaitTwo();
        CompletableFuture<HttpResponse<String>> answer = calls.later("GET", "/delay?ms=1500&extension-killed");
        calls.working().signal(Part.EXTENSION, Signal.KILL);
        assertThat(answer.get(Calls.PATIENCE_SECONDS, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
        STACK.awaitLine(line -> line.contains("path=/delay") && line.contains("tries=2"));
        assertThat(triedTwice("/delay")).isTrue();
    }

    @Test
    void getOnAnAppThatIsKilledIsAnsweredByAnotherAndTheEnvironmentIsLeft() throws Exception {
        awaitTwo();
        CompletableFuture<HttpResponse<String>> answer = calls.later("GET", "/delay?ms=1500");
        Environment victim = calls.working();
        ProcessHandle shell = ProcessHandle.of(victim.pid(Part.APP)).orElseThrow();
        shell.descendants().forEach(ProcessHandle::destroyForcibly); // the app, not the shell around it
        assertThat(answer.get(Calls.PATIENCE_SECONDS, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
        Calls.until(() -> !STACK.environments().contains(victim));
        assertThat(victim.output().since(0)).contains("leaving this environment");
        STACK.awaitLine(line -> line.contains("exitReason=AppConnectionClosed"));
    }

    @Test
    void postOnAnExtensionThatIsKilledIs502AndNotSentTwice() throws Exception {
        awaitTwo();
        CompletableFuture<HttpResponse<String>> answer = calls.later("POST", "/delay?ms=2500");
        calls.working().signal(Part.EXTENSION, Signal.KILL);
        assertThat(answer.get(Calls.PATIENCE_SECONDS, TimeUnit.SECONDS).statusCode()).isEqualTo(502);
    }

    @Test
    void responseThatHasBegunIsCutOffWhenItsExtensionIsKilled() throws Exception {
        awaitTwo();
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(STACK.url("/sse?ms=100&n=1000")).version(HttpClient.Version.HTTP_1_1).build();
            HttpResponse<InputStream> response = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream events = response.body()) {
                assertThat(events.read()).isEqualTo('i');
                calls.working().signal(Part.EXTENSION, Signal.KILL);
                assertThatThrownBy(events::readAllBytes).isInstanceOf(IOException.class);
            }
        }
    }

    @Test
    void extensionThatIsToldToEndFinishesItsRequestsFirst() throws Exception {
        awaitTwo();
        CompletableFuture<HttpResponse<String>> answer = calls.later("POST", "/delay?ms=700");
        Environment told = calls.working();
        ProcessHandle extension = ProcessHandle.of(told.pid(Part.EXTENSION)).orElseThrow();
        told.signal(Part.EXTENSION, Signal.TERM);
        assertThat(answer.get(Calls.PATIENCE_SECONDS, TimeUnit.SECONDS).statusCode()).as("a POST, which nobody would try again")
                .isEqualTo(200);
        extension.onExit().get(Calls.PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    @Test
    void requestThatKillsEveryAppIs502AndOthersAreServedOn() throws Exception {
        awaitTwo();
        assertThat(calls.get("/crash").statusCode()).isEqualTo(502);
        assertThat(calls.get("/ping").body()).isEqualTo("pong");
    }

    @Test
    void afterAllThatEveryChannelIsFree() throws Exception {
        awaitTwo();
        for (int i = 0; i < 60; i++) {
            assertThat(calls.get("/ping").statusCode()).isEqualTo(200);
        }
    }
}
