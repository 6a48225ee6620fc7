// SPDX-License-Identifier: MIT
package lambdadispatch.http.h2;

import java.io.IOException;
import java.util.List;
import lambdadispatch.base.log.Log;

/// The ledger of one connection's streams: which are open, up to which id they were taken, how the last ones ended, and how much of the
/// connection's receive window they hold (RFC 9113 §5.1, §6.8, §6.9).
///
/// A stream enters by [#take] and leaves by [#end], [#broken] or [#reset] only. Whatever the way out, it is remembered, both halves wake,
/// the octets that nobody will read are given back to the connection's window, and the handler's gone-action runs if the exchange was not
/// over.
///
/// Guarded by itself. Under the lock nothing is called but a stream's question whether it is over, which takes the lock of its receiving
/// half.
final class Streams {
    private static final Log LOG = Log.of("http2");

    private final Http2Output output;
    private final ReceiveWindow window;
    private final Runnable emptied;
    private final StreamTable open = new StreamTable();
    private final ClosedStreams closed = new ClosedStreams();
    private final EarlyAnswers answeredEarly = new EarlyAnswers(this);
    private int lastTaken;
    private boolean refusing;

    /// @param window of the whole connection
    /// @param emptied runs whenever the last open stream has left
    Streams(Http2Output output, ReceiveWindow window, Runnable emptied) {
        this.output = output;
        this.window = window;
        this.emptied = emptied;
    }

    // ---- the way in

    /// Opens a stream. False, and nothing done, if the connection is ending or `most` are open.
    synchronized boolean take(Http2Stream stream, int most) {
        if (refusing || open.size() >= most && stillOpen() >= most) {
            return false;
        }
        open.put(stream);
        lastTaken = stream.id();
        return true;
    }

    /// Open as the peer sees it (RFC 9113 §5.1.2). The others leave in a moment, whatever the peer does.
    private long stillOpen() {
        return open.all().stream().filter(stream -> !stream.seemsOver()).count();
    }

    /// Notes a stream that is answered without being opened. False if the connection is ending.
    synchronized boolean take(int streamId) {
        if (refusing) {
            return false;
        }
        lastTaken = streamId;
        return true;
    }

    /// Takes no further stream. What [#lastTaken] says holds from now on.
    synchronized void refuse() {
        refusing = true;
    }

    /// As [#refuse()], if no stream is open; else false.
    synchronized boolean refuseIfIdle() {
        refusing |= open.size() == 0;
        return open.size() == 0;
    }

    /// The last stream that was, or may have been, acted on: what a GOAWAY names (RFC 9113 §6.8).
    synchronized int lastTaken() {
        return lastTaken;
    }

    // ---- while they are open

    synchronized Http2Stream get(int streamId) {
        return open.get(streamId);
    }

    /// Whether DATA may still come on any of them.
    synchronized boolean receiving() {
        return open.all().stream().anyMatch(stream -> !stream.remoteClosed());
    }

    synchronized int size() {
        return open.size();
    }

    synchronized List<Http2Stream> all() {
        return open.all();
    }

    /// DATA of so many octets arrived, padding included, on whatever stream.
    void received(int octets) throws ConnectionError {
        window.received(octets);
    }

    /// Grants the peer so many octets more than it had.
    void widen(int increment) throws IOException {
        if (increment > 0) {
            window.widen(increment);
            output.windowUpdate(0, increment);
        }
    }

    /// Gives the peer credit back for octets that somebody took, or that nobody will.
    void credit(int octets) throws IOException {
        int increment = octets == 0 ? 0 : window.consumed(octets);
        if (increment > 0) {
            output.windowUpdate(0, increment);
        }
    }

    // ---- the ways out

    /// Both sides have sent all.
    void end(Http2Stream stream) {
        leave(stream, ClosedStreams.How.ENDED, ClosedStreams.NOTHING_DUE);
    }

    /// The peer reset the stream, or the connection is lost.
    void broken(Http2Stream stream, IOException why) throws IOException {
        if (leave(stream, ClosedStreams.How.RESET_BY_PEER, ClosedStreams.NOTHING_DUE)) {
            fail(stream, why);
        }
    }

    /// Sends RST_STREAM. Does nothing if the stream has left already: nothing may be sent on it any more (RFC 9113 §5.1 "closed").
    void reset(Http2Stream stream, int code, IOException why) throws IOException {
        if (!leave(stream, ClosedStreams.How.RESET_BY_US, stream.dataDue())) {
            return;
        }
        try {
            output.resetStream(stream.sendSide(), code, why);
        } finally {
            fail(stream, why);
        }
    }

    /// Sends RST_STREAM for an id that is not open: refused, malformed or closed before.
    /// @param due octets of DATA that may be under way, or [ClosedStreams#NOTHING_DUE]
    void reset(int streamId, int code, int due) throws IOException {
        closed(streamId, ClosedStreams.How.RESET_BY_US, due);
        output.resetStream(streamId, code);
    }

    /// Notes how an id ended that was never open.
    synchronized void closed(int streamId, ClosedStreams.How how, int due) {
        closed.add(streamId, how, due);
    }

    /// The stream was answered whole and its handler has returned, but its request goes on: what still comes of it is dropped for a moment,
    /// so that the client reads its answer before it reads of a reset. Old curl takes the two together for a failure.
    void resetIfRequestGoesOn(Http2Stream stream) {
        boolean there;
        synchronized (this) {
            there = open.get(stream.id()) == stream;
            if (there) {
                answeredEarly.add(stream.id());
            }
        }
    }

    private boolean leave(Http2Stream stream, ClosedStreams.How how, int due) {
        boolean last;
        synchronized (this) {
            if (!open.remove(stream.id())) {
                return false;
            }
            closed.add(stream.id(), how, due);
            answeredEarly.remove(stream.id());
            last = open.size() == 0;
        }
        if (last) {
            emptied.run();
        }
        return true;
    }

    private void fail(Http2Stream stream, IOException why) throws IOException {
        Runnable goneAction = stream.fail(why);
        output.close(stream.sendSide(), why);
        try {
            credit(stream.forget());
        } finally {
            run(goneAction, stream);
        }
    }

    private static void run(Runnable goneAction, Http2Stream stream) {
        try {
            goneAction.run();
        } catch (RuntimeException e) {
            LOG.error("action for a client that left failed", e, "stream", stream.id());
        }
    }

    /// The connection is lost: so is each stream that is open.
    void close(IOException why) {
        answeredEarly.close();
        refuse();
        for (Http2Stream stream : all()) {
            try {
                broken(stream, why);
            } catch (IOException e) {
                LOG.debug("stream failed", "stream", stream.id(), "why", e.getMessage());
            }
        }
    }

    // ---- what comes on streams that have left

    synchronized ClosedStreams.How howClosed(int streamId) {
        return closed.how(streamId);
    }

    /// Whether DATA may have been under way when we reset the stream.
    synchronized boolean dataDue(int streamId, int octets, boolean endStream) {
        return closed.dataDue(streamId, octets, endStream);
    }

    /// Whether a trailer section may have been under way when we reset the stream.
    synchronized boolean trailersDue(int streamId) {
        return closed.trailersDue(streamId);
    }

    /// Whether a reset may have crossed the end that we put to the stream.
    synchronized boolean resetDue(int streamId) {
        return closed.resetDue(streamId);
    }
}
