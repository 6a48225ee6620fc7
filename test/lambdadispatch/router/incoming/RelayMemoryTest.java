// SPDX-License-Identifier: MIT
package lambdadispatch.router.incoming;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import lambdadispatch.net.MemoryAccount;
import lambdadispatch.net.MemoryShare;
import lambdadispatch.router.RouterBed;
import lambdadispatch.support.ScriptedExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What the router holds of a request's body and of a response on their way.
@Timeout(30)
class RelayMemoryTest {
    private final RouterBed bed = new RouterBed();

    private static String longHead() {
        return "HTTP/1.1 200 OK\r\n" + ("X-Long: " + "v".repeat(1000) + "\r\n").repeat(40) + "transfer-encoding: chunked\r\n\r\n";
    }

    @Test
    void aResponsesHeadAndTrailersAreTakenFromItsChannelUntilItIsOver() throws Exception {
        ScriptedExchange client = ScriptedExchange.of("GET", "/a");
        RouterBed.Dispatched exchange = bed.dispatched(client);
        MemoryShare memory = exchange.channel().up().memory();
        exchange.channel().respond(longHead());
        client.await(() -> client.status() == 200);
        assertThat(memory.held()).as("what was read, and what was made of it").isGreaterThan(80_000);
        exchange.answer("3\r\none\r\n0\r\n" + ("X-T: " + "t".repeat(1000) + "\r\n").repeat(40) + "\r\n");
        assertThat(client.sentTrailers().size()).isEqualTo(40);
        assertThat(memory.held()).as("a busy channel keeps a buffer of 20 KiB").isLessThan(20 << 10);
    }

    /// Who takes his answer slowly answers for what waits for him, though it is a stream of the extension's.
    @Test
    void whatWaitsOnAChannelIsKeptForItsClientAsLongAsTheExchangeLasts() throws Exception {
        BlockingQueue<String> ended = new LinkedBlockingQueue<>();
        MemoryAccount account = new MemoryAccount(1 << 20);
        ScriptedExchange client = ScriptedExchange.of("GET", "/a").holding(account.open("client", 0, () -> ended.add("client")));
        RouterBed.Dispatched first = bed.dispatched(ScriptedExchange.of("GET", "/first"));
        RouterBed.Played channel =
                bed.channel(first.instance(), up -> up.holding(account.open("uplink", 0, () -> ended.add("uplink"))));
        var done = bed.client(client);
        channel.awaitRequest("\r\n\r\n");
        assertThat(channel.up().memory().take(950_000)).isTrue();
        assertThat(ended.poll(20, TimeUnit.SECONDS)).isEqualTo("client");
        channel.up().memory().give(950_000);
        channel.respond("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
        done.get(20, TimeUnit.SECONDS);
        assertThat(channel.up().memory().take(950_000)).isTrue();
        assertThat(ended.poll(20, TimeUnit.SECONDS)).as("nobody else's any more").isEqualTo("uplink");
    }

    @Test
    void oneThatThereIsNoMemoryForIsAnsweredByTheRouterAndItsInstanceGoesOn() throws Exception {
        MemoryAccount account = new MemoryAccount(100_000);
        ScriptedExchange client = ScriptedExchange.of("GET", "/a");
        RouterBed.Dispatched exchange = bed.dispatched(client);
        RouterBed.Played second = bed.channel(exchange.instance(), up -> up.holding(account.open("up", 0, () -> { })));
        assertThat(account.open("other", 0, () -> { }).take(90_000)).isTrue();
        ScriptedExchange next = ScriptedExchange.of("GET", "/b");
        var done = bed.client(next);
        second.awaitRequest("\r\n\r\n");
        second.respond(longHead());
        done.get(20, TimeUnit.SECONDS);
        assertThat(next.status()).isEqualTo(503);
        assertThat(second.down().aborted()).isTrue();
        exchange.answer("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
        assertThat(client.status()).isEqualTo(200);
    }

    @Test
    void aBodyOnItsWayIsTakenFromItsClientAndGivenBackAtItsEnd() throws Exception {
        ScriptedExchange client = ScriptedExchange.of("POST", "/a", -1, "transfer-encoding", "chunked");
        RouterBed.Dispatched exchange = bed.dispatched(client);
        client.sends("one");
        exchange.channel().awaitRequest("3\r\none\r\n");
        assertThat(client.memory().held()).isGreaterThan(32 << 10);
        client.endsBody();
        exchange.channel().awaitRequest("\r\n0\r\n\r\n");
        exchange.answer("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
        client.await(() -> client.memory().held() == 0);
    }

    @Test
    void aBodyGoesOnInSmallPiecesWhereThereIsNoRoomForLargeOnes() throws Exception {
        MemoryAccount account = new MemoryAccount(40_000);
        ScriptedExchange client =
                ScriptedExchange.of("POST", "/a", -1, "transfer-encoding", "chunked").holding(account.open("client", 0, () -> {}));
        assertThat(account.open("other", 0, () -> { }).take(30_000)).isTrue();
        RouterBed.Dispatched exchange = bed.dispatched(client);
        String body = "x".repeat(10_000);
        client.sends(body);
        client.endsBody();
        exchange.channel().awaitRequest("\r\n0\r\n\r\n");
        assertThat(exchange.channel().down().text()).contains("\r\n800\r\n");
        exchange.answer("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
        assertThat(client.status()).isEqualTo(200);
    }

    @Test
    void aBodyWhoseClientLeavesIsGivenBack() throws Exception {
        ScriptedExchange client = ScriptedExchange.of("POST", "/a", -1, "transfer-encoding", "chunked");
        RouterBed.Dispatched exchange = bed.dispatched(client);
        client.sends("one");
        exchange.channel().awaitRequest("3\r\none\r\n");
        client.breaksBody(new java.io.IOException("reset"));
        client.goes();
        client.await(() -> client.memory().held() == 0);
    }
}
