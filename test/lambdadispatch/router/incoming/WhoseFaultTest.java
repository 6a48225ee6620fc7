// SPDX-License-Identifier: MIT
package lambdadispatch.router.incoming;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import lambdadispatch.http.message.BadMessage;
import lambdadispatch.http.message.HeaderName;
import lambdadispatch.net.NoRoom;
import lambdadispatch.protocol.ControlPaths;
import lambdadispatch.protocol.HeadLimits;
import lambdadispatch.router.RouterBed;
import lambdadispatch.router.dispatch.Instance;
import lambdadispatch.router.dispatch.PoolSettings;
import lambdadispatch.support.ScriptedExchange;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Who pays for a broken exchange: a client's and an app's faults cost that exchange alone, however many there are; the environment's cost
/// its instance new requests, and never those that run well on it. One instance with many channels; on the first of them a bystander is
/// served all the time.
@Timeout(60)
class WhoseFaultTest {
    private static final String OK = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
    private static final int MANY = 12;

    private final RouterBed bed = new RouterBed(onlyInstance());
    private final ScriptedExchange bystander = ScriptedExchange.of("GET", "/stream");
    private RouterBed.Dispatched stream;
    private Instance instance;
    private RouterBed.Played idle;

    private static PoolSettings onlyInstance() {
        PoolSettings d = PoolSettings.DEFAULTS;
        return d.withChannels(10, 10)
                .with(new PoolSettings.Scaling(d.scaling().algorithm(), 1, new PoolSettings.InstanceCounts(0, 1), Duration.ofDays(1)));
    }

    @BeforeEach
    void bystanderIsServed() throws Exception {
        stream = bed.dispatched(bystander);
        instance = stream.instance();
        stream.channel().respond("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\none\r\n");
        bystander.await(() -> bystander.flushedText().equals("one"));
        idle = opened(1);
    }

    /// Another channel of the instance.
    /// @param free idle ones with it
    private RouterBed.Played opened(int free) throws InterruptedException {
        RouterBed.Played channel = bed.channel(instance);
        while (bed.pools().defaultPool().snapshot().freeSlots() < free) {
            Thread.onSpinWait();
        }
        return channel;
    }

    /// How one exchange ends badly.
    private interface Mishap {
        void happens(ScriptedExchange client, RouterBed.Played channel) throws Exception;
    }

    /// Each on a fresh channel, which is what an extension offers after one that broke; a channel that came last is taken first.
    private void manyTimes(Mishap mishap, boolean withBody) throws Exception {
        for (int i = 0; i < MANY; i++) {
            RouterBed.Played channel = opened(2);
            ScriptedExchange client = withBody ? ScriptedExchange.of("POST", "/broken", -1, "transfer-encoding", "chunked")
                    : ScriptedExchange.of("GET", "/broken");
            CompletableFuture<Void> done = bed.client(client);
            channel.awaitRequest("");
            mishap.happens(client, channel);
            done.handle((nothing, why) -> nothing).get(20, TimeUnit.SECONDS);
            channel.down().await(() -> channel.down().aborted());
        }
    }

    /// Without another sign of life from the instance: it takes a request at once, on a channel that was idle all the time, and the
    /// bystander gets the rest.
    private void nothingElseHappened() throws Exception {
        bed.pools().tick();
        assertThat(instance.state()).isEqualTo(Instance.State.OPEN);
        ScriptedExchange next = ScriptedExchange.of("POST", "/next", 0);
        CompletableFuture<Void> done = bed.client(next);
        idle.awaitRequest("");
        idle.respond(OK);
        done.get(20, TimeUnit.SECONDS);
        assertThat(next.text()).isEqualTo("ok");
        theBystanderGetsTheRest();
    }

    private void theBystanderGetsTheRest() throws Exception {
        stream.answer("3\r\ntwo\r\n0\r\n\r\n");
        assertThat(bystander.text()).isEqualTo("onetwo");
        assertThat(bystander.ended()).isTrue();
    }

    /// The account of memory ends a stream, or has no room for what comes on it: an instance can do nothing about that.
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void channelsThatThereIsNoRoomFor(boolean uplink) throws Exception {
        manyTimes((client, channel) -> {
            channel.respond("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf");
            client.await(() -> client.flushedText().equals("half"));
            ScriptedExchange half = uplink ? channel.up() : channel.down();
            half.memory().starves();
            channel.up().breaksBody(new NoRoom("this stream"));
            half.goes();
            client.await(client::aborted);
        }, false);
        nothingElseHappened();
    }

    @Test
    void answersThatThereIsNoRoomForAre503() throws Exception {
        manyTimes((client, channel) -> {
            channel.up().memory().starves();
            channel.up().breaksBody(new NoRoom("this stream"));
            client.await(() -> client.status() == 503);
            channel.up().goes();
        }, true);
        nothingElseHappened();
    }

    @Test
    void answersThatTheAppBreaksOff() throws Exception {
        manyTimes((client, channel) -> {
            channel.respond("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf");
            client.await(() -> client.flushedText().equals("half"));
            channel.up().endsBody();
            client.await(client::aborted);
        }, false);
        nothingElseHappened();
    }

    @ParameterizedTest
    @ValueSource(strings = {"junk\r\n\r\n", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nZZ\r\n",
            "HTTP/1.1 101 Switching Protocols\r\n\r\n", OK + "more"})
    void answersThatAreGarbledOrTooLong(String octets) throws Exception {
        manyTimes((client, channel) -> channel.respond(octets), false);
        nothingElseHappened();
    }

    @Test
    void clientsThatLeave() throws Exception {
        manyTimes((client, channel) -> client.goes(), false);
        nothingElseHappened();
    }

    @Test
    void bodiesThatClientsBreak() throws Exception {
        manyTimes((client, channel) -> client.breaksBody(new BadMessage(400, "malformed chunk size")), true);
        nothingElseHappened();
    }

    @Test
    void trailersThatAreLongerThanTheNextHopTakes() throws Exception {
        manyTimes((client, channel) -> client.endsBody("a", "b".repeat(70_000)), true);
        nothingElseHappened();
    }

    @Test
    void answersThatClientsDoNotTake() throws Exception {
        manyTimes((client, channel) -> {
            client.takesNothing(new IOException("broken pipe"));
            channel.respond("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf");
        }, false);
        nothingElseHappened();
    }

    @Test
    void instanceThatBreaksEveryExchangeIsDrainedAndNotCutWhileOthersRunWellOnIt() throws Exception {
        manyTimes((client, channel) -> channel.lost(), true);
        bed.pools().tick();
        assertThat(instance.state()).isEqualTo(Instance.State.DRAINING);
        theBystanderGetsTheRest();
    }

    @Test
    void headAsLongAsTheExtensionTakesIsTakenWithWhatTheExtensionAddsToIt() throws Exception {
        RouterBed.Played channel = opened(2);
        ScriptedExchange client = ScriptedExchange.of("GET", "/long");
        CompletableFuture<Void> done = bed.client(client);
        channel.awaitRequest("");
        int fields = HeadLimits.RESPONSE_FIELDS - 1;
        String field = "x:" + "y".repeat((HeadLimits.RESPONSE_BYTES - 40) / fields - 4);
        channel.respond(
                "HTTP/1.1 200 OK\r\n" + (field.replace(":", ": ") + "\r\n").repeat(fields) + "transfer-encoding: chunked\r\n\r\n0\r\n\r\n");
        done.get(20, TimeUnit.SECONDS);
        assertThat(client.status()).isEqualTo(200);
        assertThat(client.sent().size()).isEqualTo(fields);
    }

    @Test
    void whatTheExtensionSaysOfAFaultIsForTheRouterAlone() throws Exception {
        RouterBed.Played channel = opened(2);
        ScriptedExchange client = ScriptedExchange.of("GET", "/a");
        CompletableFuture<Void> done = bed.client(client);
        channel.awaitRequest("");
        channel.respond("HTTP/1.1 502 Bad Gateway\r\ncontent-length: 2\r\n" + ControlPaths.FAULT_HEADER + ": app\r\n\r\nno");
        done.get(20, TimeUnit.SECONDS);
        assertThat(client.text()).isEqualTo("no");
        assertThat(client.sent().contains(HeaderName.X_LAMBDA_FAULT)).isFalse();
    }
}
