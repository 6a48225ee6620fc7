// SPDX-License-Identifier: MIT
package lambdadispatch.router.incoming;

import java.io.IOException;
import java.util.function.Consumer;
import lambdadispatch.base.Bytes;
import lambdadispatch.http.message.BadMessage;
import lambdadispatch.http.message.BodyReader;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.message.MessageWriter;
import lambdadispatch.http.server.Exchange;
import lambdadispatch.net.MemoryShare;
import lambdadispatch.router.channel.ChannelLost;
import lambdadispatch.router.channel.RequestChannel;

/// Sends a request's body down a channel while the response may already be coming up; runs on a thread of its own. While the channel takes
/// nothing, another reads ahead what an HTTP/1.1 client still sends.
final class BodyPump implements Runnable {
    private static final int PIECE = 32 << 10;
    /// Where there is no memory for more, it goes on by less.
    private static final int LITTLE = 2 << 10;

    private final Exchange client;
    private final RequestChannel channel;
    private final boolean chunked;
    private final ReadAhead ahead;
    private final Consumer<IOException> onClientFailure;
    private volatile boolean done;

    /// @param ahead what the body is read from; null for HTTP/2, whose resets do not wait behind data
    /// @param onClientFailure the body can not be read to its end: the exchange on the channel must be broken off
    BodyPump(Exchange client, RequestChannel channel, ReadAhead ahead, Consumer<IOException> onClientFailure) {
        this.client = client;
        this.channel = channel;
        this.chunked = client.request().contentLength() < 0;
        this.ahead = ahead;
        this.onClientFailure = onClientFailure;
    }

    /// Whether the whole body is on its way, so that the channel may carry another request.
    boolean done() {
        return done;
    }

    @Override
    public void run() {
        try {
            pump();
        } catch (ChannelLost e) {
            channel.reset(); // whoever reads the response decides what to tell the client: half a channel would let him wait for ever
        } catch (IOException e) {
            onClientFailure.accept(e);
        } catch (RuntimeException | Error e) {
            channel.reset();
            throw e;
        }
    }

    private void pump() throws IOException {
        int wanted = chunked ? PIECE : (int) Math.min(PIECE, client.request().contentLength());
        MemoryShare memory = client.memory();
        int taken = wanted > LITTLE && memory.take(wanted) ? wanted : 0;
        try {
            pump(taken == 0 ? Math.min(wanted, LITTLE) : wanted);
        } finally {
            memory.give(taken);
        }
    }

    private void pump(int piece) throws IOException {
        byte[] buffer = new byte[MessageWriter.CHUNK_HEAD + piece + MessageWriter.CHUNK_TAIL];
        int count;
        while ((count = read(buffer, piece)) >= 0) {
            if (chunked) {
                int start = MessageWriter.frameChunk(buffer, count);
                write(buffer, start, MessageWriter.CHUNK_HEAD - start + count + MessageWriter.CHUNK_TAIL);
            } else {
                write(buffer, MessageWriter.CHUNK_HEAD, count);
            }
            // Known to be the last: the channel is free as soon as the response is, without another look at the client.
            if (!chunked && (ahead == null ? client.bodyEnded() : ahead.ended())) {
                done = true;
                return;
            }
        }
        if (chunked) {
            Bytes end = new Bytes(64);
            MessageWriter.lastChunk(end, FieldRules.trailers(checked(client.trailers())));
            channel.write(end.array(), 0, end.length());
        }
        done = true;
    }

    private int read(byte[] buffer, int most) throws IOException {
        return ahead == null ? client.read(buffer, MessageWriter.CHUNK_HEAD, most) : ahead.read(buffer, MessageWriter.CHUNK_HEAD, most);
    }

    private void write(byte[] from, int offset, int length) throws ChannelLost {
        if (ahead == null) {
            channel.write(from, offset, length);
            return;
        }
        ahead.blocked();
        try {
            channel.write(from, offset, length);
        } finally {
            ahead.unblocked();
        }
    }

    /// HTTP/2 lets trailers be as long as a head; the next hop takes no more than a chunked body may end in.
    private static Headers checked(Headers trailers) throws BadMessage {
        if (trailers.byteCount() > BodyReader.MAX_TRAILER_BYTES || trailers.size() > BodyReader.MAX_TRAILER_FIELDS) {
            throw new BadMessage(431,
                    "trailers longer than " + BodyReader.MAX_TRAILER_BYTES + " bytes or " + BodyReader.MAX_TRAILER_FIELDS + " fields");
        }
        return trailers;
    }
}
