// SPDX-License-Identifier: MIT
package lambdadispatch.router.incoming;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import lambdadispatch.http.message.BadMessage;
import lambdadispatch.invoke.InvokeResult;
import lambdadispatch.protocol.ControlPaths;
import lambdadispatch.router.RouterBed;
import lambdadispatch.router.dispatch.Instance;
import lambdadispatch.router.dispatch.PoolSettings;
import lambdadispatch.support.ScriptedExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The failure table row by row, with client and extension played by the test.
@Timeout(30)
class FailureTableTest {
    private static final String OK = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

    private final RouterBed bed = new RouterBed(RouterBed.oneAtATime());

    private static void done(CompletableFuture<Void> exchange) throws Exception {
        exchange.get(20, TimeUnit.SECONDS);
    }

    private static RouterBed waitingAtMost(int queue, Duration wait) {
        return new RouterBed(RouterBed.oneAtATime().with(new PoolSettings.Waiting(queue, wait)));
    }

    // --- nothing could take the request ---

    @Test
    void clientIsToldWhatTheEnvironmentsWaitForIfThatIsWhyNothingTookItsRequest() throws Exception {
        String fault = "nothing listens at 127.0.0.1:3001 or [::1]:3001: Connection refused";
        RouterBed small = waitingAtMost(10, Duration.ofMillis(1));
        ScriptedExchange client = ScriptedExchange.of("GET", "/a");
        CompletableFuture<Void> done = small.client(client);
        appNotReady(small, small.invoked(), fault + "\u0007");
        while (!done.isDone()) {
            small.pools().tick();
            Thread.onSpinWait();
        }
        assertThat(client.status()).isEqualTo(504);
        assertThat(client.text()).isEqualTo("no instance was free in time; the app is not ready: " + fault + "?\n");
    }

    @Test
    void whatAnEnvironmentWaitedForIsForgottenOnceOneIsOpen() throws Exception {
        RouterBed small = waitingAtMost(10, Duration.ofMillis(1));
        ScriptedExchange served = ScriptedExchange.of("GET", "/a");
        CompletableFuture<Void> first = small.client(served);
        Instance instance = small.invoked();
        appNotReady(small, instance, "it sleeps");
        RouterBed.Played channel = small.channel(instance);
        channel.awaitRequest("");
        ScriptedExchange client = ScriptedExchange.of("GET", "/b");
        CompletableFuture<Void> done = small.client(client);
        while (!done.isDone()) {
            small.pools().tick();
            Thread.onSpinWait();
        }
        assertThat(client.text()).isEqualTo("no instance was free in time\n");
        channel.respond(OK);
        first.get(20, TimeUnit.SECONDS);
    }

    private static void appNotReady(RouterBed bed, Instance instance, String why) throws Exception {
        ScriptedExchange ping =
                ScriptedExchange.of("POST", ControlPaths.ping(instance.id()), 0, "authorization", "Bearer " + instance.token(),
                ControlPaths.APP_NOT_READY_HEADER, why);
        bed.control(ping).get(20, TimeUnit.SECONDS);
        assertThat(ping.status()).isEqualTo(200);
    }

    @Test
    void requestThatNothingTookInTimeIs504() throws Exception {
        RouterBed impatient = waitingAtMost(10, Duration.ofMillis(1));
        ScriptedExchange client = ScriptedExchange.of("GET", "/a");
        CompletableFuture<Void> exchange = impatient.client(client);
        impatient.invoked();
        while (!exchange.isDone()) {
            impatient.pools().tick();
            Thread.onSpinWait();
        }
        assertThat(client.status()).isEqualTo(504);
        assertThat(client.ended()).isTrue();
    }

    @Test
    void fullQueueIs503WithRetryAfter() throws Exception {
        RouterBed small = waitingAtMost(1, Duration.ofMinutes(1));
        ScriptedExchange waits = ScriptedExchange.of("GET", "/a");
        CompletableFuture<Void> first = small.client(waits);
        Instance instance = small.invoked();
        ScriptedExchange tooMany = ScriptedExchange.of("GET", "/b");
        done(small.client(tooMany));
        assertThat(tooMany.status()).isEqualTo(503);
        assertThat(Integer.parseInt(tooMany.sent().get("retry-after"))).isPositive();
        RouterBed.Played channel = small.channel(instance);
        channel.awaitRequest("\r\n\r\n");
        channel.respond(OK);
        done(first);
        assertThat(waits.status()).isEqualTo(200);
    }

    @Test
    void functionThatMayNotBeInvokedIs503AtOnce() throws Exception {
        ScriptedExchange client = ScriptedExchange.of("GET", "/a");
        CompletableFuture<Void> exchange = bed.client(client);
        Instance instance = bed.invoked();
        instance.pool().invokeEnded(instance, new InvokeResult.Refused(403, "AccessDeniedException", "no"), "");
        done(exchange);
        assertThat(client.status()).isEqualTo(503);
    }

    @Test
    void drainingRouterIs503() throws Exception {
        bed.pools().drain();
        ScriptedExchange client = ScriptedExchange.of("GET", "/a");
        done(bed.client(client));
        assertThat(client.status()).isEqualTo(503);
    }

    // --- instance or channel lost before any byte of the answer ---

    @ParameterizedTest
    @ValueSource(strings = {"GET", "HEAD", "OPTIONS", "TRACE"})
    void lostBeforeTheAnswerIsTriedOnceElsewhere(String method) throws Exception {
        ScriptedExchange client = ScriptedExchange.of(method, "/a");
        CompletableFuture<Void> exchange = bed.client(client);
        Instance instance = bed.invoked();
        RouterBed.Played first = bed.channel(instance);
        first.awaitRequest("\r\n\r\n");
        first.lost();
        RouterBed.Played second = bed.channel(instance);
        second.awaitRequest("\r\n\r\n", instance);
        second.respond("HTTP/1.1 204 No Content\r\n\r\n");
        done(exchange);
        assertThat(client.status()).isEqualTo(204);
    }

    @Test
    void lostTwiceIs502() throws Exception {
        ScriptedExchange client = ScriptedExchange.of("GET", "/a");
        CompletableFuture<Void> exchange = bed.client(client);
        Instance instance = bed.invoked();
        for (int i = 0; i < 2; i++) {
            RouterBed.Played channel = bed.channel(instance);
            channel.awaitRequest("\r\n\r\n", instance);
            channel.lost();
        }
        done(exchange);
        assertThat(client.status()).isEqualTo(502);
    }

    @Test
    void lostPostThatMayHaveBeenSeenIs502() throws Exception {
        ScriptedExchange client = ScriptedExchange.of("POST", "/a", 2, "content-length", "2");
        client.sends("hi");
        RouterBed.Dispatched exchange = bed.dispatched(client);
        exchange.channel().awaitRequest("hi");
        exchange.channel().lost();
        exchange.await();
        assertThat(client.status()).isEqualTo(502);
    }

    @Test
    void postOfWhichNoByteWasSentIsTriedElsewhere() throws Exception {
        ScriptedExchange client = ScriptedExchange.of("POST", "/a", 2, "content-length", "2");
        client.sends("hi");
        ScriptedExchange before = ScriptedExchange.of("GET", "/before");
        CompletableFuture<Void> first = bed.client(before);
        Instance instance = bed.invoked();
        RouterBed.Played channel = bed.channel(instance);
        channel.awaitRequest("\r\n\r\n");
        channel.down().takesNothing(new IOException("reset"));
        channel.respond(OK);
        done(first);
        CompletableFuture<Void> exchange = bed.client(client);
        RouterBed.Played second = bed.channel(instance);
        second.awaitRequest("hi", instance);
        second.respond(OK);
        done(exchange);
        assertThat(client.status()).isEqualTo(200);
    }

    @Test
    void getWhoseShortBodyWasAtHandIsTriedElsewhereWithIt() throws Exception {
        ScriptedExchange client = ScriptedExchange.of("GET", "/a", 2, "content-length", "2");
        client.sends("hi");
        RouterBed.Dispatched exchange = bed.dispatched(client);
        exchange.channel().awaitRequest("hi");
        exchange.channel().lost();
        RouterBed.Played second = bed.channel(exchange.instance());
        second.awaitRequest("hi", exchange.instance());
        second.respond(OK);
        exchange.await();
        assertThat(client.status()).isEqualTo(200);
    }

    @Test
    void getWithABodyThatStreamsIsNotTriedTwice() throws Exception {
        ScriptedExchange client = ScriptedExchange.of("GET", "/a", -1, "transfer-encoding", "chunked");
        RouterBed.Dispatched exchange = bed.dispatched(client);
        client.sends("part");
        exchange.channel().awaitRequest("part\r\n");
        exchange.channel().lost();
        exchange.await();
        assertThat(client.status()).isEqualTo(502);
    }

    @Test
    void channelThatTakesNoMoreOfABodyIsLostThoughItsOtherHalfIsSilent() throws Exception {
        ScriptedExchange client = ScriptedExchange.of("POST", "/a", -1, "transfer-encoding", "chunked");
        RouterBed.Dispatched exchange = bed.dispatched(client);
        client.sends("part");
        exchange.channel().awaitRequest("part\r\n");
        exchange.channel().down().takesNothing(new IOException("nothing more goes down"));
        client.sends("more");
        exchange.await();
        assertThat(client.status()).isEqualTo(502);
        assertThat(exchange.channel().up().aborted()).isTrue();
    }

    // --- channel lost after the head ---

    @Test
    void lostAfterTheHeadIsAbortedAndNeverEnded() throws Exception {
        ScriptedExchange client = ScriptedExchange.of("GET", "/a");
        RouterBed.Dispatched exchange = bed.dispatched(client);
        exchange.channel().respond("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf");
        client.await(() -> client.flushedText().equals("half"));
        exchange.channel().lost();
        exchange.await();
        assertThat(client.aborted()).isTrue();
        assertThat(client.ended()).isFalse();
    }

    @Test
    void cleanEndOfTheUplinkInsideAnAnswerIsNoEndOfTheAnswer() throws Exception {
        ScriptedExchange client = ScriptedExchange.of("GET", "/a");
        RouterBed.Dispatched exchange = bed.dispatched(client);
        exchange.channel().respond("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n");
        client.await(() -> client.flushedText().equals("half"));
        exchange.channel().up().endsBody();
        exchange.await();
        assertThat(client.aborted()).isTrue();
        assertThat(client.ended()).isFalse();
    }

    // --- garbage ---

    @ParameterizedTest
    @ValueSource(strings = {"junk\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 101 X\r\n\r\n",
            "HTTP/1.1 200 OK\r\ncontent-length: x\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n"})
    void malformedAnswerIs502AndTheChannelIsReset(String octets) throws Exception {
        ScriptedExchange client = ScriptedExchange.of("GET", "/a");
        RouterBed.Dispatched exchange = bed.dispatched(client);
        exchange.answer(octets);
        assertThat(client.status()).isEqualTo(502);
        assertThat(exchange.channel().down().aborted() && exchange.channel().up().aborted()).isTrue();
    }

    @Test
    void malformedBodyAbortsTheClientThatHasGotAPartOfIt() throws Exception {
        ScriptedExchange client = ScriptedExchange.of("GET", "/a");
        RouterBed.Dispatched exchange = bed.dispatched(client);
        exchange.channel().respond("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n");
        client.await(() -> client.flushedText().equals("half"));
        exchange.answer("zz\r\n");
        assertThat(client.aborted()).isTrue();
        assertThat(client.ended()).isFalse();
    }

    @Test
    void malformedBodyOfWhichNothingHasLeftIs502() throws Exception {
        ScriptedExchange client = ScriptedExchange.of("GET", "/a");
        RouterBed.Dispatched exchange = bed.dispatched(client);
        exchange.answer("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n");
        assertThat(client.status()).isEqualTo(502);
        assertThat(client.ended()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"content-length: 10\r\n\r\n", "content-length: 10\r\n\r\nhalf", "transfer-encoding: chunked\r\n\r\n"})
    void answerThatIsOnlyInOurBufferWhenItsInstanceDiesIsAskedForAgain(String rest) throws Exception {
        ScriptedExchange client = ScriptedExchange.of("GET", "/a");
        RouterBed.Dispatched exchange = bed.dispatched(client);
        client.whenInformed(exchange.channel()::lost);
        exchange.channel().respond("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\n" + rest);
        exchange.channel().down().await(exchange.channel().down()::aborted);
        RouterBed.Played second = bed.channel(exchange.instance());
        second.awaitRequest("\r\n\r\n", exchange.instance());
        second.respond(OK);
        exchange.await();
        assertThat(client.text()).isEqualTo("ok");
        assertThat(client.aborted()).isFalse();
    }

    @Test
    void answerThatIsThereWholeWhenItsInstanceDiesIsPassedOn() throws Exception {
        ScriptedExchange client = ScriptedExchange.of("POST", "/a", 0);
        RouterBed.Dispatched exchange = bed.dispatched(client);
        client.whenInformed(exchange.channel()::lost);
        exchange.answer("HTTP/1.1 103 Early Hints\r\n\r\n" + OK);
        assertThat(client.text()).isEqualTo("ok");
        assertThat(client.ended()).isTrue();
    }

    @Test
    void octetsThatNobodyAskedForCostTheChannelAndNoRequest() throws Exception {
        ScriptedExchange before = ScriptedExchange.of("GET", "/before");
        CompletableFuture<Void> first = bed.client(before);
        Instance instance = bed.invoked();
        RouterBed.Played channel = bed.channel(instance);
        channel.awaitRequest("\r\n\r\n");
        channel.respond(OK);
        done(first);
        channel.respond("HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\npoison");
        ScriptedExchange client = ScriptedExchange.of("POST", "/a", 0);
        CompletableFuture<Void> exchange = bed.client(client);
        channel.down().await(channel.down()::aborted); // before there is another that could take the request
        RouterBed.Played second = bed.channel(instance);
        second.awaitRequest("\r\n\r\n", instance);
        second.respond(OK);
        done(exchange);
        assertThat(client.text()).isEqualTo("ok");
        assertThat(channel.down().text()).doesNotContain("POST");
    }

    @Test
    void octetsBehindAnAnswerAreNotTheNextClientsAnswer() throws Exception {
        ScriptedExchange client = ScriptedExchange.of("GET", "/a");
        RouterBed.Dispatched exchange = bed.dispatched(client);
        exchange.answer(OK + "HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\npoison");
        assertThat(client.text()).isEqualTo("ok");
        exchange.channel().down().await(() -> exchange.channel().down().aborted());
    }

    // --- the client ---

    @Test
    void clientThatLeavesTheQueueIsForgotten() throws Exception {
        ScriptedExchange client = ScriptedExchange.of("GET", "/a");
        CompletableFuture<Void> exchange = bed.client(client);
        Instance instance = bed.invoked();
        client.goes();
        done(exchange);
        assertThat(client.events()).isEmpty();
        ScriptedExchange next = ScriptedExchange.of("GET", "/b");
        CompletableFuture<Void> second = bed.client(next);
        RouterBed.Played channel = bed.channel(instance);
        assertThat(channel.awaitRequest("\r\n\r\n")).startsWith("GET /b ");
        channel.respond(OK);
        done(second);
    }

    @Test
    void bodyThatTheClientBreaksInTheQueueIsNoticedThere() throws Exception {
        ScriptedExchange client = ScriptedExchange.of("POST", "/a", -1, "transfer-encoding", "chunked");
        client.sends("part");
        client.breaksBody(new BadMessage(400, "malformed chunk size"));
        CompletableFuture<Void> exchange = bed.client(client);
        assertThat(exchange).failsWithin(Duration.ofSeconds(20)).withThrowableOfType(ExecutionException.class)
                .withCauseInstanceOf(BadMessage.class);
        assertThat(bed.pools().defaultPool().snapshot().pending()).isZero();
    }

    @Test
    void clientThatLeavesInsideAnExchangeFreesTheSlotAndResetsTheChannel() throws Exception {
        ScriptedExchange client = ScriptedExchange.of("GET", "/a");
        CompletableFuture<Void> exchange = bed.client(client);
        Instance instance = bed.invoked();
        RouterBed.Played channel = bed.channel(instance);
        channel.awaitRequest("\r\n\r\n");
        client.goes();
        done(exchange);
        assertThat(channel.down().aborted() && channel.up().aborted()).isTrue();
        RouterBed.Played fresh = bed.channel(instance);
        CompletableFuture<Void> second = bed.client(ScriptedExchange.of("GET", "/b"));
        fresh.awaitRequest("\r\n\r\n");
        fresh.respond(OK);
        done(second);
    }

    @Test
    void clientThatCanNotBeWrittenToFreesTheSlot() throws Exception {
        ScriptedExchange client = ScriptedExchange.of("GET", "/a");
        RouterBed.Dispatched exchange = bed.dispatched(client);
        client.takesNothing(new IOException("broken pipe"));
        exchange.channel().respond("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n");
        assertThat(exchange.done()).failsWithin(Duration.ofSeconds(20)).withThrowableOfType(ExecutionException.class)
                .withMessageContaining("broken pipe");
        exchange.channel().down().await(exchange.channel().down()::aborted);
    }

    @Test
    void bodyThatTheClientBreaksIsItsOwnFaultAndBreaksTheExchangeOff() throws Exception {
        ScriptedExchange client = ScriptedExchange.of("POST", "/a", -1, "transfer-encoding", "chunked");
        RouterBed.Dispatched exchange = bed.dispatched(client);
        client.sends("part");
        exchange.channel().awaitRequest("part\r\n");
        client.breaksBody(new BadMessage(400, "malformed chunk size"));
        assertThat(exchange.done()).failsWithin(Duration.ofSeconds(20)).withThrowableOfType(ExecutionException.class)
                .withCauseInstanceOf(BadMessage.class);
        exchange.channel().down().await(exchange.channel().down()::aborted);
        assertThat(exchange.channel().down().text()).doesNotContain("\r\n0\r\n\r\n");
        assertThat(client.status()).isZero(); // the engine says 400
    }

    @Test
    void answerBeforeTheEndOfTheBodyIsPassedOnAndCostsTheChannel() throws Exception {
        ScriptedExchange client = ScriptedExchange.of("POST", "/a", -1, "transfer-encoding", "chunked");
        RouterBed.Dispatched exchange = bed.dispatched(client);
        client.sends("part");
        exchange.channel().awaitRequest("part\r\n");
        exchange.answer("HTTP/1.1 413 X\r\ncontent-length: 3\r\n\r\nbig");
        assertThat(client.text()).isEqualTo("big");
        assertThat(client.ended()).isTrue();
        exchange.channel().down().await(() -> exchange.channel().down().aborted());
    }
}
