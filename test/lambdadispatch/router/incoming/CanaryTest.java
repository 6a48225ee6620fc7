// SPDX-License-Identifier: MIT
package lambdadispatch.router.incoming;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import lambdadispatch.http.message.Headers;
import lambdadispatch.invoke.InvokeResult;
import lambdadispatch.router.RouterBed;
import lambdadispatch.router.dispatch.Canary;
import lambdadispatch.router.dispatch.Instance;
import lambdadispatch.router.dispatch.InvokeFault;
import lambdadispatch.router.dispatch.Pool;
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

    /// An instance of one of the pools that has an open channel, and what of its requests was seen.
    private final class Lane {
        final Instance instance;
        final RouterBed.Played channel;
        int seen;

        Lane(Instance instance) throws InterruptedException {
            this.instance = instance;
            this.channel = bed.channel(instance);
            while (!instance.pool().servesOrAsks()) {
                Thread.yield();
            }
            lanes.add(this);
        }

        boolean hasOne() {
            String text = channel.down().text();
            boolean has = text.length() > seen && text.endsWith("\r\n\r\n");
            seen = has ? text.length() : seen;
            return has;
        }

        /// Answers the next request as soon as it is there: an answer that comes before would be nobody's.
        void answersOne() throws InterruptedException {
            channel.down().await(this::hasOne);
            channel.respond(OK);
        }
    }

    private final List<Lane> lanes = new ArrayList<>();

    private Pool canaryPool() {
        return bed.pools().canaryPool().orElseThrow();
    }

    /// The canary is so much, and has an instance.
    private Lane canaryOpens(int hundredths) throws Exception {
        canary.set("next", hundredths);
        assertThat(canaryPool().servesOrAsks()).isFalse();
        Lane lane = new Lane(bed.invoked());
        assertThat(lane.instance.pool().function()).isEqualTo("f:next");
        return lane;
    }

    /// The function that got the request, of those that have an instance or of the one that is invoked for it; it is answered.
    private String goesTo(ScriptedExchange request, String answer) throws Exception {
        CompletableFuture<Void> done = bed.client(request);
        Optional<Lane> lane = Optional.empty();
        while (lane.isEmpty()) {
            if (bed.moreInvoked() > 0) {
                new Lane(bed.invoked());
            }
            Thread.yield();
            lane = lanes.stream().filter(Lane::hasOne).findFirst();
        }
        lane.get().channel.respond(answer);
        done.get(20, TimeUnit.SECONDS);
        assertThat(request.status()).isEqualTo(200);
        return lane.get().instance.pool().function();
    }

    private String goesTo(String... fields) throws Exception {
        return goesTo(ScriptedExchange.of("GET", "/", fields), OK);
    }

    /// The others' instance takes it, and answers it.
    private ScriptedExchange takenByTheOthers() throws Exception {
        Lane usual = lanes.getFirst();
        assertThat(usual.instance.pool().function()).isEqualTo("f");
        ScriptedExchange request = ScriptedExchange.of("GET", "/");
        CompletableFuture<Void> done = bed.client(request);
        usual.answersOne();
        done.get(20, TimeUnit.SECONDS);
        assertThat(request.status()).isEqualTo(200);
        return request;
    }

    @Test
    void allOrNothingGoesToThePoolOfTheAlias() throws Exception {
        assertThat(goesTo()).as("no canary").isEqualTo("f");
        canaryOpens(10_000);
        assertThat(goesTo()).isEqualTo("f:next");
        canary.set("next", 0);
        assertThat(goesTo()).isEqualTo("f");
        assertThat(canary.answers(true, 2)).isEqualTo(1);
        assertThat(canary.answers(false, 2)).as("only while a canary is on").isZero();
    }

    @Test
    void nobodyWaitsForTheCanarysFirstInstance() throws Exception {
        goesTo();
        canary.stickBy("canary");
        canary.set("next", 10_000);
        for (int i = 0; i < 3; i++) {
            assertThat(takenByTheOthers().sent().get("set-cookie")).as("it was not with the canary").isNull();
        }
        Instance coming = bed.invoked();
        assertThat(coming.pool().function()).isEqualTo("f:next");
        assertThat(bed.moreInvoked()).as("one for all of them").isZero();
        assertThat(canary.diverted()).isEqualTo(3);
        assertThat(canary.answers(true, 2)).isZero();
        assertThat(canary.answers(false, 2)).isEqualTo(3);
        new Lane(coming);
        ScriptedExchange first = ScriptedExchange.of("GET", "/");
        assertThat(goesTo(first, OK)).isEqualTo("f:next");
        assertThat(first.sent().get("set-cookie")).startsWith("canary=");
        assertThat(canary.answers(true, 2)).isEqualTo(1);
    }

    @Test
    void nobodyWaitsForTheCanaryWhenItsLastInstanceHasGone() throws Exception {
        goesTo();
        Lane gone = canaryOpens(10_000);
        assertThat(goesTo()).isEqualTo("f:next");
        canaryPool().closeRequested(gone.instance);
        takenByTheOthers();
        assertThat(canary.diverted()).isEqualTo(1);
        new Lane(bed.invoked());
        assertThat(goesTo()).isEqualTo("f:next");
    }

    @Test
    void requestUnderWhichTheLastInstanceOfTheCanaryWentIsTriedWithTheOthers() throws Exception {
        goesTo();
        canary.stickBy("canary");
        Lane lost = canaryOpens(10_000);
        ScriptedExchange request = ScriptedExchange.of("GET", "/");
        CompletableFuture<Void> done = bed.client(request);
        lost.channel.awaitRequest("\r\n\r\n");
        lost.channel.lost();
        lanes.getFirst().answersOne();
        done.get(20, TimeUnit.SECONDS);
        assertThat(request.status()).isEqualTo(200);
        assertThat(request.sent().get("set-cookie")).isNull();
        assertThat(canary.diverted()).isEqualTo(1);
        assertThat(canary.answers(false, 2)).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"canary=499, f:next", "canary=500, f", "'a=1; canary=0', f:next", "canary=9999, f", "'canary=7; canary=9000', f:next"})
    void cookieDecidesWhoStays(String cookie, String function) throws Exception {
        canary.stickBy("canary");
        canaryOpens(500);
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
        canaryOpens(10_000);
        ScriptedExchange request = ScriptedExchange.of("GET", "/");
        goesTo(request, "HTTP/1.1 200 OK\r\nset-cookie: a=b\r\ncontent-length: 0\r\n\r\n");
        assertThat(request.sent().all(lambdadispatch.http.message.HeaderName.SET_COOKIE)).hasSize(2).first().isEqualTo("a=b");
        assertThat(request.sent().all(lambdadispatch.http.message.HeaderName.SET_COOKIE).getLast())
                .matches("canary=[0-9]{1,4}; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax");
    }

    @Test
    void answerThatSharedCachesMayKeepCarriesNoCookie() throws Exception {
        canary.stickBy("canary");
        canaryOpens(10_000);
        ScriptedExchange request = ScriptedExchange.of("GET", "/");
        goesTo(request, "HTTP/1.1 200 OK\r\ncache-control: max-age=60, Public\r\ncontent-length: 0\r\n\r\n");
        assertThat(request.sent().get("set-cookie")).isNull();
    }

    @Test
    void requestThatNamesItsFunctionGetsThatOne() throws Exception {
        canary.stickBy("canary");
        canaryOpens(10_000);
        ScriptedExchange request = ScriptedExchange.of("GET", "/", "x-lambda-name", "other-1");
        assertThat(goesTo(request, OK)).isEqualTo("other-1");
        assertThat(request.sent().get("set-cookie")).isNull();
        assertThat(goesTo("x-lambda-name", "f")).isEqualTo("f");
    }

    @Test
    void aliasThatDoesNotExistCostsNobodyAnything() throws Exception {
        goesTo();
        canary.set("nobody", 10_000);
        takenByTheOthers();
        Instance tried = bed.invoked();
        assertThat(tried.pool().function()).isEqualTo("f:nobody");
        tried.pool().invokeEnded(tried, new InvokeResult.Refused(404, "ResourceNotFoundException", "Function not found"), "");
        takenByTheOthers();
        takenByTheOthers();
        assertThat(canary.diverted()).isEqualTo(3);
        assertThat(bed.moreInvoked()).as("the cost guard waits after the first").isZero();
        assertThat(canaryPool().snapshot().lastFault()).as("shown").isEqualTo(InvokeFault.REFUSED);
        assertThat(canary.answers(true, 2)).isZero();
        assertThat(canary.answers(false, 2)).isEqualTo(3);
    }

    @Test
    void requestThatTheCanarysPoolRefusesGoesToTheOthers() throws Exception {
        goesTo();
        Lane full = canaryOpens(10_000);
        CompletableFuture<Void> busy = bed.client(ScriptedExchange.of("GET", "/"));
        full.channel.awaitRequest("\r\n\r\n");
        CompletableFuture<Void> waits = bed.client(ScriptedExchange.of("GET", "/"));
        while (canaryPool().snapshot().pending() == 0) {
            Thread.yield();
        }
        canaryPool().drain(); // what waits has its turn; what comes is refused
        takenByTheOthers();
        assertThat(canary.diverted()).isEqualTo(1);
        full.answersOne();
        busy.get(20, TimeUnit.SECONDS);
        full.answersOne();
        waits.get(20, TimeUnit.SECONDS);
    }

    @Test
    void partIsWhatWasAskedFor() throws Exception {
        canaryOpens(2_500);
        CanaryRoutes routes = new CanaryRoutes(bed.pools());
        lambdadispatch.http.message.Request request = ScriptedExchange.of("GET", "/").request();
        int drawn = 0;
        for (int i = 0; i < 10_000; i++) {
            drawn += routes.of(request).toCanary() ? 1 : 0;
        }
        assertThat(drawn).isBetween(2_200, 2_800); // six standard deviations and more
    }
}
