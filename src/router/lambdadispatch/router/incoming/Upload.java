// SPDX-License-Identifier: MIT
package lambdadispatch.router.incoming;

import java.io.IOException;
import java.time.Duration;
import lambdadispatch.base.Bytes;
import lambdadispatch.carrier.Threads;
import lambdadispatch.http.message.HeaderName;
import lambdadispatch.http.message.Request;
import lambdadispatch.http.server.Exchange;
import lambdadispatch.router.control.ControlChannel;

/// The body of one request: what is at hand of a short one goes with the head, the rest is sent by a [BodyPump]; and while nobody takes it, somebody looks
/// whether the client is still there.
final class Upload implements AutoCloseable {
    /// A body this short that is at hand goes out with its head, and can be sent again.
    private static final int INLINE = 16 << 10;
    /// Whoever takes nothing for so long is worth a thread that looks after the client.
    private static final Duration MOMENT = Duration.ofSeconds(1);

    private final Exchange client;
    private final Runnable onFailure;
    private final boolean whole;
    private final ReadAhead ahead; // null if the body is in the message, or for HTTP/2
    private volatile IOException failure;

    /// @param message the request's head; a short body that is at hand is appended
    /// @param onFailure the client's body can not be read to its end
    Upload(Exchange client, Bytes message, Runnable onFailure) throws IOException {
        this.client = client;
        this.onFailure = onFailure;
        this.whole = inline(client, message);
        this.ahead = !whole && client.request().version() < 20 ? new ReadAhead(client, this::failed, MOMENT, ReadAhead.MOST) : null;
    }

    private static boolean inline(Exchange client, Bytes message) throws IOException {
        Request request = client.request();
        long length = request.contentLength();
        if (length <= 0 || length > INLINE || client.available() < length) {
            return length == 0;
        }
        int end = message.length() + (int) length;
        message.reserve((int) length);
        while (message.length() < end) {
            message.length(message.length() + client.read(message.array(), message.length(), end - message.length()));
        }
        return true;
    }

    /// Whether the message holds the body too.
    boolean whole() {
        return whole;
    }

    /// Waits for a channel, as [SlotTicket#await] does.
    ControlChannel await(SlotTicket ticket) {
        // A client that waits for 100 (Continue) has sent nothing yet, and is to send nothing before somebody takes it.
        if (ahead == null || client.request().headers().contains(HeaderName.EXPECT)) {
            return ticket.await();
        }
        ahead.blocked();
        try {
            return ticket.await();
        } finally {
            ahead.unblocked();
        }
    }

    /// Starts to send the body, unless the message holds it.
    /// @return null if it does
    BodyPump start(ControlChannel channel) {
        if (whole) {
            return null;
        }
        BodyPump pump = new BodyPump(client, channel, ahead, this::failed);
        Threads.virtual("body-pump").start(pump);
        return pump;
    }

    private void failed(IOException why) {
        failure = why;
        onFailure.run();
    }

    /// Why the client's body can not be read; null as long as it can.
    IOException failure() {
        return failure;
    }

    /// The exchange is over.
    @Override
    public void close() {
        if (ahead != null) {
            ahead.close();
        }
    }
}
