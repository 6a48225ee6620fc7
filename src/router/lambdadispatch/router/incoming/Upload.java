// SPDX-License-Identifier: MIT
package lambdadispatch.router.incoming;

import java.io.IOException;
import java.time.Duration;
import lambdadispatch.base.Bytes;
import lambdadispatch.carrier.Threads;
import lambdadispatch.http.message.HeaderName;
import lambdadispatch.http.message.Request;
import lambdadispatch.http.server.Exchange;
import lambdadispatch.router.channel.RequestChannel;

/// The body of one request: its first octets are waited for and go with the head, the rest is sent by a [BodyPump]; and while nobody takes
/// it, somebody looks whether the client is still there.
final class Upload implements AutoCloseable {
    /// So many octets go out with the head, and a body that has no more can be sent again. They are waited for before anybody asks for a
    /// slot: a client that has announced a body, and sends none, holds no slot.
    private static final int FIRST = 16 << 10;
    /// Whoever takes nothing for so long is worth a thread that looks after the client.
    private static final Duration MOMENT = Duration.ofSeconds(1);

    private final Exchange client;
    private final Runnable onFailure;
    private final boolean whole;
    private final ReadAhead ahead; // null if the body is in the message, or for HTTP/2
    private volatile IOException failure;

    /// Waits for the first octets of a body whose length is known.
    /// @param message the request's head; what has come of the body is appended
    /// @param onFailure the client's body can not be read to its end
    /// @throws IOException they did not come, or not in time
    Upload(Exchange client, Bytes message, Runnable onFailure) throws IOException {
        this.client = client;
        this.onFailure = onFailure;
        this.whole = begin(client, message);
        this.ahead = !whole && client.request().version() < 20 ? new ReadAhead(client, this::failed, MOMENT, ReadAhead.MOST) : null;
    }

    /// How many octets of this request's body are waited for. None of a body of unknown length, which may be one side of a conversation.
    static int first(Request request) {
        return Math.clamp(request.contentLength(), 0, FIRST);
    }

    private static boolean begin(Exchange client, Bytes message) throws IOException {
        Request request = client.request();
        int first = first(request);
        if (awaitsContinue(request) && (first < request.contentLength() || client.available() < first)) {
            return false;
        }
        message.reserve(first);
        for (int end = message.length() + first; message.length() < end; ) {
            int count = client.read(message.array(), message.length(), end - message.length());
            if (count < 0) {
                throw new IOException("the request's body ended before its length");
            }
            message.length(message.length() + count);
        }
        return first == request.contentLength();
    }

    /// Such a client has sent nothing yet, and is to send nothing before somebody takes it (RFC 9110 §10.1.1).
    private static boolean awaitsContinue(Request request) {
        return request.headers().contains(HeaderName.EXPECT);
    }

    /// Whether the message holds the body too.
    boolean whole() {
        return whole;
    }

    /// Waits for a channel, as [SlotTicket#await] does.
    RequestChannel await(SlotTicket ticket) {
        if (ahead == null || awaitsContinue(client.request())) {
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
    BodyPump start(RequestChannel channel) {
        if (whole) {
            return null;
        }
        BodyPump pump = new BodyPump(client, channel, ahead, this::failed);
        Threads.virtual("body-pump").start(pump);
        return pump;
    }

    /// The body can not be read any further. Noted before the exchange hears of it, which asks for the reason.
    void failed(IOException why) {
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
