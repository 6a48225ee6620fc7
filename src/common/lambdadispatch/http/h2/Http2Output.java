// SPDX-License-Identifier: MIT
package lambdadispatch.http.h2;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import lambdadispatch.base.Bytes;
import lambdadispatch.carrier.Rounds;
import lambdadispatch.carrier.Threads;
import lambdadispatch.http.hpack.HpackEncoder;
import lambdadispatch.http.server.LeastRate;
import lambdadispatch.http.server.Pace;
import lambdadispatch.net.Deadline;
import lambdadispatch.net.MemoryShare;
import lambdadispatch.net.Transport;

/// All that one HTTP/2 connection is about to send, and the send windows that say how much of it may be DATA.
///
/// Threads append frames to one buffer under this object's lock; a writer thread takes the whole buffer and puts it on the wire. On a
/// single carrier the writer runs after all threads that were runnable, so their frames share one system call. The connection's reader only
/// ever appends and never waits. The writer ends when the connection rests; the next frame starts another. Lock order: stream, then this.
final class Http2Output implements AutoCloseable {
    /// Senders of DATA and HEADERS wait while this much is pending.
    private static final int MAX_PENDING = 256 << 10;
    /// The same for a stranger, who keeps as much again being written if he does not read. An array of 128 KiB holds it and a frame.
    private static final int MAX_PENDING_UNTRUSTED = 88 << 10;
    /// The longest frames that we send, however long a peer would take them.
    private static final int LONGEST_FRAME = 32 << 10;
    /// Answers that the reader owes (acknowledgements, resets) may take this much on top before the peer counts as not reading.
    private static final int MAX_CONTROL = 64 << 10;
    private static final int KEEP_CAPACITY = 16 << 10;

    private final Transport transport;
    private final Duration stall;
    private volatile Duration windowStall;
    private volatile LeastRate rate;
    private final Deadline deadline;
    private final Consumer<IOException> onFailure;
    private Thread writer; // null before [#start] and after [#rest]. This and what follows guarded by this
    private final HpackEncoder encoder = new HpackEncoder();
    private Bytes block = new Bytes(0);
    private final Set<Thread> blocked = new HashSet<>(); // wait for room or for the connection's window
    private Bytes pending = new Bytes(0);
    private Bytes writing = new Bytes(0);
    private boolean writerParked; // or resting
    private boolean ending; // no more frames; the writer ends our direction once all is sent
    private boolean closed;
    private long window = Http2Settings.DEFAULT_WINDOW;
    private int maxFrameSize = Frames.MIN_MAX_FRAME_SIZE;
    private int maxPending = MAX_PENDING_UNTRUSTED;
    OutputMemory memory = new OutputMemory(MemoryShare.UNBOUNDED);
    private final AnswersDue due = new AnswersDue();

    Http2Output(Transport transport, Duration stall, Consumer<IOException> onFailure) {
        this(transport, stall, LeastRate.NONE, onFailure);
    }

    /// @param rate at which each stream's DATA must be taken, until the peer is trusted
    Http2Output(Transport transport, Duration stall, LeastRate rate, Consumer<IOException> onFailure) {
        this.transport = transport;
        this.rate = rate;
        this.stall = stall;
        this.windowStall = stall;
        this.onFailure = onFailure;
        this.deadline = new Deadline(transport::reset);
    }

    synchronized void start() {
        writer = Threads.virtual("http2-writer").start(this::writeAll);
    }

    /// Encodes a field block; called under the lock, since the order of blocks on the wire is the order of the encoder's state.
    @FunctionalInterface
    interface Block {
        void encode(HpackEncoder encoder, Bytes out);
    }

    /// The peer proved who it is: many exchanges share its connection, and fuller writes serve all of them. An app may take a body slowly,
    /// so a stream's window may stay shut; the connection as a whole must still take octets.
    synchronized void trust() {
        maxPending = MAX_PENDING;
        windowStall = Duration.ZERO;
        rate = LeastRate.NONE;
    }

    /// Sends a field section. Waits while too much is pending, unless `owed` (by the reader, which must not wait).
    void headers(SendSide stream, Block fields, boolean endStream, boolean owed) throws IOException {
        while (true) {
            synchronized (this) {
                requireOpen();
                stream.requireOpen();
                if (owed || pending.length() < memory.mayWait(maxPending)) {
                    encoder.beginBlock(block.clear());
                    fields.encode(encoder, block);
                    stream.ended |= endStream;
                    Frames.fieldBlock(pending, stream.streamId, block, maxFrameSize, endStream);
                    block.clearAndKeep(OutputMemory.BLOCK);
                    due.headersSent();
                    appended(owed);
                    return;
                }
                blocked.add(Thread.currentThread());
            }
            waitForRoom(stream, 0, Duration.ZERO, Long.MAX_VALUE);
        }
    }

    /// Sends a whole run of DATA, as the stream's and the connection's windows allow.
    /// @throws IOException the connection failed, the stream was reset, or a peer that nobody knows granted no window for the write-stall
    /// time, or too little
    void data(SendSide stream, byte[] from, int offset, int length, boolean endStream) throws IOException {
        int at = offset;
        int end = offset + length;
        long waitingSince = 0;
        while (true) {
            synchronized (this) {
                requireOpen();
                stream.requireOpen();
                int taken = append(stream, from, at, end, endStream);
                at += Math.max(0, taken);
                if (taken > 0 && stream.pace != null) {
                    stream.pace.end(System.nanoTime(), taken);
                }
                if (taken >= 0 && at == end) {
                    return;
                }
                if (taken > 0) {
                    waitingSince = 0;
                    continue;
                }
                if (at < end && stream.window <= 0) { // an empty frame waits for room, whatever the windows are
                    stream.waiting = Thread.currentThread();
                } else {
                    blocked.add(Thread.currentThread());
                }
            }
            waitingSince = waitForRoom(stream, waitingSince, windowStall, patience(stream));
        }
    }

    /// Appends one DATA frame; the octets taken, or -1 where none may be sent now. Called under the lock.
    private int append(SendSide stream, byte[] from, int at, int end, boolean endStream) throws IOException {
        int length = end - at;
        if (pending.length() >= memory.mayWait(maxPending)) {
            return -1;
        }
        if (length > 0) {
            length = (int) Math.min(Math.min(length, maxFrameSize), Math.min(stream.window, window));
            if (length <= 0) {
                return -1;
            }
        }
        boolean last = endStream && at + length == end;
        stream.ended |= last;
        Frames.header(pending, length, Frames.DATA, last ? Frames.END_STREAM : 0, stream.streamId);
        pending.append(from, at, length);
        stream.window -= length;
        window -= length;
        due.dataSent(length);
        appended(false);
        return length;
    }

    /// How long the stream's peer may still keep us waiting for that it takes too little.
    private long patience(SendSide stream) {
        LeastRate least = rate;
        if (least.none()) {
            return Long.MAX_VALUE;
        }
        if (stream.pace == null) {
            stream.pace = new Pace(least);
        }
        return stream.pace.begin(System.nanoTime());
    }

    /// Parks until room or window may be there. Returns since when the thread has been waiting.
    private long waitForRoom(SendSide stream, long since, Duration stall, long paceNanos) throws IOException {
        long now = System.nanoTime();
        long start = since == 0 ? now : since;
        long left = Math.min(paceNanos, stall.isZero() ? Long.MAX_VALUE : stall.toNanos() - (now - start));
        if (left == Long.MAX_VALUE) {
            LockSupport.park(this);
        } else if (left > 0) {
            LockSupport.parkNanos(this, left);
        } else {
            leaveWaiting(stream);
            throw new IOException("peer granted no flow-control window in time, or too little");
        }
        if (Thread.currentThread().isInterrupted()) { // parking again would return at once
            leaveWaiting(stream);
            throw new InterruptedIOException("interrupted while waiting to send");
        }
        return start;
    }

    private synchronized void leaveWaiting(SendSide stream) {
        blocked.remove(Thread.currentThread());
        if (stream.waiting == Thread.currentThread()) {
            stream.waiting = null;
        }
    }

    /// Appends frames that the reader owes; never waits.
    /// @throws ConnectionError the peer makes us answer and does not read the answers
    void control(Consumer<Bytes> frames) throws IOException {
        synchronized (this) {
            if (closed || ending) {
                return;
            }
            frames.accept(pending);
            appended(true);
        }
    }

    private void appended(boolean owed) throws IOException {
        memory.charge(pending, writing);
        if (owed && pending.length() > maxPending + MAX_CONTROL) {
            throw new ConnectionError(ErrorCode.ENHANCE_YOUR_CALM, "peer does not read");
        }
        wakeWriter();
    }

    private void wakeWriter() {
        if (writerParked && writer == null) {
            start();
        } else if (writerParked) {
            LockSupport.unpark(writer);
        }
        writerParked = false;
    }

    /// Lets the writer end if it has nothing to do, with all memory that frames need: nobody will send anything for long.
    synchronized void rest() {
        if (!writerParked || writer == null || pending.length() > 0 || closed || ending) {
            return;
        }
        LockSupport.unpark(writer); // it finds that it is not the writer any more
        writer = null;
        pending = new Bytes(0);
        writing = new Bytes(0);
        block = new Bytes(0);
        memory.charge(pending, writing);
    }

    /// RST_STREAM for a stream that has no sending half any more.
    void resetStream(int streamId, int code) throws IOException {
        control(out -> Frames.resetStream(out, streamId, code));
    }

    /// RST_STREAM, and nothing behind it: whoever still wants to send on the stream fails (RFC 9113 §5.1 "closed"). Does nothing if the
    /// stream was closed before.
    void resetStream(SendSide stream, int code, IOException why) throws IOException {
        synchronized (this) {
            if (stream.failure != null) {
                return;
            }
            close(stream, why);
            if (!closed && !ending) {
                Frames.resetStream(pending, stream.streamId, code);
                appended(true);
            }
        }
    }

    void windowUpdate(int streamId, int increment) throws IOException {
        control(out -> Frames.windowUpdate(out, streamId, increment));
    }

    /// The peer's settings changed (RFC 9113 §6.5.3, §6.9.2); `adjust` moves all streams' windows, under this lock.
    void settings(Http2Settings settings, boolean acknowledge, Runnable adjust) throws IOException {
        synchronized (this) {
            maxFrameSize = Math.min(settings.maxFrameSize, LONGEST_FRAME);
            encoder.peerTableSize(settings.headerTableSize);
            adjust.run();
            if (acknowledge && !closed && !ending) {
                Frames.settingsAck(pending);
                appended(true);
            }
        }
    }

    /// A WINDOW_UPDATE came, or another reset of a stream that was closed. False if we sent nothing that it could be owed to.
    synchronized boolean answerDue() {
        return due.takeAnswer();
    }

    /// A PING came. False if we sent no DATA or HEADERS frame that it could be owed to.
    synchronized boolean pingDue() {
        return due.takePing();
    }

    /// WINDOW_UPDATE on stream 0. False if the window would outgrow 2^31-1 (RFC 9113 §6.9.1).
    boolean widen(int increment) {
        synchronized (this) {
            window += increment;
            wakeBlocked();
            return window <= Frames.MAX_WINDOW;
        }
    }

    /// WINDOW_UPDATE on a stream, or a change of its initial window. False if it would outgrow 2^31-1.
    boolean widen(SendSide stream, long increment) {
        synchronized (this) {
            stream.window += increment;
            if (stream.window > 0) {
                stream.wake();
            }
            return stream.window <= Frames.MAX_WINDOW;
        }
    }

    /// The stream takes no more DATA: whoever waits to send some is woken and fails.
    void close(SendSide stream, IOException why) {
        synchronized (this) {
            if (stream.failure == null) {
                stream.failure = why;
            }
            stream.wake();
            // Its sender may as well wait for the connection's window among the others.
            wakeBlocked();
        }
    }

    private void wakeBlocked() {
        blocked.forEach(LockSupport::unpark);
        blocked.clear();
    }

    private void requireOpen() throws IOException {
        if (closed || ending) {
            throw new IOException("connection is closed");
        }
    }

    /// Sends a last GOAWAY and ends our direction behind it; whoever waits fails.
    void end(int lastStreamId, int code, String debug) {
        synchronized (this) {
            if (closed || ending) {
                return;
            }
            Frames.goAway(pending, lastStreamId, code, debug);
            ending = true;
            wakeWriter();
            wakeBlocked();
        }
    }

    private void writeAll() {
        try {
            Rounds.run(this::writePending);
        } catch (IOException e) {
            failed(e);
        } catch (RuntimeException | Error e) {
            failed(new IOException("writer failed", e)); // a fault of ours: all who wait for this thread must hear of it, too
            throw e;
        }
    }

    /// False at the end.
    private boolean writePending() throws IOException {
        Bytes batch = take();
        if (batch == null) {
            return false;
        }
        if (batch.length() > 0) {
            send(batch);
        } else {
            LockSupport.park(this);
            Thread.interrupted(); // nobody has a reason to; parking would not wait any more
            Thread.yield(); // whoever became ready meanwhile goes first, so that more leaves together
        }
        return true;
    }

    private void failed(IOException why) {
        close();
        onFailure.accept(why);
    }

    private Bytes take() throws IOException {
        synchronized (this) {
            if (closed || writer != Thread.currentThread()) {
                return null; // the connection is over, or rests
            }
            writing.clear();
            if (pending.length() > 0) {
                Bytes batch = pending;
                pending = writing.array().length > KEEP_CAPACITY * 4 ? new Bytes(KEEP_CAPACITY) : writing;
                writing = batch;
                if (!blocked.isEmpty()) {
                    wakeBlocked();
                }
                return batch;
            }
            if (!ending) {
                memory.charge(pending, writing);
                writerParked = true;
                return writing;
            }
            closed = true;
        }
        transport.shutdownOutput();
        return null;
    }

    private void send(Bytes batch) throws IOException {
        FrameLog.sent(transport, batch);
        for (int at = 0; at < batch.length(); at += KEEP_CAPACITY * 4) {
            deadline.arm(stall);
            try {
                transport.write(batch.array(), at, Math.min(KEEP_CAPACITY * 4, batch.length() - at));
            } finally {
                deadline.disarm();
            }
        }
    }

    /// Drops what is pending and stops the writer.
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            LockSupport.unpark(writer);
            wakeBlocked();
        }
        deadline.close();
    }

    /// Waits until the writer has ended, so that nobody closes the transport under a last GOAWAY; called by the reader when it is done.
    void awaitWriter(Duration patience) {
        Thread last;
        synchronized (this) {
            last = writer;
        }
        if (last == null) {
            return;
        }
        try {
            last.join(patience);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
