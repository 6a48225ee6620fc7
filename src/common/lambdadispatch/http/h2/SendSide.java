// SPDX-License-Identifier: MIT
package lambdadispatch.http.h2;

import java.io.IOException;
import java.util.concurrent.locks.LockSupport;
import lambdadispatch.http.server.Pace;

/// The sending half of one stream: its window (RFC 9113 §6.9) and whoever waits for it. All but the id and `ended` is guarded by the lock
/// of [Http2Output], which shares the connection's window out among the streams.
final class SendSide {
    final int streamId;
    long window;
    Thread waiting;
    IOException failure;
    /// How the peer takes what is sent to it; null as long as nobody had to wait, or where any rate will do.
    volatile Pace pace;
    /// Its END_STREAM is among what leaves now.
    volatile boolean ended;

    SendSide(int streamId, long window) {
        this.streamId = streamId;
        this.window = window;
    }

    void requireOpen() throws IOException {
        if (failure != null) {
            throw new IOException(failure.getMessage(), failure);
        }
    }

    void wake() {
        Thread thread = waiting;
        waiting = null;
        LockSupport.unpark(thread);
    }
}
