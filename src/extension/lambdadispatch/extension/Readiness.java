// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import lambdadispatch.base.Bytes;
import lambdadispatch.base.log.Log;
import lambdadispatch.http.message.HeadParser;
import lambdadispatch.http.message.HeaderName;
import lambdadispatch.http.message.MessageWriter;
import lambdadispatch.http.message.ResponseHead;
import lambdadispatch.net.Deadline;
import lambdadispatch.net.Input;
import lambdadispatch.net.SocketTransport;

/// Finds out when the app is ready: asks its health path again and again, soon at first, since each pause is start-up time.
final class Readiness {
    private static final Log LOG = Log.of("readiness");
    private static final long FIRST_PAUSE_MILLIS = 2;
    private static final long LONGEST_PAUSE_MILLIS = 50;
    private static final int MAX_FAULT = 300;
    private static final long WARN_EVERY_MILLIS = 10_000;
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(1);
    /// The health route may do the app's whole cold start.
    private static final Duration ANSWER_LIMIT = Duration.ofMinutes(15);

    private final ExtensionConfig.Health health;
    private final App app;
    private final CountDownLatch ready = new CountDownLatch(1);
    private volatile String fault = "not looked at yet";

    Readiness(ExtensionConfig config) {
        this.health = config.health();
        this.app = App.of(config);
    }

    App app() {
        return app;
    }

    /// Checks until the app is ready; call on a thread of its own.
    void run() {
        long start = System.nanoTime();
        long warned = start;
        String last = "";
        for (long pause = FIRST_PAUSE_MILLIS; ; pause = Math.min(LONGEST_PAUSE_MILLIS, pause * 2)) {
            String found = check();
            if (found == null) {
                LOG.info("app ready", "ms", millisSince(start));
                ready.countDown();
                return;
            }
            fault = found;
            if (!found.equals(last)) {
                LOG.info("app not ready yet", "why", found, "at", app.address(), "path", health.path());
                last = found;
            }
            if (millisSince(warned) >= WARN_EVERY_MILLIS) {
                warned = System.nanoTime();
                LOG.warn("the app is not ready", "why", found, "at", app.address(), "path", health.path(), "seconds",
                        millisSince(start) / 1_000);
            }
            try {
                Thread.sleep(pause);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private static long millisSince(long nanos) {
        return (System.nanoTime() - nanos) / 1_000_000;
    }

    /// What the last look found wrong, and where, in printable ASCII: for people, clients of the router among them.
    String fault() {
        String found = fault;
        String path = health.path().split("\\?", 2)[0]; // a query may hold a secret
        String text = found.startsWith("status ") ? "GET " + path + " at " + app.address().authority() + " gets " + found : found;
        return text.substring(0, Math.min(text.length(), MAX_FAULT)).replaceAll("[^ -~]", "?");
    }

    /// One look. Null if the app is ready, else what is wrong.
    private String check() {
        return check(ANSWER_LIMIT);
    }

    /// @param answerLimit how long the health path may take
    String check(Duration answerLimit) {
        try (SocketTransport transport = app.address().connect(CONNECT_LIMIT)) {
            if (health.path().isEmpty()) {
                return null;
            }
            try (Deadline limit = new Deadline(transport::close)) {
                limit.arm(answerLimit);
                int status = ask(transport);
                return status >= health.minStatus() && status <= health.maxStatus() ? null : "status " + status;
            }
        } catch (ConnectException e) {
            return e.getMessage();
        } catch (SocketTimeoutException e) {
            return app.address().authority() + " takes no connections: its listen queue is full";
        } catch (IOException e) {
            return app.address().authority() + " gives no answer: " + e.getMessage();
        }
    }

    /// Whether the app takes connections: less than being ready, but without it nothing can be served.
    boolean accepts() {
        return AppConnection.possible(app.address());
    }

    private int ask(SocketTransport transport) throws IOException {
        Bytes request = new Bytes(128);
        MessageWriter.requestLine(request, "GET", health.path());
        MessageWriter.field(request, HeaderName.HOST, app.address().authority());
        MessageWriter.field(request, HeaderName.CONNECTION, "close");
        MessageWriter.end(request);
        transport.write(request.array(), 0, request.length());
        ResponseHead head = new ResponseHead();
        Input in = new Input(transport::read, 1024, 64 << 10);
        HeadParser parser = new HeadParser(64 << 10, 256);
        do {
            if (!parser.parseResponse(in, head)) {
                throw new IOException("closed without an answer");
            }
        } while (head.status() < 200);
        return head.status();
    }

    boolean isReady() {
        return ready.getCount() == 0;
    }

    /// Waits until the app is ready. False if the time ran out.
    boolean await(Duration limit) throws InterruptedException {
        return ready.await(limit.toMillis(), TimeUnit.MILLISECONDS);
    }
}
