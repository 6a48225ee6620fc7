// SPDX-License-Identifier: MIT
package lambdadispatch.router.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import lambdadispatch.invoke.InvokeResult;
import lambdadispatch.protocol.ControlPaths;
import lambdadispatch.router.RouterBed;
import lambdadispatch.router.dispatch.Instance;
import lambdadispatch.support.FakeClock;
import lambdadispatch.support.ScriptedExchange;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class ControlHandlerTest {
    private static final String NOBODY = "0123456789abcdef0123456789abcdef";

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
        assertThat(exchange.text()).isIn("", "OK\n", "not found\n");
        return exchange.status();
    }

    private void answer(RouterBed.Played channel) throws Exception {
        channel.awaitRequest("\r\n\r\n");
        channel.respond("HTTP/1.1 204 No Content\r\n\r\n");
        done(request);
    }

    // --- who may ---

    @Test
    void healthNeedsNoToken() throws Exception {
        assertThat(status(ScriptedExchange.of("GET", "/health"))).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/ping", "/a", "//health", "/health?x", "/v1/instances", "/v1/instances/", "/v1/instances/0",
            "/v1/instances/0/", "/v1/instances/0/channels",
            "/v1/instances/0/channels/", "/v1/instances/0/channels/0/", "/v1/instances/0/ping/", "/v1/instances/0/ping?x",
            "/v1/instances/XYZ/ping", "/v1/instances/0/channels/g",
        "/v1/instances/../ping", "/v2/instances/0/ping"})
    void anyOtherPathIs404(String path) throws Exception {
        assertThat(status(RouterBed.asInstance(instance, "GET", path))).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ping", "close", "uplink", "channels/1"})
    void missingOrWrongTokenIs401(String what) throws Exception {
        String path = "/v1/instances/" + instance.id() + "/" + what;
        String method = what.startsWith("channels") ? "GET" : "POST";
        String wrong = instance.token().substring(1) + (instance.token().endsWith("0") ? "1" : "0");
        for (String authorization : new String[] {"Bearer " + wrong, "Bearer ", "Bearer " + instance.token() + "0", instance.token(),
                "bearer " + instance.token(), "Basic " + instance.token(),
            "Bearer " + instance.token().toUpperCase(java.util.Locale.ROOT).replace('0', 'O')}) {
            assertThat(status(ScriptedExchange.of(method, path, "authorization", authorization))).as(authorization).isEqualTo(401);
        }
        assertThat(status(ScriptedExchange.of(method, path))).isEqualTo(401);
    }

    @Test
    void oneInstancesTokenIsOfNoUseForAnother() throws Exception {
        RouterBed.Played channel = bed.channel(instance);
        answer(channel);
        CompletableFuture<Void> other = bed.client(ScriptedExchange.of("GET", "/a", "x-lambda-name", "other-1"));
        Instance second = bed.invoked();
        assertThat(status(ScriptedExchange.of("POST", ControlPaths.ping(second.id()), "authorization", "Bearer " + instance.token())))
                .isEqualTo(401);
        assertThat(status(RouterBed.asInstance(second, "POST", ControlPaths.ping(second.id())))).isEqualTo(200);
        assertThat(other).isNotDone();
    }

    @Test
    void unknownInstanceIs409() throws Exception {
        assertThat(status(RouterBed.asInstance(instance, "POST", ControlPaths.ping(NOBODY)))).isEqualTo(409);
        assertThat(status(RouterBed.asInstance(instance, "GET", ControlPaths.channel(NOBODY, "1")))).isEqualTo(409);
    }

    @Test
    void instanceWhoseInvokeHasEndedIs409() throws Exception {
        instance.pool().invokeEnded(instance, new InvokeResult.Returned(new byte[0]), "");
        assertThat(status(RouterBed.asInstance(instance, "POST", ControlPaths.ping(instance.id())))).isEqualTo(409);
        assertThat(status(RouterBed.asInstance(instance, "GET", ControlPaths.channel(instance.id(), "1")))).isEqualTo(409);
    }

    @ParameterizedTest
    @CsvSource({"GET,ping", "GET,close", "GET,uplink", "PUT,channels/1", "DELETE,channels/1", "HEAD,ping"})
    void wrongMethodIs405(String method, String what) throws Exception {
        assertThat(status(RouterBed.asInstance(instance, method, "/v1/instances/" + instance.id() + "/" + what))).isEqualTo(405);
    }

    // --- channels ---

    @Test
    void downlinksHeadIsFlushedAtOnceAndNothingIsDispatchedBeforeBothHalvesAreThere() throws Exception {
        String path = ControlPaths.channel(instance.id(), "1");
        ScriptedExchange down = RouterBed.asInstance(instance, "GET", path);
        bed.control(down);
        down.await(() -> down.events().contains("flush"));
        assertThat(down.status()).isEqualTo(200);
        assertThat(down.text()).isEmpty();
        ScriptedExchange up = RouterBed.asInstance(instance, "POST", path);
        bed.control(up);
        answer(new RouterBed.Played(down, up, null));
    }

    @Test
    void uplinkWithoutItsDownlinkIs409() throws Exception {
        assertThat(status(RouterBed.asInstance(instance, "POST", ControlPaths.channel(instance.id(), "1")))).isEqualTo(409);
    }

    @Test
    void secondDownlinkOfAChannelThatWaitsForItsUplinkIs409() throws Exception {
        String path = ControlPaths.channel(instance.id(), "1");
        ScriptedExchange down = RouterBed.asInstance(instance, "GET", path);
        bed.control(down);
        down.await(() -> down.events().contains("flush"));
        assertThat(status(RouterBed.asInstance(instance, "GET", path))).isEqualTo(409);
    }

    @Test
    void secondUplinkIs409() throws Exception {
        RouterBed.Played channel = bed.channel(instance);
        channel.awaitRequest("\r\n\r\n");
        assertThat(status(RouterBed.asInstance(instance, "POST", channel.up().request().target()))).isEqualTo(409);
        answer(channel);
    }

    @Test
    void moreThanTwiceTheChannelsItWasAskedForAre429UntilOneHasEnded() throws Exception {
        RouterBed.Played first = bed.channel(instance); // asked for one
        answer(first);
        RouterBed.Played second = bed.channel(instance);
        assertThat(status(RouterBed.asInstance(instance, "GET", ControlPaths.channel(instance.id(), "99")))).isEqualTo(429);
        second.lost();
        ScriptedExchange third = RouterBed.asInstance(instance, "GET", ControlPaths.channel(instance.id(), "98"));
        while (third.status() != 200) { // the handler of the one that was lost is on its way out
            third = RouterBed.asInstance(instance, "GET", ControlPaths.channel(instance.id(), "98"));
            ScriptedExchange asked = third;
            bed.control(asked);
            asked.await(() -> asked.status() != 0);
        }
    }

    /// One token may hold so many connections, whatever else it asks for on them, and so much of what all connections may cost.
    @Test
    void moreConnectionsThanAnyExtensionOpensAre429UntilOneHasEnded() throws Exception {
        List<ScriptedExchange> open = new ArrayList<>();
        for (int i = 0; i < ChannelAllowance.mostConnections(1); i++) {
            ScriptedExchange kept = RouterBed.asInstance(instance, "POST", ControlPaths.ping(instance.id())).beside(other());
            bed.control(kept).get(20, TimeUnit.SECONDS);
            assertThat(kept.status()).isEqualTo(200);
            open.add(kept);
        }
        assertThat(status(RouterBed.asInstance(instance, "POST", ControlPaths.ping(instance.id())))).isEqualTo(429);
        ScriptedExchange again = RouterBed.asInstance(instance, "POST", ControlPaths.ping(instance.id())).beside(open.getFirst());
        assertThat(status(again)).as("on one that it has").isEqualTo(200);
        open.getFirst().connectionIsLost();
        assertThat(status(RouterBed.asInstance(instance, "POST", ControlPaths.ping(instance.id())))).isEqualTo(200);
        ScriptedExchange late = RouterBed.asInstance(instance, "POST", ControlPaths.ping(instance.id())).beside(open.getFirst());
        assertThat(status(late)).as("on one that is over").isEqualTo(429);
    }

    private static ScriptedExchange other() {
        return ScriptedExchange.of("GET", "/");
    }

    @Test
    void pingsHaveABurstAndARate() {
        ChannelAllowance allowance = new ChannelAllowance();
        long now = System.nanoTime();
        for (int i = 0; i < 100; i++) {
            assertThat(allowance.pings(instance, now)).isTrue();
        }
        assertThat(allowance.pings(instance, now)).isFalse();
        assertThat(allowance.pings(instance, now + 50_000_000)).isTrue();
        assertThat(allowance.pings(instance, now + 50_000_000)).isFalse();
    }

    @Test
    void morePingsThanAnyExtensionSendsAre429() throws Exception {
        FakeClock still = new FakeClock(Instant.EPOCH);
        RouterBed quiet = new RouterBed(RouterBed.oneAtATime(), still);
        quiet.client(ScriptedExchange.of("GET", "/a"));
        Instance other = quiet.invoked();
        ScriptedExchange last = null;
        for (int i = 0; i <= 100; i++) {
            last = RouterBed.asInstance(other, "POST", ControlPaths.ping(other.id()));
            done(quiet.control(last));
            assertThat(last.status()).isEqualTo(i < 100 ? 200 : 429);
        }
    }

    // --- go away ---

    @Test
    void closeLetsTheExchangeFinishAndEndsTheDownlinkThen() throws Exception {
        RouterBed.Played channel = bed.channel(instance);
        channel.awaitRequest("\r\n\r\n");
        assertThat(status(RouterBed.asInstance(instance, "POST", ControlPaths.close(instance.id())))).isEqualTo(200);
        assertThat(channel.down().ended()).isFalse();
        answer(channel);
        channel.down().await(() -> channel.down().ended());
        assertThat(channel.down().aborted()).isFalse();
        done(channel.served());
        assertThat(channel.up().status()).isEqualTo(200);
    }

    @Test
    void closeEndsAnIdleDownlinkAtOnceAndDispatchesNothingMore() throws Exception {
        RouterBed.Played channel = bed.channel(instance);
        answer(channel);
        String before = channel.down().text();
        assertThat(status(RouterBed.asInstance(instance, "POST", ControlPaths.close(instance.id())))).isEqualTo(200);
        channel.down().await(() -> channel.down().ended());
        bed.client(ScriptedExchange.of("GET", "/late"));
        assertThat(bed.invoked()).isNotSameAs(instance);
        assertThat(channel.down().text()).isEqualTo(before);
    }

    @Test
    void instanceThatIsBeingClosedOpensNoMoreChannels() throws Exception {
        RouterBed.Played channel = bed.channel(instance);
        channel.awaitRequest("\r\n\r\n");
        status(RouterBed.asInstance(instance, "POST", ControlPaths.close(instance.id())));
        assertThat(status(RouterBed.asInstance(instance, "GET", ControlPaths.channel(instance.id(), "9")))).isEqualTo(409);
        answer(channel);
    }
}
