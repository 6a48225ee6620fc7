// SPDX-License-Identifier: MIT
package lambdadispatch.soak;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import lambdadispatch.base.json.Json;
import lambdadispatch.base.json.JsonException;
import lambdadispatch.support.JavaApp;
import lambdadispatch.support.Stack;

/// A new version goes out under load: by `POST /roll` when the alias has moved, and to a part of the requests as a canary that is taken
/// back. Who answered which requests, and how many failed: none may.
final class Deploys {
    private static final String TOKEN = "token-of-the-deploys";
    private static final double PER_SECOND = 60;
    private static final int INSTANCES = 4;
    private static final int WARM_UP_SECONDS = 15;
    private static final int LOOK_MILLIS = 200;

    private interface Change {
        void make() throws Exception;
    }

    private final Stack stack;
    private final RouterLog log;
    private final Arrivals arrivals;
    private final List<String> broken = new ArrayList<>();

    private Deploys(Stack stack, RouterLog log, Arrivals arrivals) {
        this.stack = stack;
        this.log = log;
        this.arrivals = arrivals;
    }

    /// @param seconds that each step lasts
    /// @return promises that were broken
    static List<String> run(int seconds, Function<RouterLog, Stack> stacks) throws Exception {
        RouterLog log = new RouterLog();
        try (Stack stack = stacks.apply(log).app(JavaApp.command(VersionApp.class)).instances(3 * INSTANCES).admin(TOKEN)
                .router("LAMBDA_DISPATCH_FunctionName", Stack.FUNCTION + ":live")
                .router("LAMBDA_DISPATCH_MinInstanceCount", Integer.toString(INSTANCES)).start();
                Arrivals arrivals = new Arrivals()) {
            Deploys deploys = new Deploys(stack, log, arrivals);
            deploys.steps(seconds);
            return deploys.broken;
        }
    }

    private void steps(int seconds) throws Exception {
        aliases("live=3");
        arrivals.come(stack.url("/"), PER_SECOND, WARM_UP_SECONDS);
        change("/roll"); // those that were there before the alias
        awaitVersions(Set.of("3"));
        System.out.println(
                "| while | requests | not 200 | by version | p50 | p99 | longest | tried twice |\n|---|---|---|---|---|---|---|---|");
        step("nothing changes", seconds, () -> {});
        step("the alias moves, then `POST /roll`", seconds, () -> {
            aliases("live=4");
            change("/roll");
            awaitVersions(Set.of("4"));
        });
        step("a canary begins, at 20 %", seconds, () -> {
            aliases("live=4,next=5");
            change("/canary?alias=next&percent=20");
            awaitVersions(Set.of("4", "5"));
        });
        step("the canary serves", seconds, () -> {});
        step("it is taken back", seconds, () -> change("/canary?percent=0"));
        step("a canary that does not exist gets 50 %", seconds, () -> change("/canary?alias=nobody&percent=50"));
        step("it is taken back, too", seconds, () -> change("/canary?percent=0"));
    }

    private void step(String name, int seconds, Change change) throws Exception {
        long triedBefore = log.retries();
        CompletableFuture<Void> changed = CompletableFuture.runAsync(() -> {
            try {
                change.make();
            } catch (Exception e) {
                throw new CompletionException(e);
            }
        }, Thread::startVirtualThread);
        List<Arrivals.Answer> answers = new ArrayList<>();
        do { // until the change has been made
            answers.addAll(arrivals.come(stack.url("/"), PER_SECOND, seconds));
        } while (!changed.isDone());
        changed.join();
        Map<String, Integer> versions = new TreeMap<>();
        answers.stream().filter(each -> each.status() == 200).forEach(each -> versions.merge(each.body(), 1, Integer::sum));
        long failed = answers.stream().filter(each -> each.status() != 200).count();
        List<Double> millis = answers.stream().map(Arrivals.Answer::millis).toList();
        System.out.printf("| %s | %d | %d | %s | %.0f ms | %.0f ms | %.0f ms | %d |%n", name, answers.size(), failed, versions,
                AnswerTally.quantile(millis, 0.5), AnswerTally.quantile(millis, 0.99),
                AnswerTally.quantile(millis, 1), log.retries() - triedBefore);
        if (failed > 0) {
            broken.add(failed + " requests failed while " + name);
        }
    }

    /// Waits until the open instances are of these versions and no others.
    private void awaitVersions(Set<String> wanted) throws IOException, InterruptedException, JsonException {
        Set<String> seen;
        do {
            Thread.sleep(LOOK_MILLIS);
            seen = new TreeSet<>();
            for (Json pool : Json.parseObject(get(stack.adminUrl("/status.json"))).items("pools")) {
                for (Json instance : ((Json.JsonObject) pool).items("instances")) {
                    Json.JsonObject each = (Json.JsonObject) instance;
                    if (each.text("state").orElse("").equals("open")) {
                        seen.add(each.text("version").orElse(""));
                    }
                }
            }
        } while (!seen.equals(wanted));
    }

    private static byte[] get(URI url) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client
                    .send(HttpRequest.newBuilder(url).version(HttpClient.Version.HTTP_1_1).build(), HttpResponse.BodyHandlers.ofByteArray())
                    .body();
        }
    }

    private void aliases(String aliases) throws IOException, InterruptedException {
        post(stack.emulator().endpoint().resolve("/_emulator/aliases"), aliases);
    }

    private void change(String pathAndQuery) throws IOException, InterruptedException {
        post(stack.adminUrl(pathAndQuery), "");
    }

    private static void post(URI url, String body) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> answer =
                    client.send(HttpRequest.newBuilder(url).header("authorization", "Bearer " + TOKEN).version(HttpClient.Version.HTTP_1_1)
                    .POST(HttpRequest.BodyPublishers.ofString(body)).build(), HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw new IOException(url + " was answered with " + answer.statusCode() + " " + answer.body());
            }
        }
    }
}
