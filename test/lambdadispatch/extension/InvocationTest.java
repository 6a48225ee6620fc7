// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import lambdadispatch.http.server.Exchange;
import lambdadispatch.protocol.Condition;
import lambdadispatch.protocol.ExitReason;
import lambdadispatch.protocol.InvokePayload;
import lambdadispatch.protocol.InvokeResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// When an invocation ends, why, and what it does until then, with a router that follows a script.
@Timeout(90)
class InvocationTest extends InvocationBed {
    private static final Duration PING = Duration.ofMillis(50);

    private final AtomicInteger healthStatus = new AtomicInteger(200);
    private final AtomicInteger health = new AtomicInteger();

    @Override
    void app(Exchange exchange) throws IOException {
        health.incrementAndGet();
        exchange.answer(healthStatus.get(), "text/plain", new byte[0]);
    }

    private CompletableFuture<InvokeResponse> run(InvokePayload payload, long deadlineInMillis, long idleGraceMillis) {
        return run(payload, deadlineInMillis, idleGraceMillis, Duration.ofSeconds(5));
    }

    @ParameterizedTest(name = "{0} ms left")
    @CsvSource({"900000, 30000", "300000, 30000", "20000, 2000", "5000, 500", "3000, 500", "0, 500"})
    void marginBeforeTheDeadlineIsATenthWithinBounds(long left, long margin) {
        assertThat(Invocation.margin(left)).isEqualTo(margin);
    }

    @Test
    void anAppThatAskedToBeKeptIsNotIdleUntilThenAndTheRouterHearsForHowLong() throws Exception {
        CompletableFuture<InvokeResponse> response = run(router.payload(1, false), FAR_MILLIS, 200);
        long start = System.nanoTime();
        until(() -> readiness.app().hold().keep("mail", Duration.ofSeconds(1), System.nanoTime()) > 0);
        assertThat(reason(response)).isEqualTo(ExitReason.SelfLastActive);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(990));
        assertThat(Condition.parse(router.conditions.getLast()).orElseThrow().heldMillis()).isBetween(990L, 1_010L);
    }

    @Test
    void anInstanceThatIsSentHomeGoesWhenTheAppsWorkIsDone() throws Exception {
        CompletableFuture<InvokeResponse> response = run(router.payload(1, true), FAR_MILLIS, FAR_MILLIS);
        until(() -> router.downlinks.size() == 1 && readiness.app().hold().keep("mail", Duration.ofSeconds(50), System.nanoTime()) > 0);
        router.goAway();
        long before = readiness.app().hold().totalMillis(System.nanoTime());
        until(() -> readiness.app().hold().totalMillis(System.nanoTime()) > before + 300);
        assertThat(response).as("the app still works").isNotDone();
        readiness.app().hold().release("mail", System.nanoTime());
        assertThat(reason(response)).isEqualTo(ExitReason.RouterGoAway);
        assertThat(Condition.parse(router.conditions.getLast()).orElseThrow().heldMillis()).as("told at the end").isPositive();
        assertThat(readiness.app().hold().keep("more", Duration.ofSeconds(1), System.nanoTime())).as("the invocation is over").isZero();
    }

    @ParameterizedTest
    @CsvSource({"200, 0, 4999", "500, 5000, 5000"})
    void pingsSayHowTheHealthPathAnswersWhileTheAppServes(int status, long least, long most) throws Exception {
        CompletableFuture<InvokeResponse> response = run(router.payload(1, true), FAR_MILLIS, FAR_MILLIS, PING);
        until(() -> router.downlinks.size() == 1);
        healthStatus.set(status);
        int asked = health.get();
        until(() -> health.get() > asked && !router.conditions.isEmpty()
                && Condition.parse(router.conditions.getLast()).orElseThrow().probeMillis() >= least);
        assertThat(Condition.parse(router.conditions.getLast()).orElseThrow().probeMillis()).isBetween(least, most);
        router.goAway();
        assertThat(reason(response)).isEqualTo(ExitReason.RouterGoAway);
    }

    @Test
    void idleInvocationAsksToBeClosedAndReturns() throws Exception {
        assertThat(reason(run(router.payload(4, false), FAR_MILLIS, 300))).isEqualTo(ExitReason.SelfLastActive);
        assertThat(router.closes).hasValue(1);
        assertThat(router.channelIds).hasSize(4);
    }

    @Test
    void invocationThatIsToStayIsNeverIdleButKeepsItsDeadline() throws Exception {
        assertThat(reason(run(router.payload(2, true), 1_500, 20, PING))).isEqualTo(ExitReason.SelfDeadline);
        assertThat(router.closes).hasValue(1);
        assertThat(router.pings).as("so often it was looked at whether something is due").hasPositiveValue();
    }

    @Test
    void routerIsToldOfAnAppThatDoesNotListenUntilItGivesUp() throws Exception {
        app.close();
        int port = app.address().getPort();
        CompletableFuture<InvokeResponse> response = run(router.payload(2, true), FAR_MILLIS, FAR_MILLIS, Duration.ofSeconds(1));
        until(() -> !router.appFaults.isEmpty());
        assertThat(router.appFaults.getFirst())
                .isEqualTo("nothing listens at 127.0.0.1:" + port + " or [::1]:" + port + ": Connection refused");
        router.pingStatus = 409;
        assertThat(reason(response)).isEqualTo(ExitReason.AppConnectionError);
        assertThat(router.channelIds).isEmpty();
    }

    @Test
    void routerIsToldOfAnAppWhoseHealthIsBadAndServedOnceItIsGood() throws Exception {
        healthStatus.set(500);
        CompletableFuture<InvokeResponse> response = run(router.payload(2, true), FAR_MILLIS, FAR_MILLIS);
        until(() -> !router.appFaults.isEmpty());
        assertThat(router.appFaults.getFirst()).isEqualTo("GET /health at 127.0.0.1:" + app.address().getPort() + " gets status 500");
        healthStatus.set(200);
        until(() -> router.downlinks.size() == 2);
        router.goAway();
        assertThat(reason(response)).isEqualTo(ExitReason.RouterGoAway);
    }

    @Test
    void routerThatSaysGoAwayEndsIt() throws Exception {
        CompletableFuture<InvokeResponse> response = run(router.payload(3, true), FAR_MILLIS, FAR_MILLIS);
        until(() -> router.downlinks.size() == 3);
        router.goAway();
        assertThat(reason(response)).isEqualTo(ExitReason.RouterGoAway);
    }

    @Test
    void channelThatBreaksIsReplacedEachTimeByAFreshOne() throws Exception {
        CompletableFuture<InvokeResponse> response = run(router.payload(3, true), FAR_MILLIS, FAR_MILLIS);
        for (int broken = 1; broken <= 10; broken++) {
            until(() -> router.downlinks.size() == 3);
            router.breakOne();
        }
        until(() -> router.downlinks.size() == 3);
        assertThat(router.channelIds).as("no id is used twice").hasSize(13);
        router.goAway();
        assertThat(reason(response)).isEqualTo(ExitReason.RouterGoAway);
    }

    @ParameterizedTest
    @CsvSource({"409, SelfStaleRequest", "401, RouterStatus4xx", "503, RouterStatus5xx", "300, RouterStatusOther"})
    void routerThatTakesNoChannelEndsIt(int status, ExitReason expected) throws Exception {
        router.channelStatus = status;
        assertThat(reason(run(router.payload(3, true), FAR_MILLIS, FAR_MILLIS))).isEqualTo(expected);
    }

    @Test
    void channelThatIsRefusedLaterIsNoStaleInvoke() throws Exception {
        CompletableFuture<InvokeResponse> response = run(router.payload(1, true), FAR_MILLIS, FAR_MILLIS);
        until(() -> router.downlinks.size() == 1);
        router.channelStatus = 409;
        router.breakOne();
        assertThat(reason(response)).isEqualTo(ExitReason.RouterStatus4xx);
    }

    @Test
    void staleInvokeDoesNotWaitForTheApp() throws Exception {
        app.close();
        router.pingStatus = 409;
        assertThat(reason(run(router.payload(2, true), FAR_MILLIS, FAR_MILLIS))).isEqualTo(ExitReason.SelfStaleRequest);
        assertThat(router.channelIds).isEmpty();
    }

    @Test
    void routerThatCanNotBeReachedIsNotWaitedForUntilTheDeadline() throws Exception {
        String nobody;
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = "http://127.0.0.1:" + closed.getLocalPort();
        }
        InvokeResponse response =
                run(ScriptedRouter.payload(nobody, 20, true), FAR_MILLIS, FAR_MILLIS).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertThat(response.exitReason()).isEqualTo(ExitReason.RouterUnreachable);
        assertThat(response.requestCount()).isZero();
    }

    @Test
    void pausesBetweenTriesToConnectDouble() throws Exception {
        router.breaks.set(4);
        CompletableFuture<InvokeResponse> response = run(router.payload(1, true), FAR_MILLIS, FAR_MILLIS);
        until(() -> router.downlinks.size() == 1);
        for (int i = 1; i < 4; i++) { // each is taken from the failure's own moment on
            assertThat(Duration.ofNanos(router.brokenNanos.get(i) - router.brokenNanos.get(i - 1)))
                    .isGreaterThanOrEqualTo(Duration.ofMillis(50L << i - 1));
        }
        router.goAway();
        assertThat(reason(response)).isEqualTo(ExitReason.RouterGoAway);
    }

    @Test
    void onlyFailuresInARowCountAsARouterThatCanNotBeReached() throws Exception {
        CompletableFuture<InvokeResponse> response = run(router.payload(1, true), FAR_MILLIS, FAR_MILLIS);
        for (int channels = 1; channels <= 3; channels++) {
            int opened = channels;
            until(() -> router.channelIds.size() == opened && router.downlinks.size() == 1);
            router.breaks.set(3);
            router.breakOne();
        }
        until(() -> router.downlinks.size() == 1);
        router.goAway();
        assertThat(reason(response)).isEqualTo(ExitReason.RouterGoAway);
    }

    @Test
    void routerThatAnswersTheFirstChannelLateFindsNobodyIdle() throws Exception {
        router.admission = new CountDownLatch(1);
        CompletableFuture<InvokeResponse> response = run(router.payload(1, false), FAR_MILLIS, 20, PING);
        until(() -> router.pings.get() >= 4);
        assertThat(router.closes).hasValue(0);
        router.admission.countDown();
        assertThat(reason(response)).isEqualTo(ExitReason.SelfLastActive);
        assertThat(router.channelIds).hasSize(1);
    }

    @Test
    void threePingsThatFailInARowAreTheRoutersEnd() throws Exception {
        router.pingStatus = 500;
        CompletableFuture<InvokeResponse> response = run(router.payload(1, true), FAR_MILLIS, FAR_MILLIS, PING);
        until(() -> router.pings.get() >= 2);
        router.pingStatus = 200;
        int before = router.pings.get();
        until(() -> router.pings.get() > before + 1);
        int failing = router.pings.get();
        router.pingStatus = 500;
        assertThat(reason(response)).isEqualTo(ExitReason.RouterConnectionError);
        assertThat(router.pings.get() - failing).isBetween(3, 4);
    }

    @Test
    void channelWhoseUplinkIsNotWantedEndsAndAFreshOneIsOpened() throws Exception {
        router.uplinkStatus = 409;
        CompletableFuture<InvokeResponse> response = run(router.payload(1, true), FAR_MILLIS, FAR_MILLIS);
        until(() -> router.channelIds.size() > 1 && router.downlinksGone.get() >= 1);
        router.uplinkStatus = 200;
        until(() -> router.downlinksGone.get() == router.channelIds.size() - 1);
        router.goAway();
        assertThat(reason(response)).isEqualTo(ExitReason.RouterGoAway);
    }

    @ParameterizedTest
    @CsvSource({"0, RouterConnectionError", "500, SelfLastActive", "409, SelfLastActive"})
    void routerThatCanNotBeAskedToCloseIsNotWaitedForUntilTheDeadline(int closeStatus, ExitReason expected) throws Exception {
        router.closeStatus = closeStatus;
        router.drainsWhenAsked = false;
        assertThat(reason(run(router.payload(2, false), FAR_MILLIS, 100))).isEqualTo(expected);
    }

    @Test
    void pingsGoOnWhileItDrainsAndARouterThatHasGivenItUpEndsIt() throws Exception {
        router.drainsWhenAsked = false;
        CompletableFuture<InvokeResponse> response = run(router.payload(1, false), FAR_MILLIS, 100, PING);
        until(() -> router.closes.get() == 1);
        router.pingStatus = 409;
        assertThat(reason(response)).isEqualTo(ExitReason.RouterStatus4xx);
        assertThat(router.pings).hasPositiveValue();
    }

    @Test
    void channelThreadThatFailsEndsTheInvocation() throws Exception {
        InvokePayload nowhere = ScriptedRouter.payload("http://no address", 1, false);
        assertThat(reason(run(nowhere, FAR_MILLIS, FAR_MILLIS))).isEqualTo(ExitReason.RouterConnectionError);
    }

    @Test
    void fiveTriesInARowThatFailAreARouterThatCanNotBeReached() throws Exception {
        router.breaks.set(1_000);
        CompletableFuture<InvokeResponse> response = run(router.payload(3, true), FAR_MILLIS, FAR_MILLIS);
        assertThat(reason(response)).isEqualTo(ExitReason.RouterUnreachable);
        assertThat(router.brokenNanos).as("the others wait for the first").hasSize(5);
        assertThat(router.closes).as("nobody is there to be asked").hasValue(0);
    }

    @Test
    void routerThatIsLostLaterIsABrokenConnection() throws Exception {
        CompletableFuture<InvokeResponse> response = run(router.payload(1, true), FAR_MILLIS, FAR_MILLIS);
        until(() -> router.downlinks.size() == 1);
        router.breaks.set(1_000);
        router.breakOne();
        assertThat(reason(response)).isEqualTo(ExitReason.RouterConnectionError);
        assertThat(router.brokenNanos).hasSize(5);
    }

    @Test
    void initOnlyIsOverWithoutAChannelOnceTheAppIsReady() throws Exception {
        InvokePayload one = router.payload(1, false);
        InvokePayload initOnly = new InvokePayload(one.poolId(), one.id(), one.dispatcherUrl(), 1, one.sentTime(), true, one.token(), "",
                one.protocolVersion(), false, one.requestHeadBytes());
        healthStatus.set(500);
        CompletableFuture<InvokeResponse> response = run(initOnly, FAR_MILLIS, FAR_MILLIS);
        until(() -> !router.appFaults.isEmpty());
        assertThat(response).isNotDone();
        healthStatus.set(200);
        assertThat(reason(response)).isEqualTo(ExitReason.SelfInitOnly);
        assertThat(router.channelIds).isEmpty();
        assertThat(router.closes).hasValue(0);
    }

    @Test
    void theAnswerSaysWhoseInvocationItWasAndHowLongItLasted() throws Exception {
        long start = System.nanoTime();
        CompletableFuture<InvokeResponse> running = run(router.payload(1, true), FAR_MILLIS, FAR_MILLIS);
        until(() -> router.downlinks.size() == 1 && System.nanoTime() - start > 30_000_000);
        router.goAway();
        InvokeResponse response = running.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertThat(response.poolId()).isEqualTo("pool");
        assertThat(response.id()).isEqualTo(ScriptedRouter.ID);
        assertThat(response.requestCount()).isZero();
        assertThat(response.invokeDurationMs()).isBetween(1L, (System.nanoTime() - start) / 1_000_000);
    }

    @Test
    void anAppThatIsNotReadyByTheDeadlineIsToldToTheRouterAndNotServed() throws Exception {
        healthStatus.set(500);
        CompletableFuture<InvokeResponse> response = run(router.payload(1, true), 2_000, FAR_MILLIS);
        assertThat(reason(response)).isEqualTo(ExitReason.AppConnectionError);
        assertThat(router.appFaults).isNotEmpty();
        assertThat(router.channelIds).isEmpty();
    }

    @Test
    void theRouterIsToldAgainOfAnAppThatIsNotReadyAtEachInterval() throws Exception {
        healthStatus.set(500);
        CompletableFuture<InvokeResponse> response = run(router.payload(1, true), FAR_MILLIS, FAR_MILLIS, Duration.ofMillis(1));
        until(() -> router.appFaults.size() >= 3);
        router.pingStatus = 503;
        int before = router.appFaults.size();
        until(() -> router.appFaults.size() >= before + 2);
        assertThat(response).as("that is the router's matter").isNotDone();
        router.pingStatus = 200;
        healthStatus.set(200);
        until(() -> router.downlinks.size() == 1);
        router.goAway();
        assertThat(reason(response)).isEqualTo(ExitReason.RouterGoAway);
    }

    @Test
    void aRouterThatWelcomedAnInvocationWhoseAppIsLateRefusesNoStaleOne() throws Exception {
        healthStatus.set(500);
        CompletableFuture<InvokeResponse> response = run(router.payload(1, true), FAR_MILLIS, FAR_MILLIS, Duration.ofMillis(1));
        until(() -> router.appFaults.size() >= 3); // the answer to the first was heard before the third
        router.channelStatus = 409;
        healthStatus.set(200);
        assertThat(reason(response)).isEqualTo(ExitReason.RouterStatus4xx);
    }

    @Test
    void aDrainFromOutsideIsAskedOfTheRouter() throws Exception {
        Readiness ready = new Readiness(LinkBed.config(app.address().getPort()));
        CompletableFuture<Boolean> looked = LinkBed.inVirtualThread(() -> {
            ready.run();
            return ready.isReady();
        });
        assertThat(looked.get(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        Invocation invocation = new Invocation(LinkBed.config(app.address().getPort()), router.payload(1, true), ready,
                System.currentTimeMillis() + FAR_MILLIS);
        CompletableFuture<InvokeResponse> response = LinkBed.inVirtualThread(invocation::run);
        until(() -> router.downlinks.size() == 1);
        invocation.drain(ExitReason.SelfDeadline);
        assertThat(reason(response)).isEqualTo(ExitReason.SelfDeadline);
        assertThat(router.closes).hasValue(1);
    }

    @Test
    void aRouterThatDoesNotEndTheChannelsIsWaitedForUntilShortlyBeforeTheDeadline() throws Exception {
        router.drainsWhenAsked = false;
        long start = System.nanoTime();
        assertThat(reason(run(router.payload(1, false), 1_200, 50))).isEqualTo(ExitReason.SelfLastActive);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(900));
    }

    @Test
    void anAppThatIsKeptIsGivenUpShortlyBeforeTheDeadline() throws Exception {
        CompletableFuture<InvokeResponse> response = run(router.payload(1, true), 2_000, FAR_MILLIS, PING);
        until(() -> router.downlinks.size() == 1 && readiness.app().hold().keep("mail", Duration.ofSeconds(50), System.nanoTime()) > 0);
        router.goAway();
        assertThat(reason(response)).isEqualTo(ExitReason.RouterGoAway);
    }

    @Test
    void whileAnAppIsKeptTheRouterHearsThatTheEnvironmentLives() throws Exception {
        CompletableFuture<InvokeResponse> response = run(router.payload(1, true), FAR_MILLIS, FAR_MILLIS, PING);
        until(() -> router.downlinks.size() == 1 && readiness.app().hold().keep("mail", Duration.ofSeconds(50), System.nanoTime()) > 0);
        router.goAway();
        until(() -> router.uplinksEnded.get() == 1);
        int before = router.pings.get();
        until(() -> router.pings.get() >= before + 3);
        assertThat(response).isNotDone();
        readiness.app().hold().release("mail", System.nanoTime());
        assertThat(reason(response)).isEqualTo(ExitReason.RouterGoAway);
    }

    @Test
    void aRouterThatDoesNotTakeTheLastPingHoldsNobodyUp() throws Exception {
        CompletableFuture<InvokeResponse> response = run(router.payload(1, true), FAR_MILLIS, FAR_MILLIS);
        until(() -> router.downlinks.size() == 1 && readiness.app().hold().keep("mail", Duration.ofSeconds(50), System.nanoTime()) > 0);
        router.goAway();
        long held = readiness.app().hold().totalMillis(System.nanoTime());
        until(() -> readiness.app().hold().totalMillis(System.nanoTime()) > held);
        router.close();
        readiness.app().hold().release("mail", System.nanoTime());
        assertThat(reason(response)).isEqualTo(ExitReason.RouterGoAway);
    }
}
