// SPDX-License-Identifier: MIT
package lambdadispatch.net.tls;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;
import lambdadispatch.carrier.SpareArrays;
import lambdadispatch.carrier.Threads;
import lambdadispatch.net.MemoryShare;
import lambdadispatch.net.NoRoom;
import lambdadispatch.net.Transport;

/// TLS over another [Transport], by [SSLEngine].
///
/// One thread may read while another writes; the engine allows `wrap` and `unwrap` at the same time. What the reader must send by itself
/// (a KeyUpdate's answer, close_notify) goes out on a thread of its own, so that a peer that does not read can not stop us reading.
///
/// The end of the plain stream without close_notify is an [EOFException]: whoever relies on the end of the stream for the end of a
/// message must not take a truncation for it (RFC 8446 §6.1).
///
/// Buffers are held only while they hold something: an idle connection costs the engine and 1 KiB. One that waits for more than came so far
/// holds at most four times what came.
public final class TlsTransport implements Transport {
    private static final ByteBuffer EMPTY = ByteBuffer.allocate(0);
    /// Records are gathered up to this before they are written.
    private static final int GATHER = 64 << 10;

    private final Transport plain;
    private final SSLEngine engine;
    private final MemoryShare memory;
    private final Object handshaking = new Object(); // taken before reading
    private final Object reading = new Object();
    private final Object writing = new Object();
    private final RecordBuffer received; // guarded by reading
    private ByteBuffer clear = EMPTY; // unwrapped and not yet read; guarded by reading
    private ByteBuffer out = EMPTY; // guarded by writing
    private final EngineMemory engineMemory;
    private volatile boolean established;
    private volatile boolean outputShut;
    private final IdleRecords idleRecords = new IdleRecords(); // guarded by reading
    private final AtomicBoolean answering = new AtomicBoolean();

    TlsTransport(Transport plain, SSLEngine engine) {
        this(plain, engine, MemoryShare.UNBOUNDED);
    }

    private TlsTransport(Transport plain, SSLEngine engine, MemoryShare memory) {
        this.memory = memory;
        this.plain = plain;
        this.engine = engine;
        this.received = new RecordBuffer(plain, memory);
        this.engineMemory = new EngineMemory(memory);
    }

    /// The server's side. The first of `applicationProtocols` that the client offers too is agreed on; if it offers others only, the
    /// handshake fails (RFC 7301 §3.2).
    public static TlsTransport server(Transport plain, SSLContext context, List<String> applicationProtocols) {
        return server(plain, context, applicationProtocols, MemoryShare.UNBOUNDED);
    }

    /// @param memory what is received, and not whole or not read yet, is taken from it
    public static TlsTransport server(Transport plain, SSLContext context, List<String> applicationProtocols, MemoryShare memory) {
        return new TlsTransport(plain, Handshake.server(context, applicationProtocols), memory);
    }

    /// The client's side; the certificate must be for `host`, as far as the context's trust manager lets that be checked.
    public static TlsTransport client(Transport plain, SSLContext context, String host, int port, List<String> applicationProtocols) {
        return new TlsTransport(plain, Handshake.client(context, host, port, applicationProtocols));
    }

    /// Agrees on keys and protocols; blocks. Does nothing if that was done.
    /// @throws NotTls the peer speaks something else
    /// @throws javax.net.ssl.SSLException the handshake failed; the peer was told by an alert where there was one
    public void handshake() throws IOException {
        if (established) {
            return;
        }
        // A lock of its own: whoever waits here while another thread shakes hands must get through even if that one reads on at once, and
        // blocks.
        synchronized (handshaking) {
            if (!established) {
                synchronized (reading) {
                    begin();
                }
            }
        }
    }

    private void begin() throws IOException {
        try {
            engine.beginHandshake();
            negotiate();
            engineMemory.handshakeOver();
            established = true;
        } catch (SSLException e) {
            sendAlert();
            throw e;
        }
    }

    private void negotiate() throws IOException {
        while (true) {
            switch (engine.getHandshakeStatus()) {
                case NEED_TASK -> runTasks();
                case NEED_WRAP -> wrap(EMPTY);
                case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
                    received.requireRecord(); // before there is room for what is in it: it may be long in coming
                    ByteBuffer target = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize());
                    if (unwrap(target) < 0) {
                        throw new EOFException("peer left during the TLS handshake");
                    }
                    if (target.position() > 0) {
                        keep(target.flip()); // data that came in one flight with the handshake's end
                    }
                }
                case FINISHED, NOT_HANDSHAKING -> {
                    return;
                }
            }
        }
    }

    private void runTasks() {
        // Inline: on a single carrier another thread would not run them any sooner.
        for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
            task.run();
        }
    }

    private void sendAlert() {
        try {
            wrap(EMPTY);
        } catch (IOException e) {
            return; // the peer is gone, or the engine has nothing to say
        }
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        handshake();
        synchronized (reading) {
            if (!outputShut) {
                return readClear(into, offset, length);
            }
            int count;
            try {
                count = readClear(into, offset, length);
            } catch (SSLException e) {
                count = -1; // the engine is done with this connection
            }
            if (count < 0) {
                discardPlain();
            }
            return count;
        }
    }

    /// After our close_notify the engine may take nothing more; what still comes is read off the socket all the same, or closing it
    /// would send a reset, and that drops what we said last before the peer has read it.
    private void discardPlain() throws IOException {
        received.discardToTheEnd();
    }

    @Override
    public void awaitInput(BooleanSupplier left) throws IOException {
        handshake();
        synchronized (reading) {
            if (clear.hasRemaining() || !received.isEmpty()) {
                return;
            }
        }
        plain.awaitInput(left);
    }

    @Override
    public void endInputWait() {
        plain.endInputWait();
    }

    @Override
    public boolean rest(String thread, Runnable task) {
        synchronized (reading) {
            if (clear.hasRemaining() || !received.isEmpty()) {
                return false;
            }
            received.rest();
        }
        return plain.rest(thread, task);
    }

    /// Any record counts, one that holds no data too: a ticket that came late costs a new connection, which is what to do when in doubt.
    @Override
    public boolean quiet() {
        synchronized (reading) {
            return !clear.hasRemaining() && received.isEmpty() && plain.quiet();
        }
    }

    /// Called under the reading lock.
    private int readClear(byte[] into, int offset, int length) throws IOException {
        if (clear.hasRemaining()) {
            return takeClear(into, offset, length);
        }
        ByteBuffer target = ByteBuffer.wrap(into, offset, length);
        int before = target.position();
        while (target.position() == before) {
            if (unwrap(target) < 0) {
                return -1;
            }
            if (clear.hasRemaining()) {
                return takeClear(into, offset, length);
            }
        }
        // Further records that are here whole are worth no other call.
        while (clear == EMPTY && received.wholeRecord() && target.remaining() > 0 && unwrap(target) >= 0) {
            continue;
        }
        return target.position() - before;
    }

    /// What was unwrapped and not asked for yet.
    private void keep(ByteBuffer unwrapped) throws NoRoom {
        if (!memory.take(unwrapped.capacity())) {
            throw new NoRoom("a TLS record that nobody has read yet");
        }
        clear = unwrapped;
    }

    private int takeClear(byte[] into, int offset, int length) {
        int count = Math.min(length, clear.remaining());
        clear.get(into, offset, count);
        if (!clear.hasRemaining()) {
            memory.give(clear.capacity());
            clear = EMPTY;
        }
        return count;
    }

    /// Unwraps one record into `target`, or into `clear` if it may not fit. Blocks for octets where it must. -1 at close_notify.
    private int unwrap(ByteBuffer target) throws IOException {
        while (true) {
            // The engine is shown whole records only: asked about a part of one, it may name the wrong one of its two complaints.
            received.requireRecord();
            SSLEngineResult result = unwrapInto(target);
            if (result.getStatus() == Status.BUFFER_OVERFLOW) {
                return unwrapAside();
            }
            if (result.getStatus() == Status.CLOSED) {
                return -1;
            }
            if (established) {
                afterHandshake(result);
            }
            if (result.getStatus() == Status.OK) {
                return result.bytesProduced();
            }
        }
    }

    private SSLEngineResult unwrapInto(ByteBuffer target) throws IOException {
        ByteBuffer source = received.view();
        SSLEngineResult result = engine.unwrap(source, target);
        received.consumed(source);
        engineMemory.unwrapped(result.bytesConsumed(), result.bytesProduced());
        return result;
    }

    /// The caller's array is shorter than a record may be: through a buffer of ours.
    private int unwrapAside() throws IOException {
        ByteBuffer aside = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize());
        SSLEngineResult result = unwrapInto(aside);
        if (result.getStatus() == Status.CLOSED) {
            return -1;
        }
        if (result.getStatus() != Status.OK) {
            throw new SSLException("record does not fit: " + result.getStatus());
        }
        if (established) {
            afterHandshake(result);
        }
        aside.flip();
        if (aside.hasRemaining()) {
            keep(aside);
        }
        return result.bytesProduced();
    }

    private void afterHandshake(SSLEngineResult result) throws SSLException {
        if (result.bytesProduced() == 0 && result.bytesConsumed() > 0 && !idleRecords.mayBe()) {
            plain.close();
            throw new SSLException("too many TLS records without data");
        }
        HandshakeStatus status = result.getHandshakeStatus();
        if (status == HandshakeStatus.NEED_TASK) {
            refuseRenegotiation();
            runTasks();
            status = engine.getHandshakeStatus();
        }
        // Until the answer is out, each record says again that one is due.
        if (status == HandshakeStatus.NEED_WRAP && answering.compareAndSet(false, true)) {
            Threads.virtual("tls-answer").start(this::answer);
        }
    }

    /// RFC 9113 §9.2.1: renegotiation of TLS 1.2 must be off. Before TLS 1.3 nothing else makes work for the engine once keys are agreed
    /// on. The JDK has a property against it, but reads it when any code of the process first speaks TLS, which may be before ours.
    private void refuseRenegotiation() throws SSLException {
        if (!engine.getSession().getProtocol().equals("TLSv1.3")) {
            plain.close();
            throw new SSLException("renegotiation is refused");
        }
    }

    /// Sends what the engine owes the peer; waits for whoever is writing.
    private void answer() {
        try {
            do {
                wrap(EMPTY);
                answering.set(false);
                // What became due behind the answer, before the flag was down, started no thread.
            } while (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP && !engine.isOutboundDone()
                    && answering.compareAndSet(false, true));
        } catch (IOException e) {
            return; // the writer meets the same; no answer is tried again
        }
    }

    /// Whether the peer has sent anything.
    public boolean heard() {
        return received.heard();
    }

    @Override
    public void keepBuffers() {
        received.keep();
    }

    @Override
    public long octetsTaken() {
        return plain.octetsTaken();
    }

    @Override
    public void write(byte[] from, int offset, int length) throws IOException {
        handshake();
        wrap(ByteBuffer.wrap(from, offset, length));
    }

    /// Wraps all of it, or one handshake message if it is empty, and writes the records with as few calls as possible.
    private void wrap(ByteBuffer source) throws IOException {
        synchronized (writing) {
            int record = engine.getSession().getPacketBufferSize();
            int need = Math.min(GATHER, record * (1 + source.remaining() / 16_384));
            byte[] room = SpareArrays.take(engineMemory.takeForOutput(need, record));
            out = ByteBuffer.wrap(room);
            try {
                wrapAll(source, record);
            } finally {
                out = EMPTY;
                engineMemory.outputWritten();
            }
            SpareArrays.give(room);
        }
    }

    private void wrapAll(ByteBuffer source, int record) throws IOException {
        do {
            if (out.remaining() < record) {
                flush();
            }
            SSLEngineResult result = engine.wrap(source, out);
            if (result.getStatus() == Status.CLOSED && source.hasRemaining()) {
                throw new IOException("TLS connection is closed");
            }
            if (result.getStatus() == Status.BUFFER_OVERFLOW) {
                throw new SSLException("packet buffer too small");
            }
            if (result.getHandshakeStatus() == HandshakeStatus.NEED_TASK) {
                runTasks();
            }
        } while (source.hasRemaining());
        flush();
    }

    private void flush() throws IOException {
        if (out.position() > 0) {
            plain.write(out.array(), 0, out.position());
            out.clear();
        }
    }

    @Override
    public void shutdownOutput() throws IOException {
        outputShut = true;
        engine.closeOutbound();
        wrap(EMPTY); // close_notify
        plain.shutdownOutput();
    }

    @Override
    public void shutdownInput() {
        plain.shutdownInput();
    }

    @Override
    public void reset() {
        plain.reset();
    }

    @Override
    public void close() {
        plain.close();
    }

    @Override
    public InetSocketAddress remoteAddress() {
        return plain.remoteAddress();
    }

    @Override
    public InetSocketAddress localAddress() {
        return plain.localAddress();
    }

    @Override
    public String applicationProtocol() {
        String agreed = engine.getApplicationProtocol();
        return agreed == null ? "" : agreed;
    }

    @Override
    public boolean secure() {
        return true;
    }
}
