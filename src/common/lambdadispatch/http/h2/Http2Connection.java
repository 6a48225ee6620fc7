// SPDX-License-Identifier: MIT
package lambdadispatch.http.h2;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import lambdadispatch.base.log.Log;
import lambdadispatch.carrier.Rounds;
import lambdadispatch.carrier.Threads;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.message.Request;
import lambdadispatch.http.server.Connection;
import lambdadispatch.http.server.ConnectionState;
import lambdadispatch.http.server.Failure;
import lambdadispatch.http.server.Handler;
import lambdadispatch.http.server.LeastRate;
import lambdadispatch.http.server.Limits;
import lambdadispatch.net.Input;
import lambdadispatch.net.MemoryShare;
import lambdadispatch.net.TimedSource;
import lambdadispatch.net.Transport;

/// The server's side of one HTTP/2 connection (RFC 9113).
///
/// Threads: the caller of [#run()] reads frames and never waits for anything else; [Http2Output] has a writer; each request's handler
/// has a virtual thread. [Http2Frames] applies what the reader reads.
public final class Http2Connection implements Connection {
    /// SETTINGS_MAX_FRAME_SIZE that we announce.
    static final int MAX_FRAME_SIZE = 16_384;
    /// What an [Input] for this connection must be able to hold.
    public static final int MAX_FRAME_BUFFER = 2 * (MAX_FRAME_SIZE + Frames.HEADER_LENGTH);

    static final Log LOG = Log.of("http2");
    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final Duration SETTINGS_LIMIT = Duration.ofSeconds(10);
    /// Handlers that may still be on their way out although the peer has read the end of their streams, where few streams are allowed.
    private static final int SLOW_TO_RETURN = 16;
    /// Streams at once of a peer that has yet to prove who it is. It is told of the larger number that it will have then: clients count
    /// once.
    private static final int STRANGERS_STREAMS = 8;
    private static final Duration LINGER = Duration.ofSeconds(1);

    /// Where octets go that nobody wants; nobody reads it.
    private static final byte[] BIN = new byte[8192];

    private final Transport transport;
    private final TimedSource source;
    private final Input in;
    private final MemoryShare memory;
    private final Limits limits;
    private final Handler handler;
    private final Duration linger;
    private final Http2Output output;
    private final Http2Settings peer = new Http2Settings();
    private final Streams streams;
    private final AbuseBudget budget = new AbuseBudget(System::nanoTime);
    private final AtomicInteger handlers = new AtomicInteger();
    private final Shutdown shutdown;
    private final int strangersWindow; // of the connection, as long as nobody knows the peer
    private Runnable onTrust = () -> { };
    private volatile boolean trusted;
    private final ConnectionState state = new ConnectionState();
    private Http2Frames frames; // null until the connection has begun
    private FrameReader reader;
    private boolean upgraded; // then another engine has the thread: it never rests
    private boolean settled; // its first SETTINGS have come
    private boolean rests;
    private int lateCode = ErrorCode.SETTINGS_TIMEOUT; // what it means if the peer does not send in time

    /// @param in reads from `source`, which reads from `transport`; may already hold bytes, the preface included
    public Http2Connection(Transport transport, TimedSource source, Input in, Limits limits, Handler handler) {
        this(transport, source, in, limits, handler, LINGER);
    }

    /// @param linger how long the last words may take on their way, and a peer that does not answer them or hang up
    Http2Connection(Transport transport, TimedSource source, Input in, Limits limits, Handler handler, Duration linger) {
        this.linger = linger;
        this.transport = transport;
        this.source = source;
        this.in = in;
        this.memory = in.memory();
        this.limits = limits;
        this.handler = handler;
        this.output = new Http2Output(transport, limits.writeStall(), limits.leastRate(), why -> transport.close());
        output.memory = new OutputMemory(memory);
        this.shutdown = new Shutdown(this, linger);
        this.strangersWindow =
                handler.knowsItsPeers() ? Http2Settings.DEFAULT_WINDOW : Math.max(limits.connectionWindow(), Http2Settings.DEFAULT_WINDOW);
        this.streams = new Streams(output, new ReceiveWindow(strangersWindow), shutdown::emptied);
    }

    /// @param action runs once if the peer proves who it is; must not block
    public Http2Connection onTrust(Runnable action) {
        onTrust = action;
        return this;
    }

    /// Serves until the connection ends, and leaves it closed, or until nothing has come for so long that it had better rest.
    /// @return whether it has ended. If not, [Transport#rest] says when to call this again
    public boolean run() {
        return serve(null, null);
    }

    /// Serves a connection that was upgraded from HTTP/1.1: the request becomes stream 1 (RFC 7540 §3.2).
    /// @param settings value of `HTTP2-Settings`
    public void runUpgraded(Request request, String settings) {
        upgraded = true;
        serve(request, settings);
    }

    private boolean serve(Request first, String settings) {
        String lost = "connection closed by the client";
        rests = false;
        try {
            if (frames == null) {
                begin(first, settings);
            }
            Rounds.run(this::readFrame);
        } catch (ConnectionError e) {
            lost = e.getMessage();
            fail(e);
        } catch (SocketTimeoutException e) {
            lost = e.getMessage();
            fail(new ConnectionError(lateCode, e.getMessage()));
        } catch (IOException e) {
            lost = "connection lost: " + e.getMessage();
            output.end(streams.lastTaken(), shutdown.stopping() ? ErrorCode.NO_ERROR : ErrorCode.PROTOCOL_ERROR, "");
            output.awaitWriter(linger); // the peer may have ended its own direction only
        } finally {
            if (!rests) {
                close(lost);
            }
        }
        return !rests;
    }

    private void begin(Request first, String settings) throws IOException {
        frames = new Http2Frames(this, new FieldSection(limits, budget, memory), budget, first == null ? 0 : 1);
        reader = new FrameReader(in, MAX_FRAME_SIZE);
        output.start();
        output.control(out -> Http2Settings.write(limits, MAX_FRAME_SIZE, strangersWindow, out));
        if (first != null) {
            byte[] payload = Http2Settings.decode(settings);
            frames.settings(payload, 0, payload.length, false);
        }
        shutdown.settingsSent(first != null || in.available() > 0);
        readPreface();
        shutdown.peerSpoke();
        if (first == null) {
            shutdown.emptied();
        } else {
            // Not before: curl has little room for what follows the 101 at once, and fails if an answer does.
            open(new Http2Stream(this, 1, first, true));
        }
    }

    /// RFC 9113 §5.4.1: the last thing said is why.
    private void fail(ConnectionError e) {
        LOG.debug("connection error", "remote", transport.remoteAddress(), "why", e.getMessage());
        output.end(streams.lastTaken(), e.code(), e.getMessage());
        linger();
    }

    private void readPreface() throws IOException {
        source.limitAllReads(limits.headTimeout().compareTo(SETTINGS_LIMIT) < 0 ? limits.headTimeout() : SETTINGS_LIMIT);
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

    /// Waits for a frame and applies it. False if no other follows, or none did for so long that the connection had better rest.
    private boolean readFrame() throws IOException {
        if (waitsForLong() && !source.awaitInput(streams.size() == 0 ? limits.rest() : Duration.ZERO)) {
            rests = streams.size() == 0;
            if (rests) {
                rest();
            }
            return !rests;
        }
        if (!reader.next()) {
            return false;
        }
        FrameLog.received(transport, reader);
        if (!settled) {
            settle();
        }
        boolean inSection = frames.sectionOpen();
        try {
            frames.apply(reader);
        } catch (StreamError e) {
            budget.reset();
            LOG.debug("stream error", "remote", transport.remoteAddress(), "stream", e.streamId(), "why", e.getMessage());
            reset(e);
        }
        if (in.grown() && !trusted && !streams.receiving()) {
            reader.release();
        }
        if (frames.sectionOpen() != inSection) {
            limitSection(!inSection);
        }
        return true;
    }

    private void settle() throws ConnectionError {
        // RFC 9113 §3.4: the first frame must be SETTINGS
        if (reader.type != Frames.SETTINGS || reader.has(Frames.ACK)) {
            throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, "first frame is not SETTINGS");
        }
        settled = true;
        source.limitEachRead(Duration.ZERO);
        lateCode = ErrorCode.ENHANCE_YOUR_CALM;
    }

    /// Whether the reader is about to wait where it may as well rest: between frames, if the thread is its own.
    private boolean waitsForLong() {
        return in.available() == 0 && settled && !upgraded && !frames.sectionOpen();
    }

    /// No stream has been open for a moment: a reader that waits need not wait on its thread.
    void restIfIdle() {
        source.leave();
    }

    /// It may be long before anything comes, and much longer than this takes to be made again.
    private void rest() {
        reader.rest();
        frames.rest();
        output.rest();
    }

    /// A field section that goes on in CONTINUATION frames has the time of any other head: nothing else can be read meanwhile.
    private void limitSection(boolean open) {
        if (open) {
            source.limitAllReads(limits.headTimeout());
        } else {
            source.limitEachRead(Duration.ZERO);
        }
    }

    private void close(String why) {
        shutdown.close();
        streams.close(new IOException(why));
        output.close();
        output.awaitWriter(linger);
        transport.close();
        source.close();
        state.close();
        LOG.debug("connection over", "remote", transport.remoteAddress(), "why", why, "budgetUsedPercent", budget.largestShare());
    }

    /// Lets the peer read our GOAWAY: closing with octets unread would reset the connection under it.
    private void linger() {
        try {
            output.awaitWriter(linger);
            source.limitAllReads(linger);
            in.skip(in.available());
            in.release();
            for (int left = 256 << 10; left > 0; ) {
                int count = in.read(BIN, 0, BIN.length);
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
        int most = trusted || !handler.knowsItsPeers() ? limits.maxStreams() : Math.min(STRANGERS_STREAMS, limits.maxStreams());
        if (handlers.get() >= most + Math.max(most, SLOW_TO_RETURN)) {
            throw refused(stream, "too many handlers");
        }
        // One that is known carries the exchanges of many: each stream answers for itself.
        if (!stream.admit(memory, trusted)) {
            throw refused(stream, "no memory for it");
        }
        if (!streams.take(stream, most)) {
            stream.releaseMemory();
            throw refused(stream, "too many streams");
        }
        shutdown.busy();
        handlers.incrementAndGet();
        Threads.virtual("http2-stream").start(() -> handle(stream));
    }

    /// RFC 9113 §5.1.2, §8.7: refused, so that the client may safely try again elsewhere.
    private static StreamError refused(Http2Stream stream, String why) {
        return new StreamError(stream.id(), ErrorCode.REFUSED_STREAM, why);
    }

    private void handle(Http2Stream stream) {
        try {
            handler.handle(stream);
        } catch (IOException e) {
            LOG.debug("exchange failed", "stream", stream.id(), "why", e.getMessage());
            answer(stream, Failure.of(e));
        } catch (RuntimeException e) {
            LOG.error("handler failed", e, "handler", handler.getClass().getName()); // not the target: it may hold a secret
            answer(stream, Failure.of(e));
        } finally {
            stream.handlerReturned();
            handlers.decrementAndGet();
            memory.progressed();
        }
    }

    private static void answer(Http2Stream stream, Failure failure) {
        if (stream.responded()) {
            stream.abort();
            return;
        }
        try {
            failure.answer(stream);
        } catch (IOException e) {
            LOG.debug("nobody to answer", "stream", stream.id(), "why", e.getMessage());
        }
    }

    Streams streams() {
        return streams;
    }

    /// RFC 9113 §5.4.2: the peer broke a rule about one stream.
    private void reset(StreamError e) throws IOException {
        Http2Stream stream = streams.get(e.streamId());
        if (stream == null) {
            streams.reset(e.streamId(), e.code(), limits.streamWindow());
        } else {
            streams.reset(stream, e.code(), e.why());
        }
    }

    int initialSendWindow() {
        return peer.initialWindowSize;
    }

    Http2Settings peerSettings() {
        return peer;
    }

    // ---- the connection's end

    /// Ends gracefully: requests under way are answered first. Any thread may ask for it.
    public void stop() {
        shutdown.begin();
    }

    Shutdown shutdown() {
        return shutdown;
    }

    // ---- what streams need

    Transport transport() {
        return transport;
    }

    @Override
    public InetSocketAddress remoteAddress() {
        return transport.remoteAddress();
    }

    @Override
    public InetSocketAddress localAddress() {
        return transport.localAddress();
    }

    @Override
    public <T> T state(Class<T> type, Function<Connection, T> maker) {
        return state.of(this, type, maker);
    }

    Limits limits() {
        return limits;
    }

    Http2Output output() {
        return output;
    }

    @Override
    public void trustPeer() {
        synchronized (this) {
            if (trusted) {
                return;
            }
            trusted = true;
        }
        budget.trust();
        output.trust();
        transport.keepBuffers();
        onTrust.run();
        try {
            streams.widen(limits.connectionWindow() - strangersWindow);
        } catch (IOException e) {
            transport.close(); // it does not read: nothing more can be said to it
        }
    }

    /// How long a body may stall: as long as it likes where the peer proved who it is, since its streams carry many exchanges and rest
    /// between them.
    LeastRate leastRate() {
        return trusted ? LeastRate.NONE : limits.leastRate();
    }

    Duration bodyStall() {
        return trusted ? Duration.ZERO : limits.bodyStall();
    }

    /// Answers without opening the stream to a handler.
    void refuse(int streamId, int status, boolean endStream) throws IOException {
        if (!streams.take(streamId)) {
            throw new StreamError(streamId, ErrorCode.REFUSED_STREAM, "connection is ending");
        }
        SendSide send = new SendSide(streamId, 0);
        output.headers(send, (encoder, out) -> FieldEncoder.response(encoder, out, status, Headers.EMPTY, 0), true, true);
        if (endStream) {
            streams.closed(streamId, ClosedStreams.How.ENDED, ClosedStreams.NOTHING_DUE);
        } else {
            streams.reset(streamId, ErrorCode.NO_ERROR, limits.streamWindow()); // RFC 9113 §8.1: the rest of the request is not wanted
        }
    }
}
