// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import lambdadispatch.protocol.Condition;
import lambdadispatch.protocol.ControlPaths;
import lambdadispatch.protocol.ExitReason;
import lambdadispatch.support.FakeService;
import lambdadispatch.support.FakeService.Asked;
import lambdadispatch.support.FakeService.Manner;
import lambdadispatch.support.FakeService.Reply;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// When the router is pinged, what pings say, and which of their answers are an invocation's end.
@Timeout(60)
class HeartbeatTest {
    private static final long LONG_MILLIS = 50_000;
    private static final Duration PING = Duration.ofMillis(20);
    private static final Duration FAR = Duration.ofHours(1);

    private volatile Reply ping = Reply.ok("");
    private volatile Reply close = Reply.ok("");
    private final FakeService router = new FakeService(asked -> asked.target().endsWith("/close") ? close : ping);
    private final FakeService app = new FakeService(asked -> Reply.ok(""));
    private final AtomicLong leftMillis = new AtomicLong(LONG_MILLIS);
    private final AtomicInteger looks = new AtomicInteger();
    private final RouterLink link = LinkBed.link(router.uri().toString(), LinkBed.app(), () -> 0);
    private final InvocationEnd end = new InvocationEnd(link);

    private void starts(Heartbeat.Rules rules) {
        Readiness readiness = new Readiness(LinkBed.config(app.uri().getPort()));
        end.channelBegins();
        new Heartbeat(link, end, new ChannelKeeper(link, end, readiness, 1), rules, () -> {
            looks.incrementAndGet();
            return leftMillis.get();
        }, readiness).start();
    }

    @AfterEach
    void stop() {
        end.isOver();
        link.close();
        router.close();
        app.close();
    }

    private List<Asked> pings() {
        return router.asked().stream().filter(asked -> asked.target().endsWith("/ping")).toList();
    }

    private int closes() {
        return router.asked().size() - pings().size();
    }

    private static Condition condition(Asked ping) {
        return Condition.parse(ping.header(ControlPaths.CONDITION_HEADER)).orElseThrow();
    }

    @Test
    void theRouterIsPingedAgainAndAgainAndHearsHowLateThatIs() {
        long start = System.nanoTime();
        starts(new Heartbeat.Rules(PING, FAR, false, false));
        InvocationBed.until(() -> pings().size() >= 5);
        long mostMillis = (System.nanoTime() - start) / 1_000_000;
        assertThat(mostMillis).as("pauses, not a flood").isGreaterThanOrEqualTo(5 * PING.toMillis());
        assertThat(pings()).allSatisfy(each -> {
            assertThat(condition(each).delayMillis()).isBetween(0L, mostMillis);
            assertThat(condition(each).probeMillis()).isZero();
        });
        assertThat(app.asked()).as("it is not to be asked").isEmpty();
        assertThat(end.isServing()).isTrue();
    }

    @Test
    void theHealthPathIsAskedWhereThatIsWanted() {
        starts(new Heartbeat.Rules(PING, FAR, false, true));
        InvocationBed.until(() -> !app.asked().isEmpty());
        assertThat(app.asked().getFirst()).hasToString("GET /health");
        assertThat(end.isServing()).isTrue();
    }

    @Test
    void pingsEndWithTheInvocation() throws Exception {
        starts(new Heartbeat.Rules(FAR, FAR, false, false));
        end.endAtOnce(ExitReason.RouterGoAway);
        assertThat(end.awaitOver(LONG_MILLIS)).isTrue();
        assertThat(router.asked()).isEmpty();
    }

    @Test
    void theDeadlineIsSeenBetweenTwoPingsAndTheRouterIsAskedOnce() throws Exception {
        leftMillis.set(10);
        starts(new Heartbeat.Rules(FAR, FAR, true, false));
        InvocationBed.until(() -> looks.get() > 6);
        assertThat(end.isServing()).isTrue();
        leftMillis.set(0);
        InvocationBed.until(() -> closes() == 1);
        assertThat(end.reason()).isEqualTo(ExitReason.SelfDeadline);
        assertThat(pings()).isEmpty();
        end.channelOver();
        assertThat(end.awaitOver(LONG_MILLIS)).isTrue();
        assertThat(closes()).isEqualTo(1);
    }

    @Test
    void aMillisecondIsLeftAsLongAsItIsLeft() {
        leftMillis.set(1);
        starts(new Heartbeat.Rules(FAR, FAR, true, false));
        InvocationBed.until(() -> looks.get() > 20);
        assertThat(end.isServing()).isTrue();
        assertThat(pings()).isEmpty();
    }

    @Test
    void pingsGoOnWhileItDrains() {
        starts(new Heartbeat.Rules(PING, FAR, false, false));
        end.drain(ExitReason.SelfLastActive);
        InvocationBed.until(() -> pings().size() >= 3);
        leftMillis.set(-1);
        int before = pings().size();
        InvocationBed.until(() -> pings().size() >= before + 3);
        assertThat(closes()).as("the router was asked").isEqualTo(1);
        assertThat(end.reason()).isEqualTo(ExitReason.SelfLastActive);
    }

    @Test
    void threePingsInARowThatAreNotAnsweredWellAreTheEnd() throws Exception {
        ping = Reply.of(201, "");
        starts(new Heartbeat.Rules(PING, FAR, false, false));
        assertThat(end.awaitOver(LONG_MILLIS)).isTrue();
        assertThat(end.reason()).isEqualTo(ExitReason.RouterConnectionError);
        assertThat(pings()).hasSize(3);
        assertThat(closes()).as("nobody is there to be asked").isZero();
    }

    @Test
    void soAreThreeThatDoNotGetThere() throws Exception {
        ping = Reply.ok("").in(Manner.RESET);
        starts(new Heartbeat.Rules(PING, FAR, false, false));
        assertThat(end.awaitOver(LONG_MILLIS)).isTrue();
        assertThat(end.reason()).isEqualTo(ExitReason.RouterConnectionError);
    }

    @Test
    void routerThatHasWrittenTheInstanceOffIsTheEndAtOnce() throws Exception {
        ping = Reply.of(499, "");
        starts(new Heartbeat.Rules(PING, FAR, false, false));
        assertThat(end.awaitOver(LONG_MILLIS)).isTrue();
        assertThat(end.reason()).isEqualTo(ExitReason.RouterStatus4xx);
        assertThat(pings()).hasSize(1);
    }

    @Test
    void aFaultOfOursIsTheEndSinceNobodyWouldLookAtTheDeadlineAnyMore() throws Exception {
        end.channelBegins();
        Readiness readiness = new Readiness(LinkBed.config(1));
        new Heartbeat(link, end, new ChannelKeeper(link, end, readiness, 1), new Heartbeat.Rules(PING, FAR, false, false), () -> {
            throw new IllegalStateException("a fault of ours");
        }, readiness).start();
        assertThat(end.awaitOver(LONG_MILLIS)).isTrue();
        assertThat(end.reason()).isEqualTo(ExitReason.ChannelErrorOther);
    }

    @Test
    void nobodyIsIdleBeforeTheFirstChannel() {
        starts(new Heartbeat.Rules(PING, Duration.ofMillis(1), false, false));
        InvocationBed.until(() -> pings().size() >= 3);
        assertThat(end.isServing()).isTrue();
    }

    @Test
    void whileNothingIsDueNothingWakesUp() {
        starts(new Heartbeat.Rules(PING, FAR, false, false));
        InvocationBed.until(() -> pings().size() >= 10);
        int until = looks.get();
        assertThat(until).as("one before each wait, one behind it").isLessThanOrEqualTo(2 * pings().size() + 3);
    }
}
