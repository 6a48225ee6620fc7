// SPDX-License-Identifier: MIT
package lambdadispatch.router.incoming;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import lambdadispatch.router.RouterBed;
import lambdadispatch.router.dispatch.Instance;
import lambdadispatch.support.ScriptedExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What the router passes on between a client and a channel when all goes well.
@Timeout(30)
class ProxyHandlerTest {
    private final RouterBed bed = new RouterBed();

    private static void done(CompletableFuture<Void> exchange) throws Exception {
        exchange.get(20, TimeUnit.SECONDS);
    }

    @Test
    void requestWaitsForTheFirstChannelAndIsAnswered() throws Exception {
        ScriptedExchange client = ScriptedExchange.of("GET", "/a");
        CompletableFuture<Void> exchange = bed.client(client);
        RouterBed.Played channel = bed.channel(bed.invoked());
        assertThat(channel.awaitRequest("\r\n\r\n")).startsWith("GET /a HTTP/1.1\r\nhost: example.org\r\n");
        channel.respond("HTTP/1.1 200 OK\r\nX-A: 1\r\nx-a: 2\r\ncontent-length: 5\r\n\r\nhello");
        done(exchange);
        assertThat(client.text()).isEqualTo("hello");
        assertThat(client.events()).startsWith("respond 200 5").endsWith("end");
        assertThat(client.sent().toString()).contains("X-A: 1", "x-a: 2");
    }

    @Test
    void headLeavesBeforeTheBodyIsThere() throws Exception {
        ScriptedExchange client = ScriptedExchange.of("GET", "/a");
        RouterBed.Dispatched exchange = bed.dispatched(client);
        exchange.channel().respond("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
        client.await(() -> client.events().equals(java.util.List.of("respond 200 -1", "flush")));
        exchange.channel().respond("3\r\none\r\n");
        client.await(() -> client.flushedText().equals("one"));
        exchange.answer("3\r\ntwo\r\n0\r\nX-Sum: 6\r\n\r\n");
        assertThat(client.text()).isEqualTo("onetwo");
        assertThat(client.sentTrailers().get("x-sum")).isEqualTo("6");
    }

    @Test
    void interimResponsesPassBut100StaysHere() throws Exception {
        ScriptedExchange client = ScriptedExchange.of("GET", "/a");
        RouterBed.Dispatched exchange = bed.dispatched(client);
        exchange.answer("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n");
        assertThat(client.events()).hasSize(3).endsWith("respond 204 0", "end").first().asString().startsWith("inform 103")
                .contains("link: </a>");
    }

    @ParameterizedTest
    @CsvSource({"HEAD,200,content-length: 10,10", "HEAD,200,x-a: 1,-1", "GET,304,content-length: 10,10", "GET,304,x-a: 1,-1",
            "GET,204,x-a: 1,0"})
    void answersWithoutBodyEndAtTheirHead(String method, int status, String field, long length) throws Exception {
        ScriptedExchange client = ScriptedExchange.of(method, "/a");
        RouterBed.Dispatched exchange = bed.dispatched(client);
        exchange.answer("HTTP/1.1 " + status + " X\r\n" + field + "\r\n\r\n");
        assertThat(client.events()).containsExactly("respond " + status + " " + length, "end");
    }

    @Test
    void hopByHopFieldsOfTheAnswerStayHere() throws Exception {
        ScriptedExchange client = ScriptedExchange.of("GET", "/a");
        RouterBed.Dispatched exchange = bed.dispatched(client);
        exchange.answer(
                "HTTP/1.1 200 OK\r\nConnection: x-mine\r\nKeep-Alive: 5\r\nX-Mine: 1\r\nUpgrade: h2c\r\nX-Yours: 2\r\ncontent-length: 0\r\n\r\n");
        assertThat(client.sent().toString()).contains("X-Yours: 2").doesNotContainIgnoringCase("x-mine")
                .doesNotContainIgnoringCase("connection").doesNotContain("Keep-Alive", "h2c");
    }

    @Test
    void shortBodyThatIsThereGoesWithTheHead() throws Exception {
        ScriptedExchange client = ScriptedExchange.of("POST", "/a", 5, "content-length", "5");
        client.sends("hello");
        RouterBed.Dispatched exchange = bed.dispatched(client);
        exchange.channel().awaitRequest("\r\n\r\nhello");
        assertThat(exchange.channel().down().writes()).as("head and body leave together").isEqualTo(1);
        exchange.answer("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
    }

    @Test
    void bodyStreamsDownWhileTheAnswerStreamsUp() throws Exception {
        ScriptedExchange client = ScriptedExchange.of("POST", "/a", -1, "transfer-encoding", "chunked");
        RouterBed.Dispatched exchange = bed.dispatched(client);
        exchange.channel().respond("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
        client.await(() -> client.status() == 200);
        client.sends("one");
        exchange.channel().awaitRequest("3\r\none\r\n");
        exchange.channel().respond("3\r\none\r\n");
        client.await(() -> client.flushedText().equals("one"));
        client.endsBody("x-sum", "1");
        exchange.channel().awaitRequest("0\r\nx-sum: 1\r\n\r\n");
        exchange.answer("0\r\n\r\n");
    }

    @Test
    void channelCarriesOneRequestAfterAnother() throws Exception {
        RouterBed.Played channel = null;
        for (int i = 0; i < 3; i++) {
            ScriptedExchange client = ScriptedExchange.of("GET", "/" + i);
            CompletableFuture<Void> exchange = bed.client(client);
            channel = channel == null ? bed.channel(bed.invoked()) : channel;
            String path = "GET /" + i + " ";
            RouterBed.Played used = channel;
            used.down().await(() -> used.down().text().contains(path) && used.down().text().endsWith("\r\n\r\n"));
            channel.respond("HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n" + i);
            done(exchange);
            assertThat(client.text()).isEqualTo(Integer.toString(i));
        }
    }

    @Test
    void slowClientDoesNotHoldTheChannelOfAnAnswerThatHasCome() throws Exception {
        RouterBed single = new RouterBed(RouterBed.oneAtATime());
        ScriptedExchange slow = ScriptedExchange.of("GET", "/slow");
        CompletableFuture<Void> first = single.client(slow);
        RouterBed.Played channel = single.channel(single.invoked());
        channel.awaitRequest("\r\n\r\n");
        ScriptedExchange next = ScriptedExchange.of("GET", "/next");
        CompletableFuture<Void> second = single.client(next);
        synchronized (slow) { // whatever is written to it waits
            channel.respond("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
        }
        channel.down().await(() -> channel.down().text().contains("GET /next"));
        channel.respond("HTTP/1.1 204 No Content\r\n\r\n");
        done(first);
        done(second);
    }

    @Test
    void neitherIdsNorTokensReachTheAppOrTheClient() throws Exception {
        ScriptedExchange client = ScriptedExchange.of("GET", "/a", "x-lambda-name", "f");
        CompletableFuture<Void> exchange = bed.client(client);
        Instance instance = bed.invoked();
        RouterBed.Played channel = bed.channel(instance);
        String request = channel.awaitRequest("\r\n\r\n");
        assertThat(request).doesNotContain(instance.id(), instance.token()).doesNotContainIgnoringCase("x-lambda-name");
        channel.respond("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
        done(exchange);
        assertThat(client.sent().toString()).doesNotContain(instance.id(), instance.token());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/instances/0123456789abcdef/ping", "/v1/instances/0123456789abcdef/channels/1",
            "/v1/instances/0123456789abcdef/close", "//", "/healthy", "/health/"})
    void anyPathButTheHealthCheckIsTheApps(String path) throws Exception {
        ScriptedExchange client = ScriptedExchange.of("POST", path, "authorization", "Bearer 00");
        CompletableFuture<Void> exchange = bed.client(client);
        RouterBed.Played channel = bed.channel(bed.invoked());
        assertThat(channel.awaitRequest("\r\n\r\n")).startsWith("POST " + path + " HTTP/1.1\r\n").contains("authorization: Bearer 00");
        channel.respond("HTTP/1.1 418 X\r\ncontent-length: 0\r\n\r\n");
        done(exchange);
        assertThat(client.status()).isEqualTo(418);
    }

    @Test
    void healthWithRoomFailsWhileRequestsWaitThatOnlyMoreInstancesThanAllowedCouldServe() throws Exception {
        RouterBed small = new RouterBed(RouterBed.oneAtATime());
        assertThat(room(small)).isEqualTo(200);
        RouterBed.Dispatched running = small.dispatched(ScriptedExchange.of("GET", "/a"));
        ScriptedExchange waits = ScriptedExchange.of("GET", "/b");
        small.client(waits);
        while (small.pools().defaultPool().snapshot().pending() == 0) {
            Thread.onSpinWait();
        }
        small.pools().tick();
        assertThat(room(small)).isEqualTo(503);
        running.channel().respond("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
        while (small.pools().defaultPool().snapshot().pending() > 0) {
            Thread.onSpinWait();
        }
        assertThat(room(small)).isEqualTo(200);
    }

    private static int room(RouterBed bed) throws Exception {
        ScriptedExchange check = ScriptedExchange.of("GET", "/health?room");
        bed.client(check).get(20, java.util.concurrent.TimeUnit.SECONDS);
        return check.status();
    }

    @Test
    void healthCheckNeedsNoInstance() throws Exception {
        ScriptedExchange check = ScriptedExchange.of("GET", "/health");
        done(bed.client(check));
        assertThat(check.status()).isEqualTo(200);
        assertThat(bed.moreInvoked()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"f,f", "other-1,other-1"})
    void functionThatMayBeNamedGetsTheRequest(String named, String function) throws Exception {
        CompletableFuture<Void> exchange = bed.client(ScriptedExchange.of("GET", "/a", "X-Lambda-Name", named));
        Instance instance = bed.invoked();
        assertThat(instance.pool().function()).isEqualTo(function);
        RouterBed.Played channel = bed.channel(instance);
        channel.awaitRequest("\r\n\r\n");
        channel.respond("HTTP/1.1 204 No Content\r\n\r\n");
        done(exchange);
    }

    @Test
    void functionThatMayNotBeNamedIs403AndNoInvoke() throws Exception {
        ScriptedExchange client = ScriptedExchange.of("GET", "/a", "X-Lambda-Name", "secret-function");
        done(bed.client(client));
        assertThat(client.status()).isEqualTo(403);
        assertThat(bed.moreInvoked()).isZero();
    }
}
