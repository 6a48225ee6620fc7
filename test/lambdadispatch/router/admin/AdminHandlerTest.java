// SPDX-License-Identifier: MIT
package lambdadispatch.router.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import lambdadispatch.base.json.Json;
import lambdadispatch.base.log.Log;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.message.Request;
import lambdadispatch.router.dispatch.Canary;
import lambdadispatch.router.dispatch.Instance;
import lambdadispatch.router.dispatch.PoolSettings;
import lambdadispatch.support.ScriptedExchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AdminHandlerTest {
    private static final List<String> CHANGES = List.of("/drain", "/roll", "/invokes/hold", "/invokes/resume", "/scale?min=1&max=2",
            "/log?level=warn", "/canary?percent=0", "/instances/abc/drain");
    private final AdminBed bed = new AdminBed(AdminBed.TOKEN);

    @AfterEach
    void logAsBefore() {
        Log.level("info");
        Log.debugTopics("");
    }

    @Test
    void statusTellsWhatThePoolsDoAndNoSecret() throws Exception {
        ScriptedExchange request = ScriptedExchange.of("GET", "/a");
        CompletableFuture<Void> done = bed.router.client(request);
        Instance instance = bed.router.invoked();
        ScriptedExchange answer = bed.ask("GET", "/status.json");
        Json.JsonObject pool = (Json.JsonObject) AdminBed.json(answer).items("pools").getFirst();
        assertThat(pool.text("function")).hasValue("f");
        assertThat(pool.text("why").orElseThrow()).startsWith("simple: 0 running, 1 waiting").contains("wants 1").contains("1 starting");
        assertThat(pool.object("queue").orElseThrow().number("length")).hasValue(1);
        assertThat(((Json.JsonObject) pool.items("instances").getFirst()).text("name")).hasValue(instance.publicName());
        assertThat(answer.text()).doesNotContain(instance.id()).doesNotContain(instance.token()).doesNotContain(AdminBed.TOKEN);
        request.goes();
        done.handle((nothing, failure) -> nothing).get();
    }

    @Test
    void everyChangeTakesTheTokenAlsoFromThisMachine() throws Exception {
        for (String change : CHANGES) {
            assertThat(bed.ask("POST", change).status()).as(change).isEqualTo(401);
            assertThat(bed.ask("POST", change, "authorization", "Bearer wrong").status()).as(change).isEqualTo(401);
            assertThat(bed.ask("POST", change, "authorization", "Basic " + AdminBed.TOKEN).status()).as(change).isEqualTo(401);
            assertThat(bed.ask("POST", change + (change.contains("?") ? "&" : "?") + "token=" + AdminBed.TOKEN).status()).as(change)
                    .isEqualTo(401);
        }
        assertThat(bed.stops).hasValue(0);
        assertThat(Log.level()).isEqualTo("info");
        assertThat(bed.router.pools().defaultPool().view().invokesHeld()).isFalse();
    }

    @Test
    void costIsReckonedWithWhatEnvironmentsSayThatTheyAre() throws Exception {
        assertThat(bed.ask("GET", "/status.json").text())
                .contains("\"memoryMb\":1769,\"memoryKnown\":false,\"cpuShare\":0.2,\"cpuKnown\":false,\"architecture\":\"x86_64\"");
        ScriptedExchange request = ScriptedExchange.of("GET", "/slow");
        var done = bed.router.client(request);
        bed.router.invoked().describes(new lambdadispatch.router.dispatch.Description("3", 512, true));
        assertThat(bed.ask("GET", "/status.json").text()).contains("\"memoryMb\":512,\"memoryKnown\":true", "\"architecture\":\"arm64\"",
                "\"version\":\"3\"");
        request.goes();
        done.handle((nothing, failure) -> nothing).get();
    }

    @Test
    void whyNamesTheBoundThatRequestsWaitAt() throws Exception {
        bed.post("/scale?min=0&max=1");
        ScriptedExchange first = ScriptedExchange.of("GET", "/a");
        var one = bed.router.client(first);
        var channel = bed.router.channel(bed.router.invoked());
        channel.awaitRequest("\r\n\r\n");
        ScriptedExchange second = ScriptedExchange.of("GET", "/b");
        var two = bed.router.client(second);
        while (bed.router.pools().defaultPool().snapshot().pending() == 0) {
            Thread.yield();
        }
        assertThat(bed.ask("GET", "/status.json").text()).contains("; no more are allowed, and requests wait");
        first.goes();
        second.goes();
        one.handle((nothing, failure) -> nothing).get();
        two.handle((nothing, failure) -> nothing).get();
    }

    @Test
    void canaryIsSetShownAndTakenBack() throws Exception {
        assertThat(bed.ask("GET", "/status.json").text()).contains("\"canary\":null");
        assertThat(bed.post("/canary?percent=5").status()).as("no alias yet").isEqualTo(400);
        for (String wrong : List.of("", "?percent=", "?percent=101&alias=next", "?percent=-1&alias=next", "?percent=x&alias=next",
                "?percent=5&alias=a%20b", "?alias=next")) {
            assertThat(bed.post("/canary" + wrong).status()).as(wrong).isEqualTo(400);
        }
        assertThat(bed.post("/canary?percent=2.5&alias=next").text()).contains("\"alias\":\"next\"", "\"percent\":2.5");
        assertThat(AdminBed.json(bed.ask("GET", "/status.json")).object("canary").orElseThrow().text("function")).hasValue("f:next");
        assertThat(bed.ask("GET", "/status.json").text()).contains("\"serves\":false");
        lambdadispatch.router.dispatch.Pool pool = bed.router.pools().canaryPool().orElseThrow();
        assertThat(pool.servesOrAsks()).isFalse();
        bed.router.channel(bed.router.invoked());
        while (!pool.servesOrAsks()) {
            Thread.yield();
        }
        assertThat(bed.ask("GET", "/status.json").text()).contains("\"serves\":true");
        assertThat(bed.post("/canary?percent=0").status()).isEqualTo(200);
        assertThat(bed.router.pools().canary().setting()).isEqualTo(new Canary.Setting("next", "f:next", 0));
    }

    @Test
    void changesAreMadeByPostAlone() throws Exception {
        for (String change : CHANGES) {
            ScriptedExchange answer = bed.ask("GET", change, "authorization", "Bearer " + AdminBed.TOKEN);
            assertThat(answer.status()).as(change).isEqualTo(405);
            assertThat(answer.sent().get("allow")).isEqualTo("POST");
        }
        assertThat(bed.ask("POST", "/status.json", "authorization", "Bearer " + AdminBed.TOKEN).status()).isEqualTo(405);
        assertThat(bed.stops).hasValue(0);
    }

    @Test
    void withoutATokenConfiguredNothingCanBeChanged() throws Exception {
        AdminBed without = new AdminBed(null);
        assertThat(without.ask("POST", "/drain", "authorization", "Bearer ").status()).isEqualTo(403);
        assertThat(without.ask("POST", "/drain", "authorization", "Bearer null").status()).isEqualTo(403);
        assertThat(without.stops).hasValue(0);
        assertThat(without.ask("GET", "/status.json").status()).isEqualTo(200);
    }

    @Test
    void otherMachinesTakeTheTokenToLook() throws Exception {
        InetAddress other = InetAddress.getByName("10.1.2.3");
        for (String path : List.of("/", "/status.json", "/events", "/config", "/metrics")) {
            assertThat(bed.ask(other, "GET", path, "10.0.0.9:5005").status()).as(path).isEqualTo(401);
        }
        assertThat(bed.ask(other, "GET", "/status.json", "10.0.0.9:5005", "authorization", "bearer " + AdminBed.TOKEN).status())
                .isEqualTo(200);
        assertThat(new AdminBed(null).ask(other, "GET", "/status.json", "10.0.0.9").status()).isEqualTo(403);
    }

    @Test
    void aNameThatAStrangerMayPointHereIsRefused() throws Exception {
        InetAddress here = InetAddress.getLoopbackAddress();
        for (String stranger : List.of("evil.example", "evil.example:5005", "127.0.0.1.evil.example", "")) {
            assertThat(bed.ask(here, "GET", "/status.json", stranger).status()).as(stranger).isEqualTo(421);
            assertThat(bed.ask(here, "POST", "/drain", stranger, "authorization", "Bearer " + AdminBed.TOKEN).status()).as(stranger)
                    .isEqualTo(421);
        }
        for (String ours : List.of("localhost", "LOCALHOST:5005", "127.0.0.1", "[::1]:5005", "[::1]", "admin.internal:5005",
                "10.2.3.4:1")) {
            assertThat(bed.ask(here, "GET", "/status.json", ours).status()).as(ours).isEqualTo(200);
        }
    }

    @Test
    void pagesOfOtherSitesAreRefusedThoughTheyCameWithTheToken() throws Exception {
        String token = "Bearer " + AdminBed.TOKEN;
        for (String origin : List.of("http://evil.example", "null", "http://127.0.0.1:8080", "http://localhost:5005",
                "https://127.0.0.1")) {
            assertThat(bed.ask("GET", "/status.json", "origin", origin).status()).as(origin).isEqualTo(403);
            assertThat(bed.ask("POST", "/drain", "authorization", token, "origin", origin).status()).as(origin).isEqualTo(403);
        }
        for (String site : List.of("cross-site", "same-site", "anything")) {
            assertThat(bed.ask("GET", "/events", "sec-fetch-site", site, "sec-fetch-mode", "no-cors").status()).as(site).isEqualTo(403);
            assertThat(bed.ask("GET", "/events", "sec-fetch-site", site, "sec-fetch-mode", "navigate").status()).as(site).isEqualTo(403);
            assertThat(bed.ask("GET", "/", "sec-fetch-site", site, "sec-fetch-mode", "no-cors").status()).as(site).isEqualTo(403);
            assertThat(bed.ask("GET", "/", "sec-fetch-site", site, "sec-fetch-mode", "navigate").status()).as("a link to the page")
                    .isEqualTo(200);
            assertThat(bed.ask("POST", "/drain", "authorization", token, "sec-fetch-site", site).status()).as(site).isEqualTo(403);
        }
        assertThat(bed.stops).hasValue(0);
        assertThat(bed.ask("GET", "/status.json", "origin", "http://127.0.0.1:5005", "sec-fetch-site", "same-origin").status())
                .isEqualTo(200);
        assertThat(bed.ask("POST", "/drain", "authorization", token, "origin", "http://127.0.0.1:5005", "sec-fetch-site", "same-origin")
                .status()).isEqualTo(200);
        assertThat(bed.ask("GET", "/status.json", "sec-fetch-site", "none").status()).as("typed into the address line").isEqualTo(200);
    }

    @Test
    void whatIsNoChangeIsToldWithThoseThatThereAre() throws Exception {
        assertThat(bed.post("/rol").status()).isEqualTo(404);
        assertThat(bed.post("/rol").text()).contains("/roll, /instances/NAME/drain");
        assertThat(bed.post("/events").status()).isEqualTo(405);
        assertThat(bed.post("/scale?min=%").text()).contains("a percent sign stands before two hexadecimal digits");
    }

    @Test
    void drainStopsTheRouterOnce() throws Exception {
        assertThat(bed.post("/drain").status()).isEqualTo(200);
        assertThat(bed.stops).hasValue(1);
    }

    @Test
    void invokesAreHeldAndResumed() throws Exception {
        assertThat(bed.post("/invokes/hold?function=f").status()).isEqualTo(200);
        assertThat(bed.router.pools().defaultPool().view().invokesHeld()).isTrue();
        bed.post("/invokes/resume");
        assertThat(bed.router.pools().defaultPool().view().invokesHeld()).isFalse();
        assertThat(bed.post("/invokes/hold?function=g").status()).isEqualTo(404);
    }

    @Test
    void boundsAreSetWithinReasonOnly() throws Exception {
        assertThat(bed.post("/scale?min=0&max=7").status()).isEqualTo(200);
        assertThat(bed.router.pools().defaultPool().view().bounds()).isEqualTo(new PoolSettings.InstanceCounts(0, 7));
        for (String wrong : List.of("min=9&max=3", "max=0", "max=x", "min=-1", "max=99999", "max=%zz")) {
            assertThat(bed.post("/scale?" + wrong).status()).as(wrong).isEqualTo(400);
        }
        assertThat(bed.router.pools().defaultPool().view().bounds()).isEqualTo(new PoolSettings.InstanceCounts(0, 7));
    }

    @Test
    void logLevelAndTopicsChangeAtOnce() throws Exception {
        Log log = Log.of("admin-test");
        assertThat(log.debugging()).isFalse();
        assertThat(bed.post("/log?debug=admin-test").status()).isEqualTo(200);
        assertThat(log.debugging()).isTrue();
        assertThat(bed.post("/log?level=debug&debug=").status()).isEqualTo(200);
        assertThat(log.debugging()).isTrue();
        assertThat(bed.post("/log?level=info").status()).isEqualTo(200);
        assertThat(log.debugging()).isFalse();
        assertThat(bed.post("/log?level=loud").status()).isEqualTo(400);
        assertThat(bed.post("/log").status()).isEqualTo(400);
    }

    @Test
    void instancesAreDrainedByTheirPublicNames() throws Exception {
        ScriptedExchange request = ScriptedExchange.of("GET", "/a");
        var dispatched = bed.router.dispatched(request);
        Instance instance = dispatched.instance();
        assertThat(bed.post("/instances/" + instance.id() + "/drain").status()).as("the secret id names nothing here").isEqualTo(404);
        assertThat(bed.post("/instances/" + instance.publicName() + "/drain").status()).isEqualTo(200);
        assertThat(instance.state()).isEqualTo(Instance.State.DRAINING);
        dispatched.answer("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
    }

    @Test
    void pageRunsOnlyItsOwnScript() throws Exception {
        ScriptedExchange answer = bed.ask("GET", "/");
        String policy = answer.sent().get("content-security-policy");
        String script = answer.text().substring(answer.text().indexOf("<script>") + 8, answer.text().lastIndexOf("</script>"));
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(script.getBytes(StandardCharsets.ISO_8859_1));
        assertThat(policy).contains("default-src 'none'").contains("script-src 'sha256-" + Base64.getEncoder().encodeToString(digest) + "'")
                .doesNotContain("unsafe");
        assertThat(answer.text()).as("nothing from elsewhere").doesNotContain("src=\"http").doesNotContain("@import")
                .doesNotContain(" onclick=");
    }

    @Test
    void eventsBeginWithThePastAndEndWithTheWatcher() throws Exception {
        ScriptedExchange local = new ScriptedExchange(new Request("GET", "/events", "http", "localhost", new Headers(), 0, 11));
        CompletableFuture<Void> done = CompletableFuture.runAsync(() -> serve(local));
        local.await(() -> local.flushedText().contains("event: status"));
        assertThat(local.flushedText()).startsWith("event: history\ndata: [");
        assertThat(local.sent().get("content-type")).startsWith("text/event-stream");
        local.goes();
        local.takesNothing(new IOException("gone"));
        Thread ticker = Thread.ofVirtual().start(() -> {
            while (!done.isDone() && !Thread.currentThread().isInterrupted()) {
                LockSupport.parkNanos(bed.timeline.tick() / 10);
            }
        });
        done.get(20, TimeUnit.SECONDS);
        ticker.join();
    }

    @Test
    void moreWatchersThanThereArePlacesAreToldSo() throws Exception {
        List<ScriptedExchange> watchers = new ArrayList<>();
        List<CompletableFuture<Void>> served = new ArrayList<>();
        for (int i = 0; i < Events.MOST_WATCHERS; i++) {
            ScriptedExchange watcher = new ScriptedExchange(new Request("GET", "/events", "http", "localhost", new Headers(), 0, 11));
            watchers.add(watcher);
            CompletableFuture<Void> done = new CompletableFuture<>();
            served.add(done);
            Thread.ofVirtual().start(() -> {
                serve(watcher);
                done.complete(null);
            });
            watcher.await(() -> watcher.flushedText().contains("event: status"));
        }
        assertThat(bed.ask("GET", "/events").status()).isEqualTo(503);
        ScriptedExchange trusted = new ScriptedExchange(
                new Request("GET", "/events", "http", "localhost", Headers.of("authorization", "Bearer " + AdminBed.TOKEN), 0, 11));
        watchers.add(trusted);
        CompletableFuture<Void> last = new CompletableFuture<>();
        served.add(last);
        Thread.ofVirtual().start(() -> {
            serve(trusted);
            last.complete(null);
        });
        trusted.await(() -> trusted.flushedText().contains("event: status"));
        watchers.forEach(ScriptedExchange::goes);
        while (served.stream().anyMatch(done -> !done.isDone())) {
            LockSupport.parkNanos(bed.timeline.tick() / 10);
        }
    }

    private void serve(ScriptedExchange exchange) {
        try {
            bed.handler.handle(exchange);
        } catch (IOException watcherWent) {
            assertThat(watcherWent).hasMessage("gone");
        }
    }

    @Test
    void metricsAndConfigurationAreThere() throws Exception {
        assertThat(bed.ask("GET", "/metrics").text()).contains("# TYPE lambda_dispatch_requests_total counter");
        assertThat(bed.ask("GET", "/config").text()).contains("\"LAMBDA_DISPATCH_AdminToken\":\"(set)\"");
        assertThat(bed.ask("GET", "/nothing").status()).isEqualTo(404);
        assertThat(bed.ask("HEAD", "/status.json").status()).isEqualTo(200);
        ScriptedExchange head = bed.ask("HEAD", "/events"); // does not watch
        assertThat(head.sent().get("content-type")).startsWith("text/event-stream");
    }
}
