// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import lambdadispatch.base.config.Settings;
import lambdadispatch.carrier.Threads;
import lambdadispatch.http.client.Http1Client;
import lambdadispatch.http.listener.Server;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.server.Exchange;
import lambdadispatch.http.server.Limits;
import lambdadispatch.protocol.ExitReason;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// How workers ask a Runtime API, played here, for invocations. Their payloads are no router's, so that each is answered at once.
@Timeout(20)
class InvocationsTest {
    private static final int REFUSED = 500;

    private final BlockingQueue<Integer> handedOut = new LinkedBlockingQueue<>(); // statuses for `next`
    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> bodies = new LinkedBlockingQueue<>();
    private final CompletableFuture<Boolean> served = new CompletableFuture<>();
    private final AtomicInteger asking = new AtomicInteger();
    private final CountDownLatch three = new CountDownLatch(3);
    private final CompletableFuture<IOException> failed = new CompletableFuture<>();
    private final Http1Client http = new Http1Client(Http1Client.Options.DEFAULT);
    private volatile int answerStatus = 202;
    private Server api;
    private Invocations invocations;

    @BeforeEach
    void start() throws IOException {
        api = new Server("api", new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), null, Limits.DEFAULT, this::call);
        api.start();
    }

    @AfterEach
    void end() throws InterruptedException {
        if (invocations != null) {
            invocations.end(ExitReason.SelfDeadline, Duration.ZERO);
        }
        api.close();
        http.close();
    }

    private void call(Exchange exchange) throws IOException {
        String path = exchange.request().path();
        if (!path.endsWith("/next")) {
            bodies.add(body(exchange));
            answers.add(path.substring("/2018-06-01/runtime/invocation/".length()) + " "
                    + exchange.request().headers().get("lambda-runtime-invocation-id"));
            exchange.answer(answerStatus, "application/json", new byte[0]);
            return;
        }
        int id = asking.incrementAndGet();
        three.countDown();
        try {
            if (handedOut.take() == REFUSED) {
                exchange.answer(REFUSED, "application/json", new byte[0]);
                return;
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
        exchange.respond(200, Headers.of("lambda-runtime-aws-request-id", "r" + id, "lambda-runtime-deadline-ms", "1",
                "lambda-runtime-invocation-id", "i" + id), 2);
        exchange.write("{}".getBytes(StandardCharsets.US_ASCII), 0, 2);
        exchange.end();
    }

    private static String body(Exchange exchange) throws IOException {
        byte[] body = new byte[1000];
        int length = 0;
        for (int n = exchange.read(body, 0, body.length); n >= 0; n = exchange.read(body, length, body.length - length)) {
            length += n;
        }
        return new String(body, 0, length, StandardCharsets.US_ASCII);
    }

    private void serve(int atOnce) {
        String address = "127.0.0.1:" + api.address().getPort();
        Settings settings = new Settings(Map.of("AWS_LAMBDA_RUNTIME_API", address, "AWS_LAMBDA_MAX_CONCURRENCY", Integer.toString(atOnce)));
        ExtensionConfig config = ExtensionConfig.read(settings);
        assertThat(settings.faults()).isEmpty();
        invocations = new Invocations(config, new RuntimeApi(http, address), new Readiness(config));
        Threads.virtual("serve").start(() -> {
            try {
                invocations.serve(failed::complete);
                served.complete(true);
            } catch (IOException e) {
                failed.complete(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private String answer() throws InterruptedException {
        return answers.poll(10, TimeUnit.SECONDS);
    }

    @Test
    void asManyAskAtOnceAsLambdaHandsOut() throws Exception {
        serve(3);
        assertThat(three.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(asking).hasValue(3);
        handedOut.add(200);
        handedOut.add(200);
        assertThat(answer()).matches("r(\\d)/response i\\1");
        assertThat(answer()).matches("r(\\d)/response i\\1");
    }

    @Test
    void answerThatLambdaRefusesIsTheLossOfThatInvocationAlone() throws Exception {
        answerStatus = 410; // too late
        serve(1);
        handedOut.add(200);
        assertThat(answer()).isEqualTo("r1/response i1");
        handedOut.add(200);
        assertThat(answer()).isEqualTo("r2/response i2");
        assertThat(failed).isNotDone();
    }

    @Test
    void whoIsRefusedAnInvocationAsksAgainWhereOthersServe() throws Exception {
        serve(2);
        handedOut.add(REFUSED);
        handedOut.add(REFUSED);
        handedOut.add(200);
        assertThat(answer()).matches("r\\d/response i\\d");
        assertThat(failed).isNotDone();
    }

    @Test
    void whoIsRefusedAgainAndAgainGivesTheEnvironmentUp() {
        serve(2);
        for (int i = 0; i < 20; i++) {
            handedOut.add(REFUSED);
        }
        assertThat(failed.orTimeout(18, TimeUnit.SECONDS).join()).hasMessage("invocation/next was answered with 500");
    }

    @Test
    void whoAsksAloneGivesUpAtTheFirstRefusal() {
        serve(1);
        handedOut.add(REFUSED);
        assertThat(failed.orTimeout(10, TimeUnit.SECONDS).join()).isInstanceOf(RuntimeApi.Refused.class);
        assertThat(asking).hasValue(1);
    }

    @Test
    void moreThanAFewThousandAtOnceIsAFault() {
        Settings settings = new Settings(Map.of("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:1", "AWS_LAMBDA_MAX_CONCURRENCY", "10001"));
        ExtensionConfig.read(settings);
        assertThat(settings.faults()).hasSize(1);
    }

    @Test
    void anInvokeThatIsNoRoutersIsAnsweredSo() throws Exception {
        serve(1);
        handedOut.add(200);
        answer();
        assertThat(bodies.poll(10, TimeUnit.SECONDS)).contains("RouterLambdaInvokeInvalid");
        assertThat(failed).isNotDone();
    }

    @Test
    void noFurtherInvocationIsTakenOnceItEnds() throws Exception {
        serve(1);
        assertThat(invocations.ending()).isFalse();
        InvocationBed.until(() -> asking.get() == 1);
        assertThat(invocations.end(ExitReason.SelfDeadline, Duration.ZERO)).as("none runs").isTrue();
        assertThat(invocations.ending()).isTrue();
        handedOut.add(200);
        answer();
        assertThat(served.get(10, TimeUnit.SECONDS)).isTrue();
        assertThat(asking).hasValue(1);
    }

    @Test
    void whoIsRefusedWhileItEndsDoesNotAskAgain() throws Exception {
        serve(2);
        InvocationBed.until(() -> asking.get() == 2);
        invocations.end(ExitReason.SelfDeadline, Duration.ZERO);
        handedOut.add(REFUSED);
        assertThat(failed.get(10, TimeUnit.SECONDS)).isInstanceOf(RuntimeApi.Refused.class);
        assertThat(asking).hasValue(2);
    }

    @Test
    void whoIsRefusedEightTimesInARowGivesUp() throws Exception {
        serve(2);
        for (int i = 0; i < 15; i++) {
            handedOut.add(REFUSED);
        }
        failed.get(18, TimeUnit.SECONDS);
        InvocationBed.until(handedOut::isEmpty);
        assertThat(asking.get()).as("one has given up with its eighth; the other asks again").isBetween(15, 16);
    }
}
