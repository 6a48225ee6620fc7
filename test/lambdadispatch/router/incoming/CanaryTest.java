// SPDX-License-Identifier: MIT
package lambdadispatch.router.incoming;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import lambdadispatch.http.message.Headers;
import lambdadispatch.invoke.InvokeResult;
import lambdadispatch.router.RouterBed;
import lambdadispatch.router.dispatch.Canary;
import lambdadispatch.router.dispatch.Instance;
import lambdadispatch.support.ScriptedExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Who gets a request while a canary is on, and what happens when the canary can not take it.
@Timeout(30)
class CanaryTest {
    private static final String OK = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";

    private final RouterBed bed = new RouterBed(RouterBed.oneAtATime());
    private final Canary canary = bed.pools().canary();

    /// The function that the request is invoked for; it is answered.
    private String goesTo(ScriptedExchange request, String answer) throws Exception {
        CompletableFuture<Void> done = bed.client(request);
        Instance instance = bed.invoked();
        RouterBed.Played channel = bed.channel(instance);
        channel.awaitRequest("\r\n\r\n");
        channel.respond(answer);
        done.get(20, TimeUnit.SECONDS);
        assertThat(request.status()).isEqualTo(200);
        return instance.pool().function();
    }

    private String goesTo(String... fields) throws Exception {
        return goesTo(ScriptedExchange.of("GET", "/", fields), OK);
    }

    @Test
    void allOrNothingGoesToThePoolOfTheAlias() throws Exception {
        assertThat(goesTo()).as("no canary").isEqualTo("f");
        canary.set("next", 10_000);
        assertThat(goesTo()).isEqualTo("f:next");
        canary.set("next", 0);
        assertThat(canary.answers(true, 2)).isEqualTo(1);
        assertThat(canary.answers(false, 2)).as("only while a canary is on").isZero();
    }

    @ParameterizedTest
    @CsvSource({"canary=499, f:next", "canary=500, f", "'a=1; canary=0', f:next", "canary=9999, f", "'canary=7; canary=9000', f:next"})
    void cookieDecidesWhoStays(String cookie, String function) throws Exception {
        canary.stickBy("canary");
        canary.set("next", 500);
        ScriptedExchange request = ScriptedExchange.of("GET", "/", "cookie", cookie);
        assertThat(goesTo(request, OK)).isEqualTo(function);
        assertThat(request.sent().get("set-cookie")).as("has it already").isNull();
    }

    @ParameterizedTest
    @CsvSource({"''", "canary=", "canary=x", "canary=10000", "canary=-1", "canaries=1", "xcanary=1", "'canary=1x'"})
    void whoeverHasNoNumberOfOursIsDrawnAndGetsOne(String cookie) {
        assertThat(CanaryRoutes.kept(Headers.of("cookie", cookie), "canary")).isNegative();
    }

    @Test
    void clientWithoutTheCookieGetsOneAndKeepsWhatTheAppSets() throws Exception {
        canary.stickBy("canary");
        canary.set("next", 10_000);
        ScriptedExchange request = ScriptedExchange.of("GET", "/");
        goesTo(request, "HTTP/1.1 200 OK\r\nset-cookie: a=b\r\ncontent-length: 0\r\n\r\n");
        assertThat(request.sent().all(lambdadispatch.http.message.HeaderName.SET_COOKIE)).hasSize(2).first().isEqualTo("a=b");
        assertThat(request.sent().all(lambdadispatch.http.message.HeaderName.SET_COOKIE).getLast()).matches("canary=[0-9]{1,4}; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax");
    }

    @Test
    void answerThatSharedCachesMayKeepCarriesNoCookie() throws Exception {
        canary.stickBy("canary");
        canary.set("next", 10_000);
        ScriptedExchange request = ScriptedExchange.of("GET", "/");
        goesTo(request, "HTTP/1.1 200 OK\r\ncache-control: max-age=60, Public\r\ncontent-length: 0\r\n\r\n");
        assertThat(request.sent().get("set-cookie")).isNull();
    }

    @Test
    void requestThatNamesItsFunctionGetsThatOne() throws Exception {
        canary.stickBy("canary");
        canary.set("next", 10_000);
        ScriptedExchange request = ScriptedExchange.of("GET", "/", "x-lambda-name", "other-1");
        assertThat(goesTo(request, OK)).isEqualTo("other-1");
        assertThat(request.sent().get("set-cookie")).isNull();
        assertThat(goesTo("x-lambda-name", "f")).isEqualTo("f");
    }

    @Test
    void aliasThatDoesNotExistCostsNobodyAnything() throws Exception {
        canary.set("nobody", 10_000);
        ScriptedExchange request = ScriptedExchange.of("GET", "/");
        CompletableFuture<Void> done = bed.client(request);
        Instance tried = bed.invoked();
        assertThat(tried.pool().function()).isEqualTo("f:nobody");
        tried.pool().invokeEnded(tried, new InvokeResult.Refused(404, "ResourceNotFoundException", "Function not found"), "");
        Instance instance = bed.invoked();
        assertThat(instance.pool().function()).isEqualTo("f");
        RouterBed.Played channel = bed.channel(instance);
        channel.awaitRequest("\r\n\r\n");
        channel.respond(OK);
        done.get(20, TimeUnit.SECONDS);
        assertThat(request.status()).isEqualTo(200);
        assertThat(canary.diverted()).isEqualTo(1);
        assertThat(canary.answers(true, 2)).isZero();
        assertThat(canary.answers(false, 2)).isEqualTo(1);
    }

    @Test
    void partIsWhatWasAskedFor() {
        canary.set("next", 2_500);
        CanaryRoutes routes = new CanaryRoutes(bed.pools());
        lambdadispatch.http.message.Request request = ScriptedExchange.of("GET", "/").request();
        int drawn = 0;
        for (int i = 0; i < 10_000; i++) {
            drawn += routes.of(request).toCanary() ? 1 : 0;
        }
        assertThat(drawn).isBetween(2_200, 2_800); // six standard deviations and more
    }
}
