// SPDX-License-Identifier: MIT
package lambdadispatch.soak;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import lambdadispatch.support.TrustAll;

/// Clients of the demo app that send a mixture of requests, one after another each, and look at every octet of what comes back.
///
/// Half of them speak HTTP/1.1, half HTTP/2 over TLS where there is such a port. A response that does not come whole counts as `cut off` if
/// its head had come.
public final class SoakTraffic implements AutoCloseable {
    private static final long[] SIZES = {0, 1_000, 65_536, 300_000, 1 << 20};
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int LARGEST_UPLOAD = 200_000;

    private final List<URI> bases;
    private final AnswerTally tally;
    private final HttpClient client = HttpClient.newBuilder().sslContext(TrustAll.context()).connectTimeout(Duration.ofSeconds(10)).build();
    private final Map<Long, String> hashes = new HashMap<>();
    private final List<Thread> threads = new ArrayList<>();
    private int longestDelayMillis = 750;
    private volatile boolean stopped;

    /// @param bases an `http` one is spoken to in HTTP/1.1, an `https` one in HTTP/2
    public SoakTraffic(List<URI> bases, AnswerTally tally) {
        this.bases = List.copyOf(bases);
        this.tally = tally;
    }

    /// Asks the app once what its bodies must hash to; waits for the first instance on the way.
    public SoakTraffic prepare() throws IOException, InterruptedException {
        for (long size : SIZES) {
            HttpResponse<String> answer = client.send(request(bases.getFirst(), "/sha256?n=" + size).build(), BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw new IOException("/sha256 was answered with " + answer.statusCode());
            }
            hashes.put(size, answer.body().strip());
        }
        return this;
    }

    /// The slowest answers that are asked for take so long; at least 51.
    public SoakTraffic longestDelay(int millis) {
        longestDelayMillis = millis;
        return this;
    }

    /// @param pauseMillis between an answer and the next request of the same client, on average
    public SoakTraffic start(int clients, int pauseMillis) {
        stopped = false;
        for (int i = 0; i < clients; i++) {
            URI base = bases.get(i % bases.size());
            SplittableRandom random = new SplittableRandom(i);
            threads.add(Thread.ofVirtual().name("client-" + i).start(() -> run(base, random, pauseMillis)));
        }
        return this;
    }

    private void run(URI base, SplittableRandom random, int pauseMillis) {
        while (!stopped) {
            one(base, random);
            LockSupport.parkNanos((long) (pauseMillis * 2e6 * random.nextDouble()));
        }
    }

    private void one(URI base, SplittableRandom random) {
        int dice = random.nextInt(100);
        if (dice < 45) {
            get(base, "/ping", 0, body -> Arrays.equals(body, "pong".getBytes(StandardCharsets.US_ASCII)));
        } else if (dice < 70) {
            int millis = 50 + random.nextInt(longestDelayMillis - 50);
            get(base, "/delay?ms=" + millis, millis,
                    body -> new String(body, StandardCharsets.US_ASCII).equals("after " + millis + " ms\n"));
        } else if (dice < 80) {
            long size = SIZES[random.nextInt(SIZES.length)];
            // Over HTTP/1.1 the JDK's client trips over an assertion of its own when trailer fields follow a chunked body.
            boolean chunked = dice % 2 == 0 && base.getScheme().equals("https");
            get(base, "/bytes?n=" + size + (chunked ? "&chunked" : ""), 0,
                    body -> body.length == size && Digests.sha256(body).equals(hashes.get(size)));
        } else if (dice < 95) {
            byte[] body = new byte[random.nextInt(LARGEST_UPLOAD)];
            random.nextBytes(body);
            post(base, dice < 90, body, dice % 2 == 0);
        } else {
            leave(base, random.nextInt(300));
        }
    }

    private interface Check {
        boolean right(byte[] body);
    }

    private void get(URI base, String path, int atLeastMillis, Check check) {
        long start = System.nanoTime();
        if (send("GET", request(base, path).build(), check)) {
            tally.took((System.nanoTime() - start) / 1e6 - atLeastMillis);
        }
    }

    private void post(URI base, boolean echo, byte[] body, boolean lengthKnown) {
        HttpRequest request = request(base, echo ? "/echo" : "/upload")
                .POST(lengthKnown ? BodyPublishers.ofByteArray(body) : BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body)))
                .build();
        send("POST", request, answer -> echo ? Arrays.equals(answer, body)
                : new String(answer, StandardCharsets.US_ASCII).contains("\"sha256\":\"" + Digests.sha256(body) + "\""));
    }

    private boolean send(String method, HttpRequest request, Check check) {
        String outcome;
        boolean good = false;
        try {
            HttpResponse<InputStream> response = client.send(request, BodyHandlers.ofInputStream());
            outcome = method + " " + response.statusCode();
            try (InputStream in = response.body()) {
                byte[] body = in.readAllBytes();
                good = response.statusCode() == 200 && check.right(body);
                outcome += response.statusCode() == 200 && !good ? " wrong body" : "";
            } catch (IOException e) {
                outcome = method + " cut off";
            }
        } catch (IOException e) {
            outcome = method + " failed: " + e.getClass().getSimpleName() + " " + String.valueOf(e.getMessage()).replaceAll("\\d+", "N");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
        tally.add(outcome);
        return good;
    }

    /// A client that loses its patience.
    private void leave(URI base, int afterMillis) {
        CompletableFuture<HttpResponse<byte[]>> answer =
                client.sendAsync(request(base, "/delay?ms=2000").build(), BodyHandlers.ofByteArray());
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(afterMillis));
        answer.cancel(true);
        tally.add("left");
    }

    private static HttpRequest.Builder request(URI base, String path) {
        boolean secure = base.getScheme().equals("https");
        return HttpRequest.newBuilder(base.resolve(path)).timeout(PATIENCE)
                .version(secure ? HttpClient.Version.HTTP_2 : HttpClient.Version.HTTP_1_1);
    }

    /// Lets what is under way end.
    public void stop() throws InterruptedException {
        stopped = true;
        for (Thread thread : threads) {
            thread.join();
        }
        threads.clear();
    }

    @Override
    public void close() throws InterruptedException {
        stop();
        client.close();
    }
}
