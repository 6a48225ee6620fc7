// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import lambdadispatch.carrier.Threads;
import lambdadispatch.http.client.Http1Client;
import lambdadispatch.http.server.Exchange;
import lambdadispatch.protocol.ExitReason;
import lambdadispatch.protocol.InvokePayload;
import lambdadispatch.support.FakeService;
import lambdadispatch.support.FakeService.Asked;
import lambdadispatch.support.FakeService.Reply;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What becomes of the invocations that run, and of one that comes, when the environment or its app comes to an end.
@Timeout(90)
class EnvironmentEndTest extends InvocationBed {
    private static final Duration LONG = Duration.ofSeconds(PATIENCE_SECONDS);

    private final BlockingQueue<InvokePayload> handedOut = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
    private final AtomicInteger asking = new AtomicInteger();
    private final CompletableFuture<IOException> over = new CompletableFuture<>(); // null: it ended well
    private final FakeService lambda = new FakeService(this::call);
    private final Http1Client http = new Http1Client(Http1Client.Options.DEFAULT);
    private Invocations invocations;

    @Override
    void app(Exchange exchange) throws IOException {
        exchange.answer(200, "text/plain", new byte[0]);
    }

    private Reply call(Asked asked) {
        if (!asked.target().endsWith("/next")) {
            answers.add(asked.body());
            return Reply.of(202, "");
        }
        int id = asking.incrementAndGet();
        try {
            String payload = new String(handedOut.take().toJson(), StandardCharsets.UTF_8);
            return Reply.of(200, payload, "Lambda-Runtime-Aws-Request-Id", "r" + id, "Lambda-Runtime-Deadline-Ms",
                    Long.toString(System.currentTimeMillis() + FAR_MILLIS));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void serve() {
        ExtensionConfig config = LinkBed.config(app.address().getPort());
        Readiness ready = new Readiness(config);
        Threads.virtual("test").start(ready::run);
        invocations = new Invocations(config, new RuntimeApi(http, lambda.uri().getAuthority()), ready);
        Threads.virtual("test").start(() -> {
            try {
                invocations.serve(over::complete);
                over.complete(null);
            } catch (IOException e) {
                over.complete(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private void serving() {
        serve();
        handedOut.add(router.payload(1, true));
        until(() -> router.downlinks.size() == 1);
    }

    @AfterEach
    void endAll() throws Exception {
        invocations.end(ExitReason.SelfDeadline, Duration.ZERO);
        lambda.close();
        http.close();
    }

    private String answer() throws InterruptedException {
        return answers.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    @Test
    void whatRunsIsDrainedAndAnsweredBeforeTheEnd() throws Exception {
        serving();
        CompletableFuture<Boolean> inTime = LinkBed.inVirtualThread(() -> invocations.end(ExitReason.SelfDeadline, LONG));
        assertThat(inTime.get(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(answers).as("it has been answered by then").hasSize(1);
        assertThat(answer()).contains("SelfDeadline");
        assertThat(router.closes).hasValue(1);
        assertThat(over.get(PATIENCE_SECONDS, TimeUnit.SECONDS)).isNull();
        assertThat(asking).as("no further one is asked for").hasValue(1);
    }

    @Test
    void whatIsNotDrainedIsWaitedForWithinALimit() throws Exception {
        router.drainsWhenAsked = false;
        serving();
        assertThat(invocations.end(ExitReason.SelfDeadline, Duration.ofMillis(1))).isFalse();
        assertThat(invocations.ending()).isTrue();
        assertThat(answers).isEmpty();
        router.goAway();
        assertThat(answer()).contains("SelfDeadline");
    }

    @Test
    void anInvocationThatComesWhileTheEnvironmentEndsIsDrainedAtOnce() throws Exception {
        serve();
        until(() -> asking.get() == 1);
        assertThat(invocations.end(ExitReason.SelfDeadline, LONG)).as("nothing runs").isTrue();
        handedOut.add(router.payload(3, true));
        assertThat(answer()).contains("SelfDeadline");
        assertThat(router.channelIds).isEmpty();
        assertThat(over.get(PATIENCE_SECONDS, TimeUnit.SECONDS)).isNull();
    }

    @Test
    void whatWasAnsweredIsNotWaitedFor() throws Exception {
        serving();
        assertThat(invocations.running()).isEqualTo(1);
        router.goAway();
        assertThat(answer()).contains("RouterGoAway");
        until(() -> asking.get() == 2);
        assertThat(invocations.running()).as("nothing is left of it").isZero();
        assertThat(invocations.end(ExitReason.SelfDeadline, Duration.ZERO)).isTrue();
    }

    private void routerSendsARequest() throws IOException {
        byte[] request = "GET / HTTP/1.1\r\nhost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
        Exchange downlink = router.downlinks.getFirst();
        downlink.write(request, 0, request.length);
        downlink.flush();
    }

    @Test
    void anAppThatIsBackWhenItsInvocationHasEndedIsServedOn() throws Exception {
        router.drainsWhenAsked = false;
        serve();
        handedOut.add(router.payload(2, true));
        until(() -> router.downlinks.size() == 2);
        app.close();
        routerSendsARequest();
        until(() -> router.closes.get() == 1);
        try (ServerSocket back = AppAddressTest.listening("127.0.0.1", app.address().getPort())) {
            assumeTrue(back != null, "another program was quicker");
            router.goAway();
            assertThat(answer()).contains("AppConnectionClosed");
            until(() -> asking.get() == 2);
            assertThat(over).isNotDone();
        }
    }

    @Test
    void anAppThatIsGoneIsTheEndOfTheEnvironmentBehindTheAnswer() throws Exception {
        serving();
        app.close();
        routerSendsARequest();
        assertThat(answer()).contains("AppConnectionClosed");
        assertThat(over.get(PATIENCE_SECONDS, TimeUnit.SECONDS)).isInstanceOf(AppGone.class);
        assertThat(asking).hasValue(1);
    }
}
