// SPDX-License-Identifier: MIT
package lambdadispatch.http2;

import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.atomic.AtomicInteger;
import lambdadispatch.http.BadMessage;
import lambdadispatch.http.Headers;
import lambdadispatch.http.Request;
import lambdadispatch.io.Deadline;
import lambdadispatch.io.Input;
import lambdadispatch.io.TimedSource;
import lambdadispatch.io.Transport;
import lambdadispatch.log.Log;
import lambdadispatch.server.Handler;
import lambdadispatch.server.Limits;

/// The server's side of one HTTP/2 connection (RFC 9113).
///
/// Threads: the caller of [#run()] reads frames and never waits for anything else; [Http2Output] has a writer; each request's handler
/// has a virtual thread. [Http2Frames] applies what the reader reads.
public final class Http2Connection {
    /// SETTINGS_MAX_FRAME_SIZE that we announce.
    static final int MAX_FRAME_SIZE = 16_384;
    /// What an [Input] for this connection must be able to hold.
    public static final int MAX_FRAME_BUFFER = 2 * (MAX_FRAME_SIZE + Frames.HEADER_LENGTH);

    static final Log LOG = Log.of("http2");
    static final Log FRAMES = Log.of("frames");
    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final Duration SETTINGS_LIMIT = Duration.ofSeconds(10);
    private static final Duration LINGER = Duration.ofSeconds(1);
    private static final byte[] DRAIN_PING = "draining".getBytes(StandardCharsets.US_ASCII);

    private final Transport transport;
    private final TimedSource source;
    private final Input in;
    private final Limits limits;
    private final Handler handler;
    private final Http2Output output;
    private final Http2Settings peer = new Http2Settings();
    private final StreamTable streams = new StreamTable();
    private final ClosedStreams closed = new ClosedStreams();
    private final AbuseBudget budget = new AbuseBudget(System::nanoTime);
    private final AtomicInteger handlers = new AtomicInteger();
    private final Deadline idle;
    private final Deadline drain;
    private final Object windowLock = new Object();
    private int unacknowledged; // guarded by windowLock
    private long receiveWindow; // guarded by windowLock
    private volatile int lastStreamId;
    volatile Object attachment; // see Exchange.perConnection
    private volatile boolean stopping;
    private volatile boolean refusing;

    /// @param in reads from `source`, which reads from `transport`; may already hold bytes, the preface included
    public Http2Connection(Transport transport, TimedSource source, Input in, Limits limits, Handler handler) {
        this.transport = transport;
        this.source = source;
        this.in = in;
        this.limits = limits;
        this.handler = handler;
        this.output = new Http2Output(transport, limits.writeStall(), why -> transport.close());
        this.receiveWindow = Math.max(limits.connectionWindow(), Http2Settings.DEFAULT_WINDOW);
        this.idle = new Deadline(this::idleTooLong);
        this.drain = new Deadline(this::refuseNewStreams);
    }

    /// Serves until the connection ends, and leaves it closed.
    public void run() {
        serve(null, null);
    }

    /// Serves a connection that was upgraded from HTTP/1.1: the request becomes stream 1 (RFC 7540 §3.2).
    /// @param settings value of `HTTP2-Settings`
    public void runUpgraded(Request request, String settings) {
        serve(request, settings);
    }

    private void serve(Request upgraded, String settings) {
        String lost = "connection closed by the client";
        try {
            output.start();
            output.control(out -> Http2Settings.write(limits, MAX_FRAME_SIZE, out));
            Http2Frames frames = new Http2Frames(this, new FieldSection(limits, budget), budget);
            if (upgraded != null) {
                byte[] payload = Base64.getUrlDecoder().decode(settings);
                frames.settings(payload, 0, payload.length, false);
                lastStreamId = 1;
                open(new Http2Stream(this, 1, upgraded, true));
            }
            readPreface();
            idle.arm(limits.idle());
            readFrames(frames);
        } catch (ConnectionError e) {
            lost = e.getMessage();
            LOG.debug("connection error", "remote", transport.remoteAddress(), "why", e.getMessage());
            output.end(lastStreamId, e.code(), e.getMessage());
            linger();
        } catch (IOException | IllegalArgumentException e) {
            lost = "connection lost: " + e.getMessage();
            output.end(lastStreamId, stopping ? ErrorCode.NO_ERROR : ErrorCode.PROTOCOL_ERROR, "");
        } finally {
            close(lost);
        }
    }

    private void readPreface() throws IOException {
        source.limitAllReads(SETTINGS_LIMIT);
        if (!in.require(PREFACE.length)) {
            throw new EOFException("no preface");
        }
        for (int i = 0; i < PREFACE.length; i++) {
            // RFC 9113 §3.4: an invalid preface is a connection error PROTOCOL_ERROR
            if (in.array()[in.position() + i] != PREFACE[i]) {
                throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, "invalid preface");
            }
        }
        in.skip(PREFACE.length);
    }

    private void readFrames(Http2Frames frames) throws IOException {
        FrameReader reader = new FrameReader(in, MAX_FRAME_SIZE);
        boolean first = true;
        while (reader.next()) {
            if (FRAMES.debugging()) {
                FRAMES.debug("received", "remote", transport.remoteAddress(), "frame", reader);
            }
            // RFC 9113 §3.4: the first frame must be SETTINGS
            if (first && (reader.type != Frames.SETTINGS || reader.has(Frames.ACK))) {
                throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, "first frame is not SETTINGS");
            }
            if (first) {
                first = false;
                source.limitEachRead(Duration.ZERO);
            }
            try {
                frames.apply(reader);
            } catch (StreamError e) {
                budget.reset();
                LOG.debug("stream error", "remote", transport.remoteAddress(), "stream", e.streamId(), "why", e.getMessage());
                reset(e.streamId(), e.code(), e);
            }
        }
    }

    private void close(String why) {
        idle.close();
        drain.close();
        IOException lost = new IOException(why);
        for (Http2Stream stream : streams.all()) {
            try {
                stream.fail(lost);
            } catch (IOException e) {
                LOG.debug("stream failed", "stream", stream.id(), "why", e.getMessage());
            }
        }
        output.close();
        output.awaitWriter(LINGER);
        transport.close();
        source.close();
    }

    /// Lets the peer read our GOAWAY: closing with octets unread would reset the connection under it.
    private void linger() {
        try {
            output.awaitWriter(LINGER);
            source.limitAllReads(LINGER);
            byte[] bin = new byte[8192];
            for (int left = 256 << 10; left > 0; ) {
                int count = in.read(bin, 0, bin.length);
                if (count < 0) {
                    return;
                }
                left -= count;
            }
        } catch (IOException e) {
            LOG.debug("peer left", "remote", transport.remoteAddress(), "why", e.getMessage());
        }
    }

    // ---- streams

    /// Opens a stream and starts its handler.
    void open(Http2Stream stream) throws IOException {
        if (refusing || streams.size() >= limits.maxStreams() || handlers.get() >= 2 * limits.maxStreams()) {
            // RFC 9113 §5.1.2, §8.7: refused, so that the client may safely try again elsewhere
            throw new StreamError(stream.id(), ErrorCode.REFUSED_STREAM, "too many streams");
        }
        streams.put(stream);
        idle.disarm();
        handlers.incrementAndGet();
        Thread.ofVirtual().name("http2-stream").start(() -> handle(stream));
    }

    /// Notes that a peer opened this stream id; ids only grow (RFC 9113 §5.1.1).
    void opened(int streamId) {
        lastStreamId = streamId;
    }

    private void handle(Http2Stream stream) {
        try {
            handler.handle(stream);
        } catch (BadMessage e) {
            answer(stream, e.status(), e.getMessage());
        } catch (java.net.SocketTimeoutException e) {
            answer(stream, 408, e.getMessage());
        } catch (IOException e) {
            LOG.debug("exchange failed", "stream", stream.id(), "why", e.getMessage());
            answer(stream, 500, "internal error");
        } catch (RuntimeException e) {
            LOG.error("handler failed", e, "target", stream.request().path());
            answer(stream, 500, "internal error");
        } finally {
            handlers.decrementAndGet();
            stream.handlerReturned();
        }
    }

    private static void answer(Http2Stream stream, int status, String why) {
        if (stream.responded()) {
            stream.abort();
            return;
        }
        try {
            stream.answer(status, "text/plain; charset=utf-8", (why + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            LOG.debug("nobody to answer", "stream", stream.id(), "why", e.getMessage());
        }
    }

    Http2Stream stream(int id) {
        return streams.get(id);
    }

    StreamTable streams() {
        return streams;
    }

    ClosedStreams.How howClosed(int id) {
        return closed.how(id);
    }

    int lastStreamId() {
        return lastStreamId;
    }

    void closedIfDone(Http2Stream stream) {
        if (stream.done()) {
            remove(stream.id(), ClosedStreams.How.ENDED);
        }
    }

    void remove(int streamId, ClosedStreams.How how) {
        if (!streams.remove(streamId)) {
            return;
        }
        closed.add(streamId, how);
        if (streams.size() == 0) {
            if (refusing) {
                finish();
            } else {
                idle.arm(limits.idle());
            }
        }
    }

    void resetByUs(Http2Stream stream, int code) {
        try {
            reset(stream.id(), code, new IOException("stream reset"));
        } catch (IOException e) {
            transport.close(); // the peer does not read: nothing more can be said to it
        }
    }

    /// Sends RST_STREAM and forgets the stream, if there is one.
    private void reset(int streamId, int code, IOException why) throws IOException {
        Http2Stream stream = streams.get(streamId);
        remove(streamId, ClosedStreams.How.RESET_BY_US);
        closed.add(streamId, ClosedStreams.How.RESET_BY_US);
        output.resetStream(streamId, code);
        if (stream != null) {
            stream.fail(why);
        }
    }

    // ---- flow control of the connection

    /// DATA of so many octets arrived, padding included.
    void receivedData(int count) throws ConnectionError {
        synchronized (windowLock) {
            receiveWindow -= count;
            if (receiveWindow < 0) {
                throw new ConnectionError(ErrorCode.FLOW_CONTROL_ERROR, "more DATA than the connection's window allows");
            }
        }
    }

    /// Gives the peer credit back for octets that somebody took, or that nobody will.
    void consumed(int count) throws IOException {
        int increment = 0;
        synchronized (windowLock) {
            unacknowledged += count;
            if (unacknowledged >= Math.max(limits.connectionWindow(), Http2Settings.DEFAULT_WINDOW) / 2) {
                increment = unacknowledged;
                receiveWindow += increment;
                unacknowledged = 0;
            }
        }
        if (increment > 0) {
            output.windowUpdate(0, increment);
        }
    }

    int initialSendWindow() {
        return peer.initialWindowSize;
    }

    Http2Settings peerSettings() {
        return peer;
    }

    // ---- shutting down

    /// Ends gracefully: two GOAWAYs, so that no request in flight is lost (RFC 9113 §6.8).
    public void stop() {
        stopping = true;
        try {
            output.control(out -> {
                Frames.goAway(out, Integer.MAX_VALUE, ErrorCode.NO_ERROR, "");
                Frames.ping(out, 0, DRAIN_PING, 0);
            });
            drain.arm(LINGER);
        } catch (IOException e) {
            transport.close();
        }
    }

    /// The peer has seen our first GOAWAY, or was given the time: what it opens from now on it would have to try again.
    void pingAnswered(byte[] payload, int offset) {
        if (stopping && java.util.Arrays.equals(payload, offset, offset + 8, DRAIN_PING, 0, 8)) {
            refuseNewStreams();
        }
    }

    private void refuseNewStreams() {
        if (refusing) {
            transport.shutdownInput(); // second firing: the peer does not hang up by itself
            return;
        }
        refusing = true;
        if (streams.size() == 0) {
            finish();
            return;
        }
        try {
            output.control(out -> Frames.goAway(out, lastStreamId, ErrorCode.NO_ERROR, ""));
        } catch (IOException e) {
            transport.close();
        }
    }

    private void finish() {
        output.end(lastStreamId, ErrorCode.NO_ERROR, "");
        drain.arm(LINGER);
    }

    private void idleTooLong() {
        if (streams.size() == 0) {
            stopping = true;
            refusing = true;
            finish();
        }
    }

    // ---- what streams need

    Transport transport() {
        return transport;
    }

    Limits limits() {
        return limits;
    }

    Http2Output output() {
        return output;
    }

    void trustPeer() {
        budget.trust();
    }

    /// Answers 431 without opening the stream to a handler (RFC 6585 §5).
    void refuseFields(int streamId) throws IOException {
        Headers none = new Headers(0);
        output.headers(streamId, (encoder, out) -> FieldEncoder.response(encoder, out, 431, none, 0), true, true);
        closed.add(streamId, ClosedStreams.How.RESET_BY_US);
        output.resetStream(streamId, ErrorCode.NO_ERROR);
    }
}
