// SPDX-License-Identifier: MIT
package lambdadispatch.abuse;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import lambdadispatch.carrier.Threads;
import lambdadispatch.net.Transport;
import lambdadispatch.support.Http1Peer;
import lambdadispatch.support.Http2Peer;
import lambdadispatch.support.WireFrame;

/// A client that behaves: one request after the other on one connection, each of which must be answered.
final class GoodClient implements AutoCloseable {
    private static final long PATIENCE_NANOS = 60_000_000_000L;

    /// Asks once more for "/" and returns status and text.
    @FunctionalInterface
    private interface Question {
        String ask() throws IOException;
    }

    private final Transport transport;
    private final Question question;
    private final Thread thread;
    private final List<String> failures = new CopyOnWriteArrayList<>();
    private boolean done; // from here on guarded by this
    private int served;
    private long slowestNanos;

    private GoodClient(Transport transport, Question question) {
        this.transport = transport;
        this.question = question;
        thread = Threads.virtual("good-client").start(this::run);
    }

    static GoodClient http2(Transport transport) throws IOException {
        Http2Peer peer = new Http2Peer(transport).begin();
        AtomicInteger stream = new AtomicInteger(1);
        return new GoodClient(transport, () -> {
            int id = stream.getAndAdd(2);
            Http2Peer.Answer answer = peer.send(WireFrame.get(id, "/")).answer(id);
            return answer.status() + " " + answer.text();
        });
    }

    static GoodClient http1(Transport transport) {
        Http1Peer peer = new Http1Peer(transport);
        return new GoodClient(transport, () -> {
            Http1Peer.Answer answer = peer.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").answer();
            return answer.status() + " " + answer.text();
        });
    }

    private void run() {
        while (!isDone()) {
            long start = System.nanoTime();
            try {
                String answer = question.ask();
                if (!answer.equals("200 served")) {
                    failures.add(answer);
                }
            } catch (IOException | AssertionError e) {
                failures.add(e.toString());
                break;
            }
            count(System.nanoTime() - start);
        }
    }

    private synchronized void count(long nanos) {
        served++;
        slowestNanos = Math.max(slowestNanos, nanos);
        notifyAll();
    }

    private synchronized boolean isDone() {
        return done;
    }

    synchronized int served() {
        return served;
    }

    synchronized long slowestMillis() {
        return slowestNanos / 1_000_000;
    }

    List<String> failures() {
        return failures;
    }

    synchronized void awaitServed(int times) throws InterruptedException {
        long until = System.nanoTime() + PATIENCE_NANOS;
        while (served < times) {
            long left = until - System.nanoTime();
            if (left <= 0 || !failures.isEmpty()) {
                throw new AssertionError("the good client was served " + served + " times only; " + failures);
            }
            wait(Math.min(1_000, left / 1_000_000 + 1));
        }
    }

    @Override
    public void close() throws InterruptedException {
        synchronized (this) {
            done = true;
        }
        thread.join();
        transport.close();
    }
}
