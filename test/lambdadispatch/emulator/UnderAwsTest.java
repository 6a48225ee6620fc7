// SPDX-License-Identifier: MIT
package lambdadispatch.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import lambdadispatch.emulator.body.Payload;
import lambdadispatch.emulator.process.Guardian;
import lambdadispatch.http.client.Http1Client;
import lambdadispatch.http.listener.Server;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.server.Exchange;
import lambdadispatch.http.server.Limits;
import lambdadispatch.support.StackRouter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// AWS's own emulator runs the extension beside an app, and the router invokes it there.
@Timeout(200)
class UnderAwsTest {
    private static final int LONGEST = 7 << 20;

    private final StringBuffer routerLines = new StringBuffer();
    private int atOnce = 1;
    private Semaphore places;
    private final HttpClient client = HttpClient.newHttpClient();
    private final Http1Client invoker = new Http1Client(Http1Client.Options.DEFAULT.withResponse(Duration.ofMinutes(1)));
    private RuntimeInterfaceEmulator rie;
    private Server front;
    private Guardian guardian;
    private StackRouter router;
    private StackRouter second;

    @TempDir
    Path folder;

    private void start(Map<String, String> variables) throws Exception {
        BuildCommands commands = BuildCommands.ofModules();
        String port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = Integer.toString(free.getLocalPort());
        }
        Map<String, String> all = new HashMap<>(variables);
        all.putAll(Map.of("PORT", port, "LAMBDA_DISPATCH_PORT", port));
        rie = new RuntimeInterfaceEmulator(folder, commands.extension(), commands.demo(), all);
        rie.awaitListening();
        front = new Server("front", new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), null, Limits.DEFAULT, this::invoke);
        front.start();
        places = new Semaphore(atOnce);
        guardian = new Guardian();
        router = startRouter();
    }

    private StackRouter startRouter() throws Exception {
        StackRouter started = StackRouter.start(guardian, BuildCommands.ofModules().router(), routerVariables(),
                line -> routerLines.append(line).append('\n'));
        started.awaitReady(Duration.ofSeconds(60));
        return started;
    }

    private Map<String, String> routerVariables() {
        Map<String, String> variables =
                new HashMap<>(Map.of("AWS_ENDPOINT_URL_LAMBDA", "http://127.0.0.1:" + front.address().getPort(), "AWS_REGION", "us-east-1",
                "AWS_ACCESS_KEY_ID", "test", "AWS_SECRET_ACCESS_KEY", "test"));
        for (String name : List.of("IncomingRequestHTTPPort", "IncomingRequestHTTPSPort", "ControlChannelInsecureHTTP2Port",
                "ControlChannelHTTP2Port", "DrainDelay")) {
            variables.put("LAMBDA_DISPATCH_" + name, "0");
        }
        variables.putAll(Map.of("LAMBDA_DISPATCH_FunctionName", "function", "LAMBDA_DISPATCH_RouterCallbackHost", "127.0.0.1",
                "LAMBDA_DISPATCH_MaxInstanceCount", "1"));
        return variables;
    }

    /// As Lambda where concurrency is reserved: AWS's emulator ends when more invoke it at once than it can take.
    private void invoke(Exchange exchange) throws IOException {
        if (!places.tryAcquire()) {
            exchange.respond(429, Headers.of("x-amzn-errortype", "TooManyRequestsException", "content-type", "application/json"), -1);
            exchange.end();
            return;
        }
        int status;
        byte[] body;
        try (Http1Client.Response answer = invoker.send("POST", URI.create(rie.endpoint() + exchange.request().path()), new Headers(0),
                Payload.read(exchange, LONGEST))) {
            status = answer.status();
            body = answer.bytes(LONGEST);
        } finally {
            places.release();
        }
        exchange.answer(status, "application/json", body);
    }

    @AfterEach
    void end() throws InterruptedException {
        if (second != null) {
            second.stop();
        }
        if (router != null) {
            router.stop();
            guardian.close();
        }
        if (rie != null) {
            rie.close();
        }
        if (front != null) {
            front.close();
        }
        invoker.close();
        client.shutdownNow();
    }

    @Test
    void itRegistersServesReturnsWhenIdleIsInvokedAgainAndEndsOnShutdown() throws Exception {
        start(Map.of("LAMBDA_DISPATCH_LAST_ACTIVE_GRACE_PERIOD_MS", "500"));
        assertThat(get("/ping").body()).isEqualTo("pong");
        byte[] body = "0123456789".repeat(100_000).getBytes(StandardCharsets.US_ASCII);
        HttpRequest upload = HttpRequest.newBuilder(router.url("/echo")).POST(BodyPublishers.ofByteArray(body)).build();
        assertThat(client.send(upload, BodyHandlers.ofByteArray()).body()).isEqualTo(body);
        awaitLine("exitReason=SelfLastActive");

        assertThat(get("/ping").body()).isEqualTo("pong");
        assertThat(routerLines.toString().split("instanceOpened", -1)).as("two instances after one another").hasSize(3);
        assertThat(rie.shutDown()).contains("event type=SHUTDOWN");
    }

    @Test
    void instanceThatNearsItsDeadlineIsReplacedAndNobodyNotices() throws Exception {
        start(Map.of("AWS_LAMBDA_FUNCTION_TIMEOUT", "16")); // counted from the invoke: on a busy machine much of it goes for the start
        while (client.send(HttpRequest.newBuilder(router.url("/ping")).build(), BodyHandlers.discarding()).statusCode() != 200) {
            assertThat(routerLines).as("it comes too late to be connected").doesNotContain("instanceOpened");
        }
        while (!routerLines.toString().contains("exitReason=SelfDeadline")) {
            assertThat(get("/delay?ms=100").statusCode()).isEqualTo(200);
        }
        assertThat(get("/ping").statusCode()).isEqualTo(200);
        assertThat(rie.output()).doesNotContain("Task timed out");
    }

    @Test
    void appThatDiesFailsWhatRunsInItAndNothingElse() throws Exception {
        start(Map.of());
        assertThat(get("/ping").statusCode()).isEqualTo(200);
        CompletableFuture<HttpResponse<String>> running = client.sendAsync(HttpRequest.newBuilder(router.url("/delay?ms=60000"))
                .POST(BodyPublishers.noBody()).build(), BodyHandlers.ofString()); // no GET: that would be tried again elsewhere
        assertThat(get("/ping").statusCode()).isEqualTo(200); // so that one is on its way
        ProcessHandle app = rie.processes().stream()
                .filter(process -> process.info().commandLine().orElse("").contains("lambdadispatch.demo")).findFirst().orElseThrow();
        app.destroyForcibly();

        assertThat(running.get(30, TimeUnit.SECONDS).statusCode()).isEqualTo(502);
        assertThat(get("/ping").statusCode()).as("in an environment that was made anew").isEqualTo(200);
    }

    /// What AWS's emulator does when it is told of a maximal concurrency: it then runs the implementation of Lambda's managed instances.
    @Test
    void oneEnvironmentOfAManagedInstanceServesTwoRoutersAtOnce() throws Exception {
        atOnce = 4;
        start(Map.of("AWS_LAMBDA_MAX_CONCURRENCY", "4", "AWS_LAMBDA_FUNCTION_TIMEOUT", "60"));
        second = startRouter();
        HttpRequest slow = HttpRequest.newBuilder(router.url("/delay?ms=2000")).build();
        CompletableFuture<HttpResponse<String>> running = client.sendAsync(slow, BodyHandlers.ofString());
        assertThat(get("/ping").body()).isEqualTo("pong");
        assertThat(get(second, "/ping").body()).isEqualTo("pong");
        assertThat(running.get(30, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
        assertThat(rie.output().split("app ready", -1)).as("one readiness, one app").hasSize(2);

        second.stop(); // ends its instance and not the other's
        assertThat(rie.output()).contains("invocation over");
        assertThat(get("/ping").body()).isEqualTo("pong");
        assertThat(rie.shutDown()).contains("event type=SHUTDOWN");
    }

    private HttpResponse<String> get(String path) throws Exception {
        return get(router, path);
    }

    private HttpResponse<String> get(StackRouter router, String path) throws Exception {
        try {
            HttpResponse<String> answer =
                    client.send(HttpRequest.newBuilder(router.url(path)).timeout(Duration.ofSeconds(80)).build(), BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(() -> answer.body() + routerLines + "\n" + rieOutput()).isEqualTo(200);
            return answer;
        } catch (HttpTimeoutException e) {
            throw new AssertionError(routerLines + "\n" + rieOutput(), e);
        }
    }

    private String rieOutput() {
        try {
            return rie.output();
        } catch (IOException e) {
            return e.toString();
        }
    }

    private void awaitLine(String wanted) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!routerLines.toString().contains(wanted)) {
            assertThat(System.nanoTime()).as(() -> routerLines + "\n" + rieOutput()).isLessThan(end);
            LockSupport.parkNanos(10_000_000);
        }
    }
}
