// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import java.io.IOException;
import java.time.Duration;
import lambdadispatch.carrier.Threads;
import lambdadispatch.http.message.BodyReader;

/// Sends the rest of a request's body to the app while its response may already be coming back.
final class RequestBody implements Runnable {
    private static final int PIECE = 32 << 10;
    /// An app that has answered may still want the rest of the request; one that takes nothing for so long does not.
    static final Duration PATIENCE = Duration.ofSeconds(2);

    private final BodyReader body;
    private final AppConnection app;
    private final Thread thread;
    private volatile long written;
    private volatile boolean sentWhole;
    private volatile IOException channelFailure;

    private RequestBody(BodyReader body, AppConnection app) {
        this.body = body;
        this.app = app;
        this.thread = Threads.virtual("request-body").unstarted(this);
    }

    static RequestBody start(BodyReader body, AppConnection app) {
        RequestBody sender = new RequestBody(body, app);
        sender.thread.start();
        return sender;
    }

    @Override
    public void run() {
        // stands if this thread ends in a way that nobody thought of
        IOException failure = new IOException("the request's body was not sent on");
        try {
            send();
            failure = null;
        } catch (IOException e) {
            failure = e;
        } finally {
            if (failure != null) {
                channelFailure = failure;
                app.close(); // the rest will never come: the app must not take it for whole
            }
        }
    }

    private void send() throws IOException {
        byte[] buffer = new byte[PIECE];
        boolean appTakes = true;
        int count;
        while ((count = body.readRaw(buffer, 0, buffer.length)) >= 0) {
            if (appTakes) {
                appTakes = write(buffer, count);
                written += count;
            }
        }
        sentWhole = appTakes;
    }

    /// False if the app takes no more: it may have answered early; the rest is read and dropped, so that the channel stays usable.
    private boolean write(byte[] buffer, int count) {
        try {
            app.write(buffer, 0, count);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /// Whether the request could not be taken off its channel: what then becomes of the app's connection is not the app's fault.
    boolean channelFailed() {
        return channelFailure != null;
    }

    /// The response is over: waits until the request was taken off the channel whole. An app that takes no more of it loses its connection,
    /// or the next request on the channel would wait behind this one for ever.
    /// @param patience how long it may take nothing
    /// @throws IOException the channel broke before
    void finish(Duration patience) throws IOException {
        try {
            for (long before = -1; !thread.join(patience); before = written) {
                if (before == written) {
                    app.close();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        if (channelFailure != null) {
            throw channelFailure;
        }
    }

    boolean sentWhole() {
        return sentWhole;
    }
}
