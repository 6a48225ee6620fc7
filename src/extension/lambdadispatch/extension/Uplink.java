// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.http.HttpRequest.BodyPublisher;
import java.nio.ByteBuffer;
import java.util.concurrent.Flow;
import java.util.concurrent.locks.LockSupport;

/// The uplink's request body: the channel's thread sends responses into it, as fast as the HTTP client asks for more.
final class Uplink implements BodyPublisher, Flow.Subscription {
    private final Runnable onReset;
    private Flow.Subscriber<? super ByteBuffer> subscriber; // from here on guarded by this
    private long demand;
    private boolean isOver;
    private Thread sender;

    /// @param onReset called when the router resets the stream; must not block
    Uplink(Runnable onReset) {
        this.onReset = onReset;
    }

    @Override
    public long contentLength() {
        return -1;
    }

    @Override
    public void subscribe(Flow.Subscriber<? super ByteBuffer> s) {
        synchronized (this) {
            subscriber = s;
        }
        s.onSubscribe(this);
    }

    @Override
    public void request(long n) {
        Thread wake;
        synchronized (this) {
            demand += n;
            wake = sender;
            sender = null;
        }
        if (wake != null) {
            LockSupport.unpark(wake);
        }
    }

    @Override
    public void cancel() {
        over();
        onReset.run();
    }

    /// The stream is of no use any more.
    void over() {
        Thread wake;
        synchronized (this) {
            isOver = true;
            wake = sender;
            sender = null;
        }
        if (wake != null) {
            LockSupport.unpark(wake);
        }
    }

    /// Sends a piece; waits while the router takes no more. The client keeps the buffer: it must not be touched again.
    void send(ByteBuffer piece) throws IOException {
        while (true) {
            synchronized (this) {
                if (isOver) {
                    throw new IOException("uplink broke");
                }
                if (demand > 0) {
                    demand--;
                    break;
                }
                sender = Thread.currentThread();
            }
            LockSupport.park(this);
            if (Thread.currentThread().isInterrupted()) { // park would not wait any more
                throw new InterruptedIOException("interrupted while the router took no more");
            }
        }
        subscriber.onNext(piece);
    }

    /// Ends the stream whole.
    void end() {
        if (finish()) {
            subscriber.onComplete();
        }
    }

    /// The router tells its client that the response is not whole.
    void reset(IOException why) {
        if (finish()) {
            subscriber.onError(why);
        }
    }

    private boolean finish() {
        synchronized (this) {
            boolean first = !isOver && subscriber != null;
            isOver = true;
            return first;
        }
    }
}
