// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Flow;
import java.util.function.Predicate;

/// The HTTP client's end of an uplink, for tests: takes everything that is sent, or as many pieces as it is told to.
final class Received implements Flow.Subscriber<ByteBuffer> {
    private static final long PATIENCE_NANOS = 20_000_000_000L;

    private final ByteArrayOutputStream octets = new ByteArrayOutputStream(); // from here on guarded by this
    private Flow.Subscription subscription;
    private int pieces;
    private int longest;
    private Throwable failure;
    private boolean complete;
    private RuntimeException fault;

    /// @param demand pieces asked for at once
    static Received from(Uplink uplink, long demand) {
        Received received = new Received();
        uplink.subscribe(received);
        received.subscription.request(demand);
        return received;
    }

    /// An HTTP client that fails instead of taking a piece.
    static Received failing(Uplink uplink, RuntimeException why) {
        Received received = new Received();
        received.fault = why;
        uplink.subscribe(received);
        received.subscription.request(1);
        return received;
    }

    @Override
    public void onSubscribe(Flow.Subscription s) {
        subscription = s;
    }

    @Override
    public synchronized void onNext(ByteBuffer piece) {
        if (fault != null) {
            notifyAll();
            throw fault;
        }
        byte[] copy = new byte[piece.remaining()];
        piece.get(copy);
        octets.writeBytes(copy);
        pieces++;
        longest = Math.max(longest, copy.length);
        notifyAll();
    }

    @Override
    public synchronized void onError(Throwable why) {
        failure = why;
        notifyAll();
    }

    @Override
    public synchronized void onComplete() {
        complete = true;
        notifyAll();
    }

    void request(long more) {
        subscription.request(more);
    }

    /// The router breaks the stream off.
    void cancel() {
        subscription.cancel();
    }

    synchronized int pieces() {
        return pieces;
    }

    synchronized int longestPiece() {
        return longest;
    }

    synchronized boolean complete() {
        return complete;
    }

    synchronized Throwable failure() {
        return failure;
    }

    synchronized byte[] bytes() {
        return octets.toByteArray();
    }

    String text() {
        return new String(bytes(), StandardCharsets.ISO_8859_1);
    }

    /// Waits until what was sent so far is as wanted, and returns it.
    synchronized String await(Predicate<String> wanted) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (!wanted.test(text())) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                throw new AssertionError("the uplink got only: " + text());
            }
            wait(Math.max(1, left / 1_000_000));
        }
        return text();
    }

    synchronized void awaitComplete() throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (!complete) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                throw new AssertionError("the uplink was not ended");
            }
            wait(Math.max(1, left / 1_000_000));
        }
    }

    /// Waits until what was sent so far ends so, and returns it.
    String awaitEnd(String end) throws InterruptedException {
        return await(text -> text.endsWith(end));
    }
}
