// SPDX-License-Identifier: MIT
package lambdadispatch.router.incoming;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.function.Consumer;
import lambdadispatch.http.server.Exchange;
import lambdadispatch.net.Deadline;
import lambdadispatch.net.MemoryShare;

/// Reads the body of an HTTP/1.1 request, and reads it ahead once nobody takes more of it for a moment, be it that there is no channel yet
/// or that the channel is full: the end of a client's connection lies behind all that the client sent before it, so a client that leaves
/// inside an upload is noticed only by who reads that far.
///
/// What is read ahead is bounded for each upload, and taken from the client's share of the memory for peers, as long as less than three
/// eighths of that are taken; a client that had sent more than that is noticed when the app reads on. HTTP/2 needs none of this, since a
/// stream's end does not wait behind its data.
final class ReadAhead implements AutoCloseable {
    /// More than the socket buffers of both sides hold, which is what a client can have sent and left.
    static final int MOST = 8 << 20;
    private static final int PIECE = 32 << 10;
    /// What a piece costs beside its octets: a client may send one octet at a time.
    private static final int OVERHEAD = 64;
    private static final long LOOK_AGAIN_MILLIS = 1_000;

    private final Exchange client;
    private final MemoryShare memory;
    private final Consumer<IOException> onFailure;
    private final Duration moment;
    private final int most;
    private final Deadline stalled = new Deadline(this::takeOver);
    private final Deque<byte[]> pieces = new ArrayDeque<>(); // this and what follows guarded by this
    private int taken; // octets of the first piece that were given away
    private int held; // of the share
    private boolean blocked;
    private boolean running; // the deadline's thread reads, from then on to the body's end
    private boolean ended;
    private boolean closed;
    private IOException failure;

    /// @param onFailure the client's body can not be read any further, while the reader of this may be busy with what came before
    /// @param moment how long nobody may take anything before the rest is read ahead
    /// @param most octets of this body that may be read ahead
    ReadAhead(Exchange client, Consumer<IOException> onFailure, Duration moment, int most) {
        this.client = client;
        this.memory = client.memory();
        this.onFailure = onFailure;
        this.moment = moment;
        this.most = most;
    }

    /// Octets of the body; -1 at its end.
    int read(byte[] into, int offset, int length) throws IOException {
        synchronized (this) {
            if (running) {
                return take(into, offset, length);
            }
        }
        return client.read(into, offset, length);
    }

    private int take(byte[] into, int offset, int length) throws IOException {
        while (pieces.isEmpty()) {
            if (failure != null) {
                throw failure;
            }
            if (closed) {
                throw new IOException("exchange is over");
            }
            if (ended) {
                return -1;
            }
            await(0);
        }
        byte[] first = pieces.getFirst();
        int count = Math.min(length, first.length - taken);
        System.arraycopy(first, taken, into, offset, count);
        taken += count;
        if (taken == first.length) {
            pieces.removeFirst();
            taken = 0;
            give(first.length + OVERHEAD);
            notifyAll();
        }
        return count;
    }

    /// Whether nothing is left to read.
    boolean ended() {
        synchronized (this) {
            if (running) {
                return ended && pieces.isEmpty();
            }
        }
        return client.bodyEnded();
    }

    /// The reader of this is about to wait for somebody else than the client.
    void blocked() {
        synchronized (this) {
            blocked = true;
        }
        stalled.arm(moment);
    }

    void unblocked() {
        stalled.disarm();
        synchronized (this) {
            blocked = false;
        }
    }

    /// The moment has passed. Runs on a thread of its own.
    private void takeOver() {
        synchronized (this) {
            if (!blocked || running || closed || client.bodyEnded()) {
                return;
            }
            running = true;
        }
        IOException why = new IOException("the request's body was not read"); // stands if this thread ends in a way that nobody thought of
        try {
            readAll();
            why = null;
        } catch (IOException e) {
            why = e;
        } finally {
            synchronized (this) {
                ended = true;
                failure = why;
                notifyAll();
            }
            if (why != null) {
                onFailure.accept(why);
            }
        }
    }

    private void readAll() throws IOException {
        boolean more = true;
        while (more && awaitRoom()) {
            byte[] piece = new byte[PIECE];
            int count = -1;
            try {
                count = client.read(piece, 0, PIECE);
            } finally {
                more = keep(piece, count);
            }
        }
    }

    /// Keeps what was read, and of the room that was taken for it what it needs. False at the end.
    private synchronized boolean keep(byte[] piece, int count) {
        if (count < 0 || closed) {
            give(PIECE + OVERHEAD);
            return false;
        }
        give(PIECE - count);
        pieces.addLast(count == PIECE ? piece : Arrays.copyOf(piece, count));
        notifyAll();
        return client.request().contentLength() < 0 || !client.bodyEnded(); // only a chunked body's end must be read, for its trailers
    }

    /// Takes room for a piece. False if nobody wants one any more.
    private synchronized boolean awaitRoom() throws IOException {
        while (!closed && (held + PIECE + OVERHEAD > most || !memory.takeSpare(PIECE + OVERHEAD))) {
            await(LOOK_AGAIN_MILLIS); // others may give some back
        }
        if (closed) {
            return false;
        }
        held += PIECE + OVERHEAD;
        return true;
    }

    private void give(int octets) {
        memory.give(octets);
        held -= octets;
    }

    private void await(long millis) throws IOException {
        try {
            wait(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /// Nobody reads any more.
    @Override
    public void close() {
        stalled.close();
        synchronized (this) {
            closed = true; // what a read under way holds is given back behind it
            for (byte[] piece : pieces) {
                give(piece.length + OVERHEAD);
            }
            pieces.clear();
            notifyAll();
        }
    }
}
