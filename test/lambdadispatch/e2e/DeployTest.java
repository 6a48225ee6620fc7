// SPDX-License-Identifier: MIT
package lambdadispatch.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import lambdadispatch.base.json.Json;
import lambdadispatch.emulator.BuildCommands;
import lambdadispatch.soak.AnswerTally;
import lambdadispatch.soak.SoakTraffic;
import lambdadispatch.support.Stack;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A new version goes out while requests come: by a roll, and to a part of the requests. The aliases are those of the emulated Lambda.
@Timeout(150)
class DeployTest {
    private static final String TOKEN = "token-of-the-deploy-test";
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @AfterEach
    void close() {
        client.close();
    }

    private static Stack stack() throws IOException {
        return new Stack().admin(TOKEN).router("LAMBDA_DISPATCH_FunctionName", Stack.FUNCTION + ":live");
    }

    private HttpResponse<String> send(String method, URI url, String body, String... fields) throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(url).timeout(PATIENCE).method(method, HttpRequest.BodyPublishers.ofString(body));
        if (fields.length > 0) {
            request.headers(fields);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private void aliases(Stack stack, String aliases) throws Exception {
        assertThat(send("POST", stack.emulator().endpoint().resolve("/_emulator/aliases"), aliases).statusCode()).isEqualTo(200);
    }

    private String change(Stack stack, String pathAndQuery) throws Exception {
        HttpResponse<String> answer = send("POST", stack.adminUrl(pathAndQuery), "", "authorization", "Bearer " + TOKEN);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer.body();
    }

    private Json.JsonObject status(Stack stack) throws Exception {
        return Json.parseObject(send("GET", stack.adminUrl("/status.json"), "").body().getBytes(StandardCharsets.UTF_8));
    }

    /// Names of the open instances, by the version that they run.
    private Map<String, Set<String>> open(Stack stack) throws Exception {
        Map<String, Set<String>> open = new TreeMap<>();
        for (Json pool : status(stack).items("pools")) {
            for (Json each : ((Json.JsonObject) pool).items("instances")) {
                Json.JsonObject instance = (Json.JsonObject) each;
                if (instance.text("state").orElseThrow().equals("open")) {
                    open.computeIfAbsent(instance.text("version").orElseThrow(), version -> new TreeSet<>())
                            .add(instance.text("name").orElseThrow());
                }
            }
        }
        return open;
    }

    private Map<String, Set<String>> awaitOpen(Stack stack, Predicate<Map<String, Set<String>>> wanted) throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        for (Map<String, Set<String>> open = open(stack); ; open = open(stack)) {
            if (wanted.test(open)) {
                return open;
            }
            assertThat(System.nanoTime()).as("open for too long: " + open).isLessThan(deadline);
            LockSupport.parkNanos(50_000_000);
        }
    }

    private static int roll(Stack stack) throws Exception {
        List<String> command = new ArrayList<>(BuildCommands.ofModules().router());
        command.addAll(List.of("admin", "roll"));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment()
                .putAll(Map.of("LAMBDA_DISPATCH_AdminPort", Integer.toString(stack.port("admin")), "LAMBDA_DISPATCH_AdminToken", TOKEN));
        return builder.start().waitFor();
    }

    @Test
    void rollReplacesEveryInstanceByOneOfTheNewVersionAndNoRequestNoticesIt() throws Exception {
        AnswerTally tally = new AnswerTally();
        try (Stack stack = stack().instances(6).start()) {
            aliases(stack, "live=3");
            try (SoakTraffic traffic = new SoakTraffic(List.of(stack.url("/"), stack.tlsUrl("/")), tally).prepare()) {
                change(stack, "/scale?min=2&max=2");
                Set<String> first = awaitOpen(stack, open -> open.size() == 1 && open.getOrDefault("3", Set.of()).size() == 2).get("3");
                traffic.longestDelay(100).start(4, 50);
                aliases(stack, "live=4");
                assertThat(change(stack, "/roll")).contains("\"rolling\":2");
                Set<String> second = awaitOpen(stack, open -> open.size() == 1 && open.getOrDefault("4", Set.of()).size() == 2).get("4");
                assertThat(second).doesNotContainAnyElementsOf(first);
                assertThat(roll(stack)).as("status of the command").isZero();
                awaitOpen(stack,
                        open -> open.getOrDefault("4", Set.of()).size() == 2 && second.stream().noneMatch(open.get("4")::contains));
                traffic.stop();
            }
            assertThat(stack.output()).doesNotContain("requestLost");
        }
        assertThat(tally.starting("GET ")).as(tally.toString()).isEqualTo(tally.of("GET 200")).isPositive();
        assertThat(tally.starting("POST ")).as(tally.toString()).isEqualTo(tally.of("POST 200"));
    }

    @Test
    void canaryGetsItsPartKeepsItsClientsAndIsTakenBackByOneCall() throws Exception {
        try (Stack stack = stack().app(OddApp.command()).instances(4).router("LAMBDA_DISPATCH_CanaryCookie", "lane").start()) {
            aliases(stack, "live=3,next=4");
            assertThat(versions(stack, 10)).containsOnlyKeys("3");
            change(stack, "/canary?alias=next&percent=50");
            Map<String, Integer> all = new TreeMap<>();
            while (!open(stack).containsKey("4")) { // until then the others take all, and the draws ask for an instance
                versions(stack, 1).forEach((version, count) -> all.merge(version, count, Integer::sum));
            }
            Map<String, Integer> both = versions(stack, 100);
            both.forEach((version, count) -> all.merge(version, count, Integer::sum));
            assertThat(both).containsOnlyKeys("3", "4");
            assertThat(both.get("4")).as("of a hundred, drawn by a half").isBetween(15, 85);
            assertThat(answered(stack, all.get("3") + all.get("4"))).isEqualTo(all);
            for (String lane : List.of("0", "4999", "5000", "9999")) {
                String theirs = Integer.parseInt(lane) < 5000 ? "4" : "3";
                assertThat(versions(stack, 5, "cookie", "lane=" + lane)).as("lane " + lane).containsOnlyKeys(theirs);
            }
            change(stack, "/canary?percent=0");
            assertThat(versions(stack, 20)).containsOnlyKeys("3");
            assertThat(versions(stack, 5, "cookie", "lane=0")).containsOnlyKeys("3");
        }
    }

    /// What the router says of who answered so many requests, once it has counted the last of them.
    private Map<String, Integer> answered(Stack stack, int requests) throws Exception {
        Map<String, Integer> answered = new TreeMap<>();
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        do {
            Json.JsonObject canary = status(stack).object("canary").orElseThrow();
            answered.put("4", (int) canary.object("canary").orElseThrow().number("answered").orElseThrow());
            answered.put("3", (int) canary.object("others").orElseThrow().number("answered").orElseThrow());
        } while (answered.get("3") + answered.get("4") < requests && System.nanoTime() < deadline);
        return answered;
    }

    /// How many of so many requests were answered by which version; all with 200, and the cookie's number says who answered.
    private Map<String, Integer> versions(Stack stack, int requests, String... fields) throws Exception {
        Map<String, Integer> versions = new TreeMap<>();
        for (int i = 0; i < requests; i++) {
            HttpResponse<String> answer = send("GET", stack.url("/version"), "", fields);
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            versions.merge(answer.body(), 1, Integer::sum);
            answer.headers().firstValue("set-cookie").ifPresent(cookie ->
            assertThat(Integer.parseInt(cookie.replaceAll("lane=(\\d+);.*", "$1")) < 5000).as(cookie).isEqualTo(answer.body().equals("4")));
        }
        return versions;
    }
}
