// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import lambdadispatch.base.Bytes;
import lambdadispatch.protocol.Condition;
import lambdadispatch.protocol.ControlPaths;
import lambdadispatch.protocol.EnvironmentInfo;
import lambdadispatch.support.FakeService;
import lambdadispatch.support.FakeService.Asked;
import lambdadispatch.support.FakeService.Manner;
import lambdadispatch.support.FakeService.Reply;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What an invocation tells its router, and what it counts meanwhile.
@Timeout(60)
class RouterLinkTest {
    private static final int PATIENCE_SECONDS = 50;
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private volatile Reply answer = Reply.ok("");
    private final FakeService router = new FakeService(asked -> answer);
    private final AtomicLong closesInMillis = new AtomicLong(60_000);
    private final Hold hold = new Hold(Duration.ofSeconds(60));
    private RouterLink link = newLink();

    private RouterLink newLink() {
        return LinkBed.link(router.uri().toString(), LinkBed.app(hold), closesInMillis::get);
    }

    @AfterEach
    void close() {
        link.close();
        router.close();
    }

    private static int status(CompletableFuture<Integer> asked) throws Exception {
        return asked.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    private Asked last() {
        return router.asked().getLast();
    }

    private Condition condition() {
        return Condition.parse(last().header(ControlPaths.CONDITION_HEADER)).orElseThrow();
    }

    private static void pass(Duration time) {
        long start = System.nanoTime();
        InvocationBed.until(() -> System.nanoTime() - start >= time.toNanos());
    }

    @Test
    void everyRequestSaysWhoAsksAndForHowLongHeIsThere() throws Exception {
        long before = System.currentTimeMillis();
        assertThat(status(link.ping(0, 0))).isEqualTo(200);
        long after = System.currentTimeMillis();
        Asked ping = last();
        assertThat(ping).hasToString("POST /v1/instances/" + LinkBed.ID + "/ping");
        assertThat(ping.header("authorization")).isEqualTo("Bearer " + LinkBed.TOKEN);
        assertThat(ping.header(ControlPaths.REMAINING_HEADER)).isEqualTo("60000");
        assertThat(Long.parseLong(ping.header(ControlPaths.DEADLINE_HEADER))).isBetween(before + 60_000, after + 60_000);
        assertThat(EnvironmentInfo.parse(ping.header(ControlPaths.ENVIRONMENT_HEADER))).isPresent();
        assertThat(ping.header(ControlPaths.INVOCATION_HEADER)).matches("[0-9a-f]{32}");

        closesInMillis.set(-5);
        answer = Reply.of(409, "");
        assertThat(status(link.requestClose())).isEqualTo(409);
        Asked close = last();
        assertThat(close).hasToString("POST /v1/instances/" + LinkBed.ID + "/close");
        assertThat(close.header(ControlPaths.REMAINING_HEADER)).as("never less than nothing").isEqualTo("0");
        assertThat(close.header(ControlPaths.INVOCATION_HEADER)).isEqualTo(ping.header(ControlPaths.INVOCATION_HEADER));
        assertThat(close.header(ControlPaths.CONDITION_HEADER)).contains(" delay=0 ").endsWith(" probe=0");

        link.close();
        link = newLink();
        status(link.ping(0, 0));
        assertThat(last().header(ControlPaths.INVOCATION_HEADER)).as("another invocation")
                .isNotEqualTo(ping.header(ControlPaths.INVOCATION_HEADER));
    }

    @Test
    void whyThereIsNoChannelYetIsToldInsteadOfTheCondition() throws Exception {
        status(link.appNotReady("status 500"));
        assertThat(last()).hasToString("POST /v1/instances/" + LinkBed.ID + "/ping");
        assertThat(last().header(ControlPaths.APP_NOT_READY_HEADER)).isEqualTo("status 500");
        assertThat(last().headers()).doesNotContainKey(ControlPaths.CONDITION_HEADER);
    }

    @Test
    void pingsSayHowTheEnvironmentFeels() throws Exception {
        status(link.ping(7, 8));
        Condition fresh = condition();
        assertThat(fresh.delayMillis()).isEqualTo(7);
        assertThat(fresh.probeMillis()).isEqualTo(8);
        assertThat(fresh.requests()).isZero();
        assertThat(fresh.appMillis()).isZero();
        assertThat(fresh.vcpuMillis()).isPositive();

        long start = System.nanoTime();
        long first = link.exchangeStarted();
        long second = link.exchangeStarted();
        pass(Duration.ofMillis(20));
        link.exchangeEnded(first);
        link.exchangeEnded(second);
        link.exchangeStarted();
        long most = (System.nanoTime() - start) / 1_000_000 * 2;
        status(link.ping(0, 0));
        assertThat(condition().requests()).as("those that have ended").isEqualTo(2);
        assertThat(condition().appMillis()).as("of both").isBetween(40L, most + 2);
    }

    @Test
    void exchangesAreCounted() {
        assertThat(link.running()).isZero();
        long first = link.exchangeStarted();
        link.exchangeStarted();
        assertThat(link.running()).isEqualTo(2);
        assertThat(link.served()).isEqualTo(2);
        link.exchangeEnded(first);
        assertThat(link.running()).isEqualTo(1);
        assertThat(link.served()).isEqualTo(2);
    }

    @Test
    void idlenessBeginsWithTheFirstChannelAndWithEachEndAndIsNoneWhileOneRuns() {
        InvocationBed.until(() -> link.idleFor().toMillis() >= 5);
        long reached = System.nanoTime();
        link.reached();
        assertThat(link.idleFor().toNanos()).isLessThanOrEqualTo(System.nanoTime() - reached);
        long started = link.exchangeStarted();
        assertThat(started - reached).isBetween(0L, System.nanoTime() - reached);
        pass(Duration.ofMillis(5));
        assertThat(link.idleFor()).isEqualTo(Duration.ZERO);
        long over = System.nanoTime();
        link.exchangeEnded(started);
        Duration idle = link.idleFor();
        assertThat(idle).isPositive();
        assertThat(idle.toNanos()).isLessThanOrEqualTo(System.nanoTime() - over);
    }

    @Test
    void anAppThatIsKeptIsNotIdle() {
        assertThat(hold.keep("mail", Duration.ofSeconds(50), System.nanoTime())).isPositive();
        assertThat(link.idleFor()).isEqualTo(Duration.ZERO);
        hold.release("mail", System.nanoTime());
        assertThat(link.idleFor()).isPositive();
    }

    @Test
    void anAppIsKeptForSoLongAfterTheLastRequestAndTheRunningOneIsTheLast() {
        long later = System.nanoTime() + 10 * SECOND;
        assertThat(hold.keep("mail", Duration.ofSeconds(100), later)).isLessThanOrEqualTo(50_000);
        long started = link.exchangeStarted();
        assertThat(hold.keep("mail", Duration.ofSeconds(100), later)).isEqualTo(60_000);
        link.exchangeEnded(started);
        long passed = (System.nanoTime() - started) / 1_000_000;
        assertThat(hold.keep("mail", Duration.ofSeconds(100), later)).isBetween(40_000L, 50_001L + passed);
    }

    @Test
    void whatHoldingHasCostIsToldOnceAndOfThisInvocationAlone() throws Exception {
        link.close();
        long past = System.nanoTime() - 100 * SECOND;
        hold.begin(now -> now, past);
        hold.keep("earlier", Duration.ofSeconds(5), past);
        assertThat(hold.totalMillis(past + 20 * SECOND)).isEqualTo(5_000);
        link = newLink();
        assertThat(link.heldUntold()).isFalse();
        status(link.ping(0, 0));
        assertThat(condition().heldMillis()).isZero();
        hold.keep("mail", Duration.ofSeconds(50), System.nanoTime());
        InvocationBed.until(link::heldUntold);
        hold.release("mail", System.nanoTime());
        status(link.ping(0, 0));
        assertThat(condition().heldMillis()).isEqualTo(hold.totalMillis(System.nanoTime()) - 5_000).isPositive();
        assertThat(link.heldUntold()).as("the router knows").isFalse();
    }

    @Test
    void anEndEndsTheHoldAndEveryRequestThatWaits() {
        answer = Reply.ok("").in(Manner.SILENT);
        CompletableFuture<Integer> waiting = link.ping(0, 0);
        hold.keep("mail", Duration.ofSeconds(50), System.nanoTime());
        link.shared().start();
        assertThat(link.shared().offer(1, new Bytes().append("x"))).isTrue();
        link.close();
        assertThatThrownBy(() -> status(waiting)).hasCauseInstanceOf(IOException.class)
                .satisfies(e -> assertThat(e.getCause()).as("not by its own limit").isNotInstanceOf(HttpTimeoutException.class));
        assertThat(hold.leftMillis(System.nanoTime())).isZero();
        assertThat(link.shared().offer(1, new Bytes().append("x"))).isFalse();
    }

    @Test
    void routerThatIsNowhereIsAFailureOfTheRequestAndNotOfItsCaller() {
        try (RouterLink nowhere = LinkBed.link("http://no address", LinkBed.app(), () -> 0)) {
            assertThat(nowhere.ping(0, 0)).isCompletedExceptionally();
        }
    }

    @Test
    void aSilentRouterIsWaitedForWithinALimit() {
        answer = Reply.ok("").in(Manner.SILENT);
        assertThatThrownBy(() -> status(link.ping(0, 0))).hasCauseInstanceOf(HttpTimeoutException.class);
    }

    @Test
    void numbersOfChannelsAreDrawnOnceEach() {
        assertThat(link.nextChannelNumber()).isEqualTo(1);
        assertThat(link.nextChannelNumber()).isEqualTo(2);
    }

    @Test
    void anAppThatFailedIsRememberedUntilItIsSeenToBeThere() {
        assertThat(link.hasAppFailed()).isFalse();
        link.appFailed();
        assertThat(link.hasAppFailed()).isTrue();
        link.appIsThere();
        assertThat(link.hasAppFailed()).isFalse();
    }
}
