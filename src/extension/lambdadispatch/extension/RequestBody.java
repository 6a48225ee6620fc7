// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import java.io.IOException;
import lambdadispatch.http1.BodyReader;

/// Sends the rest of a request's body to the app while its response may already be coming back.
final class RequestBody implements Runnable {
    private static final int PIECE = 32 << 10;

    private final BodyReader body;
    private final AppConnection app;
    private final Thread thread;
    private volatile boolean sentWhole;
    private volatile IOException channelFailure;

    private RequestBody(BodyReader body, AppConnection app) {
        this.body = body;
        this.app = app;
        this.thread = Thread.ofVirtual().name("request-body").unstarted(this);
    }

    static RequestBody start(BodyReader body, AppConnection app) {
        RequestBody sender = new RequestBody(body, app);
        sender.thread.start();
        return sender;
    }

    @Override
    public void run() {
        byte[] buffer = new byte[PIECE];
        boolean appTakes = true;
        try {
            int count;
            while ((count = body.readRaw(buffer, 0, buffer.length)) >= 0) {
                if (appTakes) {
                    appTakes = write(buffer, count);
                }
            }
            sentWhole = appTakes;
        } catch (IOException e) {
            channelFailure = e;
            app.close(); // the rest will never come: the app must not take it for whole
        }
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

    /// Waits until the request was taken off the channel whole.
    /// @throws IOException the channel broke before
    void finish() throws IOException {
        try {
            thread.join();
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
