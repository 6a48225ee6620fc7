// SPDX-License-Identifier: MIT
package lambdadispatch.lifecycle;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import lambdadispatch.emulator.environment.Environment;
import lambdadispatch.support.Stack;

/// Requests to a [Stack], and looks behind it.
final class Calls implements AutoCloseable {
    static final long PATIENCE_SECONDS = 60;

    private final Stack stack;
    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    Calls(Stack stack) {
        this.stack = stack;
    }

    HttpResponse<String> get(String path, String... headers) throws Exception {
        return later("GET", path, headers).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    CompletableFuture<HttpResponse<String>> later(String method, String path, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(stack.url(path)).method(method, HttpRequest.BodyPublishers.noBody())
                .timeout(Duration.ofSeconds(PATIENCE_SECONDS));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.sendAsync(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    /// The environment whose app works on a request just now.
    Environment working() throws Exception {
        Environment[] found = new Environment[1];
        until(() -> {
            for (Environment each : stack.environments()) {
                if (!each.frozen() && running(each) > 1) { // the question is one, too
                    found[0] = each;
                }
            }
            return found[0] != null;
        });
        return found[0];
    }

    /// Waits until so many environments are ready and none works on anything: one that is on its way out may still do so for a moment.
    void awaitIdle(int ready) {
        until(() -> {
            int idle = 0;
            for (Environment each : stack.environments()) {
                long running = each.frozen() ? 0 : running(each);
                if (running > 1) {
                    return false;
                }
                idle += running == 1 && each.output().since(0).contains("app ready") ? 1 : 0;
            }
            return idle >= ready;
        });
    }

    private long running(Environment environment) {
        URI stats = URI.create("http://127.0.0.1:" + environment.appPort() + "/stats");
        try {
            String body =
                    client.send(HttpRequest.newBuilder(stats).timeout(Duration.ofSeconds(5)).build(), HttpResponse.BodyHandlers.ofString())
                            .body();
            return Long.parseLong(body.replaceAll("(?s).*\"running\":(\\d+).*", "$1"));
        } catch (IOException e) {
            return 0; // it has not started, or is gone
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 0;
        }
    }

    static void until(BooleanSupplier reached) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!reached.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("did not happen in time");
            }
            LockSupport.parkNanos(20_000_000);
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
