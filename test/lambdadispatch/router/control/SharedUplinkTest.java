// SPDX-License-Identifier: MIT
package lambdadispatch.router.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import lambdadispatch.channel.ControlPaths;
import lambdadispatch.channel.SharedUplinkEntry;
import lambdadispatch.io.Bytes;
import lambdadispatch.router.RouterBed;
import lambdadispatch.router.dispatch.Instance;
import lambdadispatch.router.dispatch.PoolSettings;
import lambdadispatch.support.ScriptedExchange;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

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
        assertThat(down.sent().get(lambdadispatch.http.HeaderName.of(ControlPaths.SHARED_UPLINK_HEADER))).isEqualTo("1");
        bed.control(ScriptedExchange.of("POST", path, -1, "authorization", "Bearer " + instance.token(), ControlPaths.CHANNEL_NUMBER_HEADER, Integer.toString(number)).beside(shared));
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
}
