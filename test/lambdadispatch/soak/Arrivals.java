// SPDX-License-Identifier: MIT
package lambdadispatch.soak;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;

/// Clients that come as they will, whether the ones before have their answer or not: so many a second on average.
final class Arrivals implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(130);

    /// @param status 0 if there was none
    record Answer(int status, String body, double millis) {}

    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Random random = new Random(1);

    /// Returns when all have their answers.
    List<Answer> come(URI url, double perSecond, int seconds) {
        List<CompletableFuture<Answer>> all = new ArrayList<>();
        long start = System.nanoTime();
        double at = 0;
        while ((at -= Math.log(1 - random.nextDouble()) / perSecond) < seconds) {
            long wait = start + (long) (at * 1e9) - System.nanoTime();
            if (wait > 0) {
                LockSupport.parkNanos(wait);
            }
            all.add(ask(url));
        }
        return all.stream().map(CompletableFuture::join).toList();
    }

    private CompletableFuture<Answer> ask(URI url) {
        long start = System.nanoTime();
        return client.sendAsync(HttpRequest.newBuilder(url).timeout(PATIENCE).build(), HttpResponse.BodyHandlers.ofString())
                .handle((response, failure) -> new Answer(failure == null ? response.statusCode() : 0,
                        failure == null ? response.body() : "", (System.nanoTime() - start) / 1e6));
    }

    @Override
    public void close() {
        client.close();
    }
}
