// SPDX-License-Identifier: MIT
package lambdadispatch.router.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import lambdadispatch.protocol.ControlPaths;
import lambdadispatch.router.RouterBed;
import lambdadispatch.router.dispatch.Description;
import lambdadispatch.router.channel.ChannelOutcome;
import lambdadispatch.router.dispatch.Instance;
import lambdadispatch.router.dispatch.InstanceView;
import lambdadispatch.support.FakeClock;
import lambdadispatch.support.ScriptedExchange;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What the control port tells the pool and the engine, word by word, and what is left of a channel when it is over.
@Timeout(30)
class ControlWordsTest {
    private final RouterBed bed = new RouterBed(RouterBed.oneAtATime());
    private CompletableFuture<Void> request;
    private Instance instance;

    @BeforeEach
    void requestWaitsForAnInstance() throws InterruptedException {
        request = bed.client(ScriptedExchange.of("GET", "/a"));
        instance = bed.invoked();
    }

    private static void done(CompletableFuture<Void> exchange) throws Exception {
        exchange.get(20, TimeUnit.SECONDS);
    }

    private int status(ScriptedExchange exchange) throws Exception {
        done(bed.control(exchange));
        return exchange.status();
    }

    private void answer(RouterBed.Played channel) throws Exception {
        channel.awaitRequest("\r\n\r\n");
        channel.respond("HTTP/1.1 204 No Content\r\n\r\n");
        done(request);
    }

    private int freeSlots() {
        return instance.pool().snapshot().freeSlots();
    }

    private void await(java.util.function.BooleanSupplier wanted) {
        while (!wanted.getAsBoolean()) {
            Thread.yield(); // the class has a time limit
        }
    }

    // --- who is believed ---

    @Test
    void extensionIsTrustedOnceItsTokenWasSeenAndNoSooner() throws Exception {
        ScriptedExchange good = RouterBed.asInstance(instance, "POST", ControlPaths.ping(instance.id()));
        status(good);
        assertThat(good.trusted()).isTrue();
        ScriptedExchange bad = ScriptedExchange.of("POST", ControlPaths.ping(instance.id()), "authorization", "Bearer x");
        status(bad);
        assertThat(bad.trusted()).isFalse();
        ScriptedExchange health = ScriptedExchange.of("GET", "/health");
        status(health);
        assertThat(health.trusted()).isFalse();
    }

    // --- who is the instance ---

    private ScriptedExchange from(String invocation, String method, String path) {
        return ScriptedExchange.of(method, path, method.equals("POST") ? -1 : 0, "authorization", "Bearer " + instance.token(),
                ControlPaths.INVOCATION_HEADER, invocation);
    }

    @Test
    void secondInvocationWithTheSamePayloadIsNotExpectedWhileTheFirstServes() throws Exception {
        assertThat(status(from("a1", "POST", ControlPaths.ping(instance.id())))).isEqualTo(200);
        for (String path : new String[] {ControlPaths.ping(instance.id()), ControlPaths.close(instance.id()),
                ControlPaths.sharedUplink(instance.id()), ControlPaths.channel(instance.id(), "1")}) {
            ScriptedExchange second = from("a2", path.endsWith("1") ? "GET" : "POST", path);
            assertThat(status(second)).as(path).isEqualTo(409);
            assertThat(second.trusted()).isFalse();
        }
        assertThat(instance.state()).as("nobody has closed it").isEqualTo(Instance.State.STARTING);
        answer(bed.channel(instance)); // of an extension that does not say which invocation it is
        assertThat(status(from("a1", "POST", ControlPaths.ping(instance.id())))).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "A1", "a1 ", "00000000000000000000000000000000000000000000000000000000000000000"})
    void invocationsNumberIsHexAndNotLong(String number) throws Exception {
        assertThat(status(from(number, "POST", ControlPaths.ping(instance.id())))).isEqualTo(409);
        assertThat(status(from("a1", "POST", ControlPaths.ping(instance.id())))).as("it was not remembered").isEqualTo(200);
    }

    // --- what is passed on ---

    @Test
    void deadlineThatAPingCarriesMakesTheInstanceGiveWayToAnother() throws Exception {
        answer(bed.channel(instance));
        long soon = System.currentTimeMillis() + 5_000;
        status(ScriptedExchange.of("POST", ControlPaths.ping(instance.id()), "authorization", "Bearer " + instance.token(),
                ControlPaths.DEADLINE_HEADER, Long.toString(soon)));
        assertThat(deadlineIn()).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(5));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-5", "soon", "9999999999999999999999", "1e3", "12:", "/12"})
    void deadlineThatIsNoNumberIsIgnored(String deadline) throws Exception {
        answer(bed.channel(instance));
        assertThat(status(ScriptedExchange.of("POST", ControlPaths.ping(instance.id()), "authorization", "Bearer " + instance.token(),
                ControlPaths.DEADLINE_HEADER, deadline)))
                .isEqualTo(200);
        assertThat(deadlineIn()).as("not said").isEqualTo(Duration.ofMillis(-1));
    }

    @Test
    void deadlineFarAheadCountsAsTheLongestInvocation() throws Exception {
        answer(bed.channel(instance));
        status(ScriptedExchange.of("POST", ControlPaths.ping(instance.id()), "authorization", "Bearer " + instance.token(),
                ControlPaths.DEADLINE_HEADER, "990000000000000"));
        assertThat(deadlineIn()).isBetween(Duration.ofMinutes(14), Duration.ofMinutes(15));
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT1H", "-PT1H"})
    void thisHostsClockMayBeWrongOrJumpWhereTheExtensionSaysWhatIsLeft(Duration by) throws Exception {
        FakeClock clock = new FakeClock(Instant.now().plus(by));
        RouterBed wrong = new RouterBed(RouterBed.oneAtATime(), clock);
        wrong.client(ScriptedExchange.of("GET", "/a"));
        instance = wrong.invoked();
        for (int i = 0; i < 3; i++) {
            done(wrong.control(ScriptedExchange.of("POST", ControlPaths.ping(instance.id()), "authorization", "Bearer " + instance.token(),
                    ControlPaths.REMAINING_HEADER, "300000", ControlPaths.DEADLINE_HEADER,
                    Long.toString(System.currentTimeMillis() + 300_000))));
            assertThat(deadlineIn()).isEqualTo(Duration.ofSeconds(300));
            clock.setWallClock(by.negated());
        }
    }

    @Test
    void whatTheEnvironmentIsIsKnownBeforeItsFirstSlotAndTheFirstWordCounts() throws Exception {
        assertThat(view().description()).isNull();
        for (String said : new String[] {"nonsense", "version=7 memory=512 arch=arm64", "version=8 memory=512 arch=arm64"}) {
            status(ScriptedExchange.of("POST", ControlPaths.ping(instance.id()), "authorization", "Bearer " + instance.token(),
                    ControlPaths.ENVIRONMENT_HEADER, said));
        }
        assertThat(view().description()).isEqualTo(new Description("7", 512, true));
        answer(bed.channel(instance));
        assertThat(instance.pool().snapshot().versions()).isEqualTo(java.util.Map.of("7", 1));
    }

    /// How long the pool believes that the instance has.
    private Duration deadlineIn() {
        return Duration.ofMillis(view().closesInMillis());
    }

    private InstanceView view() {
        return instance.pool().view().instances().getFirst();
    }

    @Test
    void pingIsASignOfLife() throws Exception {
        await(() -> view().silentMillis() >= 500);
        status(RouterBed.asInstance(instance, "POST", ControlPaths.ping(instance.id())));
        assertThat(view().silentMillis()).isLessThan(500);
    }

    @Test
    void downlinkThatIsLostLeavesNoSlot() throws Exception {
        RouterBed.Played channel = bed.channel(instance);
        answer(channel);
        await(() -> freeSlots() == 1);
        channel.down().goes();
        assertThat(freeSlots()).isZero();
        done(channel.served());
    }

    @Test
    void uplinkThatIsLostLeavesNoSlotAndBreaksTheDownlinkOff() throws Exception {
        RouterBed.Played channel = bed.channel(instance);
        answer(channel);
        await(() -> freeSlots() == 1);
        channel.up().goes();
        assertThat(freeSlots()).isZero();
        assertThat(channel.down().aborted()).isTrue();
    }

    // --- what is left ---

    @Test
    void channelWhoseDownlinkWasLostMayBeOpenedAnew() throws Exception {
        String path = ControlPaths.channel(instance.id(), "1");
        ScriptedExchange down = RouterBed.asInstance(instance, "GET", path);
        CompletableFuture<Void> served = bed.control(down);
        down.await(() -> down.events().contains("flush"));
        down.goes();
        done(served);
        ScriptedExchange again = RouterBed.asInstance(instance, "GET", path);
        bed.control(again);
        again.await(() -> again.events().contains("flush"));
        assertThat(again.status()).isEqualTo(200);
        ScriptedExchange up = RouterBed.asInstance(instance, "POST", path);
        bed.control(up);
        answer(new RouterBed.Played(again, up, null));
    }

    @Test
    void channelsOfTwoInstancesMayHaveTheSameId() throws Exception {
        bed.client(ScriptedExchange.of("GET", "/a", "x-lambda-name", "other-1"));
        Instance second = bed.invoked();
        ScriptedExchange down = RouterBed.asInstance(instance, "GET", ControlPaths.channel(instance.id(), "1"));
        ScriptedExchange other = RouterBed.asInstance(second, "GET", ControlPaths.channel(second.id(), "1"));
        bed.control(down);
        bed.control(other);
        down.await(() -> down.events().contains("flush"));
        other.await(() -> other.events().contains("flush"));
        assertThat(other.status()).isEqualTo(200);
    }

    @Test
    void channelThatIsCompleteOnlyWhenItsInstanceClosesIsEnded() throws Exception {
        RouterBed.Played first = bed.channel(instance);
        first.awaitRequest("\r\n\r\n");
        String path = ControlPaths.channel(instance.id(), "9");
        ScriptedExchange down = RouterBed.asInstance(instance, "GET", path);
        bed.control(down);
        down.await(() -> down.events().contains("flush"));
        status(RouterBed.asInstance(instance, "POST", ControlPaths.close(instance.id())));
        ScriptedExchange up = RouterBed.asInstance(instance, "POST", path);
        CompletableFuture<Void> served = bed.control(up);
        down.await(down::ended);
        done(served);
        answer(first);
    }

    @Test
    void closeIsPassedOn() throws Exception {
        RouterBed.Played channel = bed.channel(instance);
        answer(channel);
        ScriptedExchange close = RouterBed.asInstance(instance, "POST", ControlPaths.close(instance.id()));
        status(close);
        assertThat(instance.state()).isNotEqualTo(Instance.State.OPEN);
        channel.down().await(channel.down()::ended);
    }

    // --- one channel by itself ---

    @Test
    void channelTakesOneUplinkAndNoneOnceItIsOver() {
        ScriptedExchange up = ScriptedExchange.of("POST", "/", -1);
        ControlChannel channel = new ControlChannel(instance, ScriptedExchange.of("GET", "/"));
        assertThat(channel.attach(up)).isTrue();
        assertThat(channel.attach(ScriptedExchange.of("POST", "/", -1))).isFalse();
        assertThat(channel.isOver()).isFalse();
        ControlChannel over = new ControlChannel(instance, ScriptedExchange.of("GET", "/"));
        over.halvesOver();
        assertThat(over.attach(up)).isFalse();
        assertThat(over.isOver()).isTrue();
    }

    @Test
    void channelIsCleanWhileNothingCameThatNobodyAskedFor() throws IOException {
        ScriptedExchange up = ScriptedExchange.of("POST", "/", -1);
        ControlChannel channel = new ControlChannel(instance, ScriptedExchange.of("GET", "/"));
        channel.attach(up);
        assertThat(channel.clean()).isTrue();
        up.sends("x");
        assertThat(channel.clean()).as("it waits in the uplink").isFalse();
        channel.input().fill();
        assertThat(channel.clean()).as("it waits in the buffer").isFalse();
        channel.input().skip(1);
        assertThat(channel.clean()).isTrue();
        assertThat(channel.supply("abc".getBytes(), 0, 3)).isTrue();
        assertThat(channel.clean()).isFalse();
        up.endsBody();
        assertThat(channel.supply("abc".getBytes(), 0, 3)).as("its uplink is over").isFalse();
    }

    @Test
    void channelRemembersThatItsInstanceFellSilentAndNotThatItDied() {
        ScriptedExchange down = ScriptedExchange.of("GET", "/");
        ScriptedExchange up = ScriptedExchange.of("POST", "/", -1);
        ControlChannel silent = new ControlChannel(instance, down);
        silent.attach(up);
        assertThat(silent.fellSilent()).isFalse();
        silent.reset(false);
        assertThat(silent.fellSilent()).isTrue();
        assertThat(down.aborted()).isTrue();
        assertThat(up.aborted()).isTrue();
        assertThat(silent.isOver()).isTrue();
        ControlChannel dead = new ControlChannel(instance, ScriptedExchange.of("GET", "/"));
        dead.reset(true); // without an uplink yet
        assertThat(dead.fellSilent()).isFalse();
        assertThat(dead.isOver()).isTrue();
    }

    @Test
    void channelThatIsCancelledEndsBothHalves() {
        ScriptedExchange down = ScriptedExchange.of("GET", "/");
        ScriptedExchange up = ScriptedExchange.of("POST", "/", -1);
        ControlChannel channel = new ControlChannel(instance, down);
        channel.attach(up);
        channel.finish(new ChannelOutcome.Cancelled(false));
        assertThat(down.aborted()).isTrue();
        assertThat(up.aborted()).isTrue();
        assertThat(channel.isOver()).isTrue();
    }

    @Test
    void channelThatCanNotSayGoodByeIsBrokenOffAndOverAllTheSame() throws Exception {
        ScriptedExchange down = ScriptedExchange.of("GET", "/");
        down.takesNothing(new IOException("gone"));
        ControlChannel channel = new ControlChannel(instance, down);
        channel.end();
        channel.awaitEnd();
        assertThat(down.aborted()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/nowhere", "/v1/instances/00112233445566778899aabbccddeeff/ping", "/health"})
    void whoHasNoTokenIsAnsweredAtOnceWhateverHeHasYetToSay(String path) throws Exception {
        ScriptedExchange stranger = ScriptedExchange.of(path.equals("/health") ? "GET" : "POST", path, -1);
        stranger.sends("x");
        done(bed.control(stranger));
        assertThat(stranger.status()).isIn(200, 404, 409);
        assertThat(stranger.available()).as("nothing is waited for").isEqualTo(1);
    }
}
