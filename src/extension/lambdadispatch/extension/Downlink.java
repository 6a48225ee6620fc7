// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.locks.LockSupport;
import lambdadispatch.base.ByteQueue;

/// The downlink's response body: requests come here from the HTTP client's thread and are read by the channel's.
///
/// More is asked for only while little waits, so an app that does not read stops its own channel: what is not asked for stays within the
/// stream's flow-control window.
final class Downlink implements BodySubscriber<Void> {
    private static final int WANT_MORE_BELOW = 64 << 10;

    private final Runnable onReset;
    private final ByteQueue queue = new ByteQueue(); // from here on guarded by this
    private Flow.Subscription subscription;
    private boolean asked;
    private boolean ended;
    private IOException failure;
    private Thread reader;

    /// @param onReset called when the stream breaks; must not block
    Downlink(Runnable onReset) {
        this.onReset = onReset;
    }

    @Override
    public CompletionStage<Void> getBody() {
        return CompletableFuture.completedFuture(null); // so that the response is there as soon as its head is
    }

    @Override
    public void onSubscribe(Flow.Subscription s) {
        synchronized (this) {
            subscription = s;
            asked = true;
        }
        s.request(1);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        Thread wake;
        boolean more;
        synchronized (this) {
            for (ByteBuffer buffer : buffers) {
                queue.append(buffer);
            }
            more = queue.size() < WANT_MORE_BELOW;
            asked = more;
            wake = reader;
            reader = null;
        }
        if (wake != null) {
            LockSupport.unpark(wake);
        }
        if (more) {
            subscription.request(1);
        }
    }

    @Override
    public void onError(Throwable thrown) {
        over(new IOException("downlink broke: " + thrown.getMessage(), thrown));
        onReset.run();
    }

    @Override
    public void onComplete() {
        over(null);
    }

    private void over(IOException why) {
        Thread wake;
        synchronized (this) {
            ended = true;
            failure = why;
            wake = reader;
            reader = null;
        }
        if (wake != null) {
            LockSupport.unpark(wake);
        }
    }

    /// From this side.
    void reset() {
        Flow.Subscription s;
        synchronized (this) {
            s = subscription;
        }
        over(new IOException("channel given up"));
        if (s != null) {
            s.cancel();
        }
    }

    /// Reads at least one octet; -1 when the router ended the stream, which between exchanges means "go away".
    int read(byte[] into, int offset, int length) throws IOException {
        while (true) {
            int count = 0;
            boolean more = false;
            synchronized (this) {
                if (failure != null) {
                    throw failure;
                }
                if (queue.size() > 0) {
                    count = queue.take(into, offset, length);
                    more = !asked && !ended && queue.size() < WANT_MORE_BELOW;
                    asked |= more;
                } else if (ended) {
                    return -1;
                } else {
                    reader = Thread.currentThread();
                }
            }
            if (count == 0) {
                LockSupport.park(this);
                if (Thread.currentThread().isInterrupted()) { // park would not wait any more
                    throw new InterruptedIOException("interrupted while waiting for a request");
                }
                continue;
            }
            if (more) {
                subscription.request(1);
            }
            return count;
        }
    }

    synchronized boolean broken() {
        return failure != null;
    }
}
