// SPDX-License-Identifier: MIT
package lambdadispatch.abuse.http2;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import lambdadispatch.io.Transport;
import lambdadispatch.support.Http2Peer;
import lambdadispatch.support.WireFrame;

/// A client that behaves: one request after the other on one connection, each of which must be answered.
final class GoodClient implements AutoCloseable {
    private static final long PATIENCE_NANOS = 60_000_000_000L;

    private final Http2Peer peer;
    private final Thread thread;
    private final List<String> failures = new CopyOnWriteArrayList<>();
    private boolean done; // from here on guarded by this
    private int served;
    private long slowestNanos;

    GoodClient(Transport transport) throws java.io.IOException {
        peer = new Http2Peer(transport).begin();
        thread = Thread.ofVirtual().name("good-client").start(this::ask);
    }

    private void ask() {
        for (int id = 1; !isDone(); id += 2) {
            long start = System.nanoTime();
            try {
                Http2Peer.Answer answer = peer.send(WireFrame.get(id, "/")).answer(id);
                if (answer.status() != 200 || !answer.text().equals("served")) {
                    failures.add(answer.status() + " " + answer.reset() + " " + answer.text());
                }
            } catch (java.io.IOException | AssertionError e) {
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
        peer.close();
    }
}
