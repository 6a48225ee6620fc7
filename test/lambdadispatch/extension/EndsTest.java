// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.server.Exchange;
import lambdadispatch.protocol.ExitReason;
import lambdadispatch.protocol.InvokePayload;
import lambdadispatch.protocol.InvokeResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What an end leaves behind, of a channel, a connection or an invocation: nothing; and what an app's failure is taken for.
@Timeout(90)
class EndsTest extends InvocationBed {
    private static final String GET = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";
    private static final String OK = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

    private static final int LARGE = 256 << 20; // more than all that is between app and router has room for

    private volatile boolean breaksOff;
    private volatile boolean answersALot;
    private final AtomicInteger written = new AtomicInteger();

    @Override
    void app(Exchange exchange) throws IOException {
        if (answersALot) {
            exchange.respond(200, new Headers(), LARGE);
            byte[] piece = new byte[64 << 10];
            for (int i = 0; i < LARGE / piece.length; i++) {
                exchange.write(piece, 0, piece.length);
                written.incrementAndGet();
            }
            exchange.end();
        } else if (breaksOff) {
            exchange.respond(200, new Headers(), 1 << 20);
            exchange.write(new byte[200_000], 0, 200_000); // so that some of it has left
            exchange.flush();
            exchange.abort();
        } else {
            exchange.answer(200, "text/plain", new byte[0]);
        }
    }

    private CompletableFuture<InvokeResponse> run(InvokePayload payload, long deadlineInMillis, long idleGraceMillis) {
        return run(payload, deadlineInMillis, idleGraceMillis, Duration.ofMillis(50));
    }

    private void routerSends(String request) throws IOException {
        until(() -> !router.downlinks.isEmpty());
        Exchange downlink = router.downlinks.getFirst();
        byte[] octets = request.getBytes(StandardCharsets.US_ASCII);
        downlink.write(octets, 0, octets.length);
        downlink.flush();
    }

    // ---- an invocation

    @Test
    void theTimeBeforeTheFirstChannelIsNoIdleTime() throws Exception {
        router.admission = new CountDownLatch(1);
        CompletableFuture<InvokeResponse> response = run(router.payload(1, false), FAR_MILLIS, 500);
        until(() -> router.pings.get() >= 12);
        long opened = System.nanoTime();
        router.admission.countDown();
        assertThat(reason(response)).isEqualTo(ExitReason.SelfLastActive);
        assertThat(Duration.ofNanos(System.nanoTime() - opened)).isGreaterThanOrEqualTo(Duration.ofMillis(490));
    }

    @Test
    void anInvocationThatIsOverDropsItsConnectionWhateverRunsOnIt() throws Exception {
        router.drainsWhenAsked = false;
        assertThat(reason(run(router.payload(2, true), 1_500, FAR_MILLIS))).isEqualTo(ExitReason.SelfDeadline);
        until(() -> router.downlinksGone.get() == router.channelIds.size());
    }

    @Test
    void anAppThatIsGoneEndsTheInvocationAtOnce() throws Exception {
        CompletableFuture<InvokeResponse> response = run(router.payload(1, true), FAR_MILLIS, FAR_MILLIS);
        until(() -> router.downlinks.size() == 1);
        app.close();
        routerSends(GET);
        assertThat(reason(response)).isEqualTo(ExitReason.AppConnectionClosed);
        until(() -> router.closes.get() == 1);
    }

    @Test
    void anAppThatBreaksAResponseOffAndIsStillThereIsServedByAFreshChannel() throws Exception {
        CompletableFuture<InvokeResponse> response = run(router.payload(1, true), FAR_MILLIS, FAR_MILLIS);
        until(() -> router.downlinks.size() == 1);
        breaksOff = true;
        routerSends(GET);
        until(() -> router.channelIds.size() == 2);
        breaksOff = false;
        assertThat(router.uplinksEnded).as("inside the response, which is how the router knows whose fault it was").hasValue(1);
        router.goAway();
        assertThat(reason(response)).isEqualTo(ExitReason.RouterGoAway);
    }

    @Test
    void aRequestThatIsAnsweredIsNotUnderWayAnyMore() throws Exception {
        CompletableFuture<InvokeResponse> response = run(router.payload(1, false), FAR_MILLIS, 2_000);
        routerSends(GET);
        assertThat(reason(response)).isEqualTo(ExitReason.SelfLastActive);
        assertThat(response.get().requestCount()).isEqualTo(1);
    }

    @Test
    void aChannelThatIsToGoEndsItsUplinkThoughOthersStay() throws Exception {
        CompletableFuture<InvokeResponse> response = run(router.payload(2, true), FAR_MILLIS, FAR_MILLIS);
        until(() -> router.downlinks.size() == 2);
        router.downlinks.removeFirst().end();
        until(() -> router.uplinksEnded.get() == 1);
        assertThat(response).isNotDone();
        router.goAway();
        assertThat(reason(response)).isEqualTo(ExitReason.RouterGoAway);
    }

    @Test
    void bothHalvesOfAChannelWhoseAppIsGoneAreResetAtOnce() throws Exception {
        router.drainsWhenAsked = false;
        CompletableFuture<InvokeResponse> response = run(router.payload(2, true), FAR_MILLIS, FAR_MILLIS);
        until(() -> router.downlinks.size() == 2);
        app.close();
        routerSends(GET);
        until(() -> router.uplinksBroken.get() == 1 && router.downlinksGone.get() == 1);
        assertThat(response).as("the other channel is the router's to end").isNotDone();
        router.goAway();
        assertThat(reason(response)).isEqualTo(ExitReason.AppConnectionClosed);
    }

    @Test
    void anAppThatWasSeenToBeThereIsNotLookedForAgain() throws Exception {
        CompletableFuture<InvokeResponse> response = run(router.payload(1, true), FAR_MILLIS, FAR_MILLIS);
        until(() -> router.downlinks.size() == 1);
        breaksOff = true;
        routerSends(GET);
        until(() -> router.downlinks.size() == 2); // the broken one is the router's to reset
        app.close();
        router.downlinks.removeLast().abort();
        until(() -> router.channelIds.size() == 3);
        router.goAway();
        assertThat(reason(response)).isEqualTo(ExitReason.RouterGoAway);
    }

    @Test
    void anAppThatIsGoneWhenItsLastRequestComesIsTheReason() throws Exception {
        router.drainsWhenAsked = false;
        CompletableFuture<InvokeResponse> response = run(router.payload(1, false), FAR_MILLIS, 300);
        until(() -> router.closes.get() == 1);
        app.close();
        routerSends(GET);
        assertThat(reason(response)).as("worse than idleness").isEqualTo(ExitReason.AppConnectionClosed);
        assertThat(router.closes).as("it was asked for already").hasValue(1);
    }

    @Test
    void aResponseOfWhichTheRouterTakesNothingIsGivenUpWithItsDownlink() throws Exception {
        router.taking = new CountDownLatch(1);
        CompletableFuture<InvokeResponse> response = run(router.payload(1, true), FAR_MILLIS, FAR_MILLIS);
        until(() -> router.downlinks.size() == 1);
        answersALot = true;
        routerSends(GET);
        AtomicInteger before = new AtomicInteger(-1);
        AtomicInteger looks = new AtomicInteger();
        until(() -> { // nothing goes on any more: the channel waits for room on its uplink
            looks.set(before.getAndSet(written.get()) == before.get() && before.get() > 0 ? looks.get() + 1 : 0);
            return looks.get() == 20;
        });
        router.breakOne();
        until(() -> router.channelIds.size() == 2);
        router.goAway();
        router.taking.countDown();
        assertThat(reason(response)).isEqualTo(ExitReason.RouterGoAway);
    }

    // ---- a channel

    private static RelayBed.AppSide served(RelayBed bed) throws Exception {
        bed.request(GET);
        RelayBed.AppSide app = bed.app();
        app.readHead();
        app.send(OK);
        bed.up.awaitEnd("ok");
        return app;
    }

    @Test
    void theAppsConnectionEndsWithItsChannel() throws Exception {
        try (RelayBed bed = new RelayBed(); RelayBed.AppSide app = served(bed)) {
            bed.goAway();
            assertThat(app.closed()).isTrue();
        }
    }

    @Test
    void theConnectionOfAnAppThatAnswersBadlyIsClosedAtOnce() throws Exception {
        try (RelayBed bed = new RelayBed()) {
            bed.request(GET);
            try (RelayBed.AppSide app = bed.app()) {
                app.readHead();
                app.send("nonsense\r\n\r\n");
                bed.up.await(text -> text.startsWith("HTTP/1.1 502"));
                assertThat(app.closed()).isTrue();
            }
        }
    }

    @Test
    void anAppThatClosesAConnectionSoonIsRemembered() throws Exception {
        AppHabits habits = new AppHabits(true, () -> 0);
        try (RelayBed bed = new RelayBed(false, habits); RelayBed.AppSide app = served(bed)) {
            assertThat(habits.trusts(0, false)).isTrue();
            app.close();
            served(bed).close();
            assertThat(habits.trusts(0, false)).as("what can not be sent twice takes no kept connection").isFalse();
            assertThat(habits.trusts(0, true)).isTrue();
        }
    }

    @Test
    void soIsOneThatClosesItUnderARequest() throws Exception {
        AppHabits habits = new AppHabits(true, () -> 0);
        try (RelayBed bed = new RelayBed(false, habits); RelayBed.AppSide app = served(bed)) {
            bed.request(GET);
            app.readHead();
            app.close();
            try (RelayBed.AppSide fresh = bed.app()) {
                fresh.readHead();
                fresh.send(OK);
                bed.up.awaitEnd("okHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
            }
            assertThat(habits.trusts(0, false)).isFalse();
        }
    }
}
