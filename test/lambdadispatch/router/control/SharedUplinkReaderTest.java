// SPDX-License-Identifier: MIT
package lambdadispatch.router.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import lambdadispatch.base.Bytes;
import lambdadispatch.protocol.ControlPaths;
import lambdadispatch.protocol.SharedUplinkEntry;
import lambdadispatch.router.RouterBed;
import lambdadispatch.router.dispatch.Instance;
import lambdadispatch.router.dispatch.PoolSettings;
import lambdadispatch.support.ScriptedExchange;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class SharedUplinkTest {
    private final RouterBed bed = new RouterBed(PoolSettings.DEFAULTS);
    private final ScriptedExchange first = ScriptedExchange.of("GET", "/first");
    private CompletableFuture<Void> firstDone;
    private Instance instance;
    private ScriptedExchange shared;
    private CompletableFuture<Void> sharedDone;

    @BeforeEach
    void instanceOpensItsSharedUplink() throws InterruptedException {
        firstDone = bed.client(first);
        instance = bed.invoked();
        shared = RouterBed.asInstance(instance, "POST", ControlPaths.sharedUplink(instance.id()));
        sharedDone = bed.control(shared);
    }

    /// A channel with a number, on the shared uplink's connection.
    private ScriptedExchange channel(int number) throws InterruptedException {
        String path = ControlPaths.channel(instance.id(), Integer.toHexString(number));
        ScriptedExchange down = RouterBed.asInstance(instance, "GET", path).beside(shared);
        bed.control(down);
        down.await(() -> down.events().contains("flush"));
        assertThat(down.sent().get(lambdadispatch.http.message.HeaderName.of(ControlPaths.SHARED_UPLINK_HEADER))).isEqualTo("1");
        bed.control(ScriptedExchange.of("POST", path, -1, "authorization", "Bearer " + instance.token(), ControlPaths.CHANNEL_NUMBER_HEADER,
                Integer.toString(number)).beside(shared));
        return down;
    }

    private static String entry(int channel, String response) {
        byte[] octets = response.getBytes(StandardCharsets.ISO_8859_1);
        Bytes out = new Bytes();
        SharedUplinkEntry.append(out, channel, octets, 0, octets.length);
        return new String(out.array(), 0, out.length(), StandardCharsets.ISO_8859_1);
    }

    private static String response(String body) {
        return "HTTP/1.1 200 OK\r\ncontent-length: " + body.length() + "\r\n\r\n" + body;
    }

    private static void await(CompletableFuture<Void> done) throws Exception {
        done.get(20, TimeUnit.SECONDS);
    }

    @Test
    void entriesAnswerTheRequestsOfTheirChannelsWhereverTheyAreSplit() throws Exception {
        channel(7).await(() -> instance.state() == Instance.State.OPEN);
        ScriptedExchange other = ScriptedExchange.of("GET", "/other");
        ScriptedExchange down = channel(300);
        CompletableFuture<Void> otherDone = bed.client(other);
        down.await(() -> down.text().contains("/other"));
        String entries = entry(300, response("for other")) + entry(7, response("for first"));
        for (char octet : entries.toCharArray()) {
            shared.sends(String.valueOf(octet));
        }
        await(firstDone);
        await(otherDone);
        assertThat(first.text()).isEqualTo("for first");
        assertThat(other.text()).isEqualTo("for other");
        shared.endsBody();
        await(sharedDone);
        assertThat(shared.status()).isEqualTo(200);
    }

    @Test
    void entryOfAChannelThatIsNotThereIsDropped() throws Exception {
        ScriptedExchange down = channel(1);
        down.await(() -> down.text().contains("/first"));
        shared.sends(entry(2, response("nobody's")) + entry(1, response("mine")));
        await(firstDone);
        assertThat(first.text()).isEqualTo("mine");
    }

    @Test
    void entryThatIsTooLongOrCutOffCostsEveryChannel() throws Exception {
        ScriptedExchange down = channel(1);
        down.await(() -> down.text().contains("/first"));
        shared.sends(entry(1, "x".repeat(SharedUplinkEntry.LONGEST + 1)));
        assertThatThrownBy(() -> await(sharedDone)).isInstanceOf(ExecutionException.class).hasMessageContaining("entry of 8193 bytes");
        down.await(down::aborted);
        assertThat(firstDone).as("tried again elsewhere").isNotDone();
    }

    @Test
    void moreThanAnybodyAskedForCostsItsChannelAndIsNotKept() throws Exception {
        ScriptedExchange down = channel(1);
        down.await(() -> down.text().contains("/first"));
        shared.sends(entry(1, response("mine")));
        await(firstDone);
        for (int i = 0; i < 20; i++) {
            shared.sends(entry(1, "x".repeat(SharedUplinkEntry.LONGEST)));
        }
        down.await(down::aborted);
        assertThat(sharedDone).as("the others go on").isNotDone();
    }

    @Test
    void endInsideAnEntryCostsEveryChannel() throws Exception {
        ScriptedExchange down = channel(1);
        down.await(() -> down.text().contains("/first"));
        shared.sends(entry(1, response("whole")).substring(0, 20));
        shared.endsBody();
        assertThatThrownBy(() -> await(sharedDone)).isInstanceOf(ExecutionException.class).hasMessageContaining("inside an entry");
        down.await(down::aborted);
    }

    // --- two instances on one connection, and channels that are over ---

    private static ScriptedExchange uplink() {
        return ScriptedExchange.of("POST", "/", -1);
    }

    private ControlChannel attached(Instance of, ScriptedExchange up) {
        ControlChannel channel = new ControlChannel(of, ScriptedExchange.of("GET", "/"));
        channel.attach(up);
        return channel;
    }

    private void runs(SharedUplinkReader uplink, Instance of, String... entries) throws Exception {
        ScriptedExchange from = uplink();
        for (String each : entries) {
            from.sends(each);
        }
        from.endsBody();
        uplink.run(from, of);
    }

    @Test
    void entryForAnothersChannelIsDropped() throws Exception {
        bed.client(ScriptedExchange.of("GET", "/a", "x-lambda-name", "other-1"));
        Instance second = bed.invoked();
        SharedUplinkReader both = new SharedUplinkReader();
        ScriptedExchange mine = uplink();
        ScriptedExchange others = uplink();
        both.register("1", attached(instance, mine));
        both.register("2", attached(second, others));
        runs(both, instance, entry(2, "stolen"), entry(1, "mine"));
        assertThat(others.available()).isZero();
        assertThat(mine.available()).isEqualTo(4);
        runs(both, second, entry(2, "own"));
        assertThat(others.available()).isEqualTo(3);
    }

    @Test
    void whatOneInstanceLosesCostsNoChannelOfAnother() throws Exception {
        bed.client(ScriptedExchange.of("GET", "/a", "x-lambda-name", "other-1"));
        Instance second = bed.invoked();
        SharedUplinkReader both = new SharedUplinkReader();
        ControlChannel mine = attached(instance, uplink());
        ControlChannel others = attached(second, uplink());
        both.register("1", mine);
        both.register("2", others);
        both.loseChannels(instance);
        assertThat(mine.isOver()).isTrue();
        assertThat(others.isOver()).isFalse();
    }

    @Test
    void channelThatIsOverIsForgottenAndItsNumberIsFreeForAnother() throws Exception {
        SharedUplinkReader uplink = new SharedUplinkReader();
        ScriptedExchange old = uplink();
        ControlChannel first = attached(instance, old);
        uplink.register("7", first);
        uplink.forget(first);
        runs(uplink, instance, entry(7, "late"));
        assertThat(old.available()).as("nobody has that number").isZero();
        ScriptedExchange next = uplink();
        ControlChannel second = attached(instance, next);
        uplink.register("7", second);
        uplink.forget(first);
        runs(uplink, instance, entry(7, "new"));
        assertThat(next.available()).as("a late good-bye does not take the number from its new owner").isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "x", "1234567890", " 1"})
    void numberThatIsNoneIsNotRegistered(String number) throws Exception {
        SharedUplinkReader uplink = new SharedUplinkReader();
        ScriptedExchange up = uplink();
        uplink.register(number, attached(instance, up));
        uplink.register(null, attached(instance, up));
        runs(uplink, instance, entry(1, "x"), entry(0, "x"));
        assertThat(up.available()).isZero();
    }

    @Test
    void channelThatCanNotTakeItsEntryIsLostAndTheOthersGoOn() throws Exception {
        SharedUplinkReader uplink = new SharedUplinkReader();
        ScriptedExchange over = uplink();
        over.endsBody();
        ScriptedExchange open = uplink();
        ControlChannel first = attached(instance, over);
        ControlChannel second = attached(instance, open);
        uplink.register("1", first);
        uplink.register("2", second);
        runs(uplink, instance, entry(1, "lost"), entry(2, "kept"));
        assertThat(first.isOver()).isTrue();
        assertThat(second.isOver()).isFalse();
        assertThat(open.available()).isEqualTo(4);
    }

    @Test
    void longestEntryIsTakenAndAnEmptyOneHarmless() throws Exception {
        SharedUplinkReader uplink = new SharedUplinkReader();
        ScriptedExchange up = uplink();
        uplink.register("1", attached(instance, up));
        runs(uplink, instance, entry(1, ""), entry(1, "x".repeat(SharedUplinkEntry.LONGEST)));
        assertThat(up.available()).isEqualTo(SharedUplinkEntry.LONGEST);
    }

    @Test
    void aConnectionHasOneAtATime() throws Exception {
        channel(1).await(() -> instance.state() == Instance.State.OPEN);
        shared.sends(entry(1, response("it runs")));
        await(firstDone);
        ScriptedExchange second = RouterBed.asInstance(instance, "POST", ControlPaths.sharedUplink(instance.id())).beside(shared);
        await(bed.control(second));
        assertThat(second.status()).isEqualTo(409);
        shared.endsBody();
        await(sharedDone);
    }

    @Test
    void channelWhoseEndComesIsForgottenByItsConnection() throws Exception {
        ScriptedExchange down = channel(5);
        down.await(() -> down.text().contains("/first"));
        shared.sends(entry(5, response("first")));
        await(firstDone);
        down.goes();
        SharedUplinkReader uplink = shared.connection().state(ControlConnection.class, any -> null).shared();
        while (uplink.channels() > 0) {
            Thread.yield(); // the class has a time limit
        }
    }
}
