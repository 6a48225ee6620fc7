// SPDX-License-Identifier: MIT
package lambdadispatch.router.incoming;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import lambdadispatch.router.RouterBed;
import lambdadispatch.router.dispatch.Instance;
import lambdadispatch.support.ScriptedExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// An environment, or its app, says that it has done nothing about a request: another may.
class RefusalByEnvironmentTest {
    private static final String NO = "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 2\r\nx-lambda-refused: 1\r\n\r\nno";
    private static final String OK = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

    private final RouterBed bed = new RouterBed(RouterBed.oneAtATime());

    private void refusedThen(ScriptedExchange client, int refusals, String last) throws Exception {
        CompletableFuture<Void> done = bed.client(client);
        Instance instance = bed.invoked();
        RouterBed.Played channel = bed.channel(instance);
        for (int i = 0; i < refusals; i++) {
            awaitRequests(channel, i + 1);
            channel.respond(NO);
        }
        if (last != null) {
            awaitRequests(channel, refusals + 1);
            channel.respond(last);
        }
        done.get(20, TimeUnit.SECONDS);
    }

    private static void awaitRequests(RouterBed.Played channel, int count) throws InterruptedException {
        channel.down().await(() -> channel.down().text().split("\r\n\r\n", -1).length > count);
    }

    @Test
    void aPostThatWasRefusedIsTriedAgainAndItsClientNoticesNothing() throws Exception {
        ScriptedExchange client = ScriptedExchange.of("POST", "/a", 0);
        refusedThen(client, 1, OK);
        assertThat(client.status()).isEqualTo(200);
        assertThat(client.text()).isEqualTo("ok");
    }

    @Test
    void afterTwoRefusalsTheThirdIsPassedOn() throws Exception {
        ScriptedExchange client = ScriptedExchange.of("GET", "/a");
        refusedThen(client, 3, null);
        assertThat(client.status()).isEqualTo(503);
        assertThat(client.text()).isEqualTo("no");
    }

    /// Nothing that router and extension say to each other is for clients, whoever wrote it.
    @ParameterizedTest
    @ValueSource(strings = {"x-lambda-refused", "X-Lambda-Fault", "x_lambda_refused", "x-lambda-dispatch-debug", "X-Lambda-Remaining-Ms",
            "x-lambda-anything"})
    void fieldsOfOursReachNoClient(String name) throws Exception {
        ScriptedExchange client = ScriptedExchange.of("GET", "/a");
        String field = name + ": 1\r\n";
        refusedThen(client, 0, "HTTP/1.1 103 Early Hints\r\n" + field + "link: a\r\n\r\nHTTP/1.1 404 Not Found\r\n" + field
                + "content-length: 2\r\nx-other: 2\r\n\r\nno");
        assertThat(client.status()).isEqualTo(404);
        assertThat(client.sent().get(name) != null).isFalse();
        assertThat(client.sent().get("x-other")).isEqualTo("2");
        assertThat(client.events()).anyMatch(event -> event.startsWith("inform 103") && event.contains("link"))
                .noneMatch(event -> event.contains(name));
    }

    @Test
    void aRefusalThatIsPassedOnDoesNotSaySoInAField() throws Exception {
        ScriptedExchange client = ScriptedExchange.of("GET", "/a");
        refusedThen(client, 3, null);
        assertThat(client.sent().get("x-lambda-refused")).isNull();
    }

    @Test
    void a503WithoutTheFieldIsAnAnswer() throws Exception {
        ScriptedExchange client = ScriptedExchange.of("GET", "/a");
        refusedThen(client, 0, "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 2\r\n\r\nno");
        assertThat(client.status()).isEqualTo(503);
    }

    @Test
    void aRefusalIsNoServiceAndNoFailure() throws Exception {
        ScriptedExchange client = ScriptedExchange.of("GET", "/a");
        refusedThen(client, 2, OK);
        assertThat(bed.pools().defaultPool().view().instances().getFirst().served()).isEqualTo(1);
    }
}
