// SPDX-License-Identifier: MIT
package lambdadispatch.aws.metadata;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import javax.net.ssl.SSLContext;
import lambdadispatch.http.client.Http1Client;
import lambdadispatch.http.message.Headers;
import lambdadispatch.net.Deadline;

/// Asks a service for a short text: with a bound on each try as a whole, so that an answer that trickles in does not hold anybody up, and
/// a few tries where the network or the service fails. Blocks.
public final class Fetch implements AutoCloseable {
    /// A request from memory.
    ///
    /// @param body null for none
    public record Question(String method, URI uri, Headers headers, byte[] body) {
        public static Question get(URI uri, String... namesAndValues) {
            return new Question("GET", uri, Headers.of(namesAndValues), null);
        }
    }

    public record Answer(int status, Headers headers, String text) {
        public boolean ok() {
            return status == 200;
        }
    }

    /// @param connect for TCP and TLS
    /// @param whole for one try, connecting aside
    /// @param tries at most
    public record Limits(Duration connect, Duration whole, int tries) {
        /// For services on this host or beside it.
        public static final Limits NEAR = new Limits(Duration.ofSeconds(1), Duration.ofSeconds(1), 3);
        public static final Limits FAR = new Limits(Duration.ofSeconds(3), Duration.ofSeconds(10), 3);
    }

    private static final int LONGEST_ANSWER = 256 << 10;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);

    private final Limits limits;
    private final Http1Client http;

    /// @param tls null for the platform's trust
    public Fetch(Limits limits, SSLContext tls) {
        this.limits = limits;
        // Asked for again in minutes or hours: not worth a connection until then.
        this.http = new Http1Client(Http1Client.Options.DEFAULT.withConnect(limits.connect()).withWrite(limits.whole())
                .withResponse(limits.whole()).withIdle(Duration.ZERO).withTls(tls));
    }

    /// Whatever was answered, but for 5xx and 429 while there are tries left.
    /// @throws IOException no try got a whole answer
    public Answer ask(Question question) throws IOException {
        for (int attempt = 1;; attempt++) {
            try {
                Answer answer = once(question);
                boolean passing = answer.status() >= 500 || answer.status() == 429;
                if (!passing || attempt >= limits.tries()) {
                    return answer;
                }
            } catch (IOException e) {
                if (attempt >= limits.tries()) {
                    throw e;
                }
            }
            pause((long) (FIRST_PAUSE.toNanos() * (0.5 + ThreadLocalRandom.current().nextDouble()) * (1 << attempt - 1)));
        }
    }

    /// Parking alone would not do: a wake-up that was meant for the exchange before, and comes late, would end the pause at once.
    private static void pause(long nanos) throws InterruptedIOException {
        try {
            Thread.sleep(Duration.ofNanos(nanos));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted between two tries");
        }
    }

    private Answer once(Question question) throws IOException {
        long until = System.nanoTime() + limits.connect().plus(limits.whole()).toNanos();
        try (Http1Client.Response response =
                http.send(question.method(), question.uri(), question.headers(), question.body(), limits.whole());
                Deadline deadline = new Deadline(() -> closeQuietly(response))) {
            deadline.armNanos(Math.max(1, until - System.nanoTime()));
            return new Answer(response.status(), response.headers(), new String(response.bytes(LONGEST_ANSWER), StandardCharsets.UTF_8));
        }
    }

    private static void closeQuietly(Http1Client.Response response) {
        try {
            response.close();
        } catch (IOException e) {
            return; // the reader sees that it is closed, which is all that this is for
        }
    }

    @Override
    public void close() {
        http.close();
    }
}
