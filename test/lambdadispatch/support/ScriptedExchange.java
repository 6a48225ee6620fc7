// SPDX-License-Identifier: MIT
package lambdadispatch.support;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import lambdadispatch.base.ByteQueue;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.message.Request;
import lambdadispatch.http.server.Connection;
import lambdadispatch.http.server.Exchange;
import lambdadispatch.net.MemoryAccount;
import lambdadispatch.net.MemoryShare;

/// An exchange without a connection: the test plays the peer. What the handler does is kept, in order, and can be waited for.
public final class ScriptedExchange implements Exchange, Connection {
    private static final int WINDOW = 64 << 10;
    private static final long PATIENCE_NANOS = 20_000_000_000L;
    private static final InetSocketAddress LOCAL = new InetSocketAddress(InetAddress.getLoopbackAddress(), 5001);

    private final Request request;
    private final InetSocketAddress remote;
    private final ByteQueue body = new ByteQueue(); // this and what follows guarded by this
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private final List<String> events = new ArrayList<>();
    private Headers sent;
    private Headers trailers = new Headers();
    private Headers sentTrailers;
    private int status;
    private int writes;
    private int flushed;
    private boolean bodyWhole;
    private boolean ended;
    private boolean aborted;
    private boolean gone;
    private boolean trusted;
    private long behindNanos;
    private MemoryShare memory = new MemoryAccount(Long.MAX_VALUE).open("test", 0, () -> { });
    private IOException writeFault;
    private IOException readFault;
    private Runnable onGone;
    private Runnable onInform = () -> { };
    private Object[] connectionState = new Object[1];
    private boolean shares; // its connection with other exchanges

    public ScriptedExchange(Request request) {
        this(request, new InetSocketAddress(InetAddress.getLoopbackAddress(), 40_000));
    }

    public ScriptedExchange(Request request, InetSocketAddress remote) {
        this.request = request;
        this.remote = remote;
        this.bodyWhole = request.contentLength() == 0;
    }

    /// A request without a body.
    public static ScriptedExchange of(String method, String target, String... fields) {
        return of(method, target, 0, fields);
    }

    /// @param length of the body, -1 where only its end tells
    public static ScriptedExchange of(String method, String target, long length, String... fields) {
        return new ScriptedExchange(new Request(method, target, "http", "example.org", Headers.of(fields), length, 11));
    }

    /// It comes on the same connection as another.
    public ScriptedExchange beside(ScriptedExchange other) {
        connectionState = other.connectionState;
        shares = true;
        other.shares = true;
        return this;
    }

    /// It is over, and with it its connection, unless others have that too.
    public synchronized void connectionEnds() {
        if (!shares) {
            connectionIsLost();
        }
    }

    public synchronized void connectionIsLost() {
        if (connectionState[0] instanceof Connection.Ending state) {
            state.connectionEnded();
        }
    }

    /// What is held for it is taken from this share.
    public ScriptedExchange holding(MemoryShare share) {
        memory = share;
        return this;
    }

    /// It keeps whoever waits for it waiting.
    public synchronized ScriptedExchange behind(long nanos) {
        behindNanos = nanos;
        return this;
    }

    @Override
    public synchronized long behindNanos() {
        return behindNanos;
    }

    // --- what the peer does ---

    public synchronized void sends(String octets) {
        byte[] bytes = octets.getBytes(StandardCharsets.ISO_8859_1);
        body.append(bytes, 0, bytes.length);
        notifyAll();
    }

    public synchronized void endsBody(String... trailerFields) {
        trailers = Headers.of(trailerFields);
        bodyWhole = true;
        notifyAll();
    }

    /// Its body can not be read any further.
    public synchronized void breaksBody(IOException why) {
        readFault = why;
        notifyAll();
    }

    /// From now on nothing can be written to it.
    public synchronized void takesNothing(IOException why) {
        writeFault = why;
        notifyAll();
    }

    /// What happens while the handler sends an interim response: at a moment when it waits for nothing.
    public synchronized void whenInformed(Runnable action) {
        onInform = action;
    }

    public void goes() {
        Runnable action;
        synchronized (this) {
            gone = true;
            readFault = new IOException("gone");
            writeFault = readFault;
            action = onGone;
            onGone = null;
            notifyAll();
        }
        if (action != null) {
            action.run();
        }
    }

    // --- what the test sees ---

    public synchronized int status() {
        return status;
    }

    /// The response's fields as the handler gave them; null before.
    public synchronized Headers sent() {
        return sent;
    }

    public synchronized Headers sentTrailers() {
        return sentTrailers;
    }

    public synchronized String text() {
        return written.toString(StandardCharsets.ISO_8859_1);
    }

    /// In how many pieces it was written.
    public synchronized int writes() {
        return writes;
    }

    /// What has been flushed of it.
    public synchronized String flushedText() {
        return text().substring(0, flushed);
    }

    public synchronized boolean ended() {
        return ended;
    }

    public synchronized boolean aborted() {
        return aborted;
    }

    /// Whether the handler said that it knows who this is.
    public synchronized boolean trusted() {
        return trusted;
    }

    /// `inform 103`, `respond 200 12`, `flush`, `end`, `abort`, in order.
    public synchronized List<String> events() {
        return List.copyOf(events);
    }

    /// Waits until this holds.
    public synchronized ScriptedExchange await(BooleanSupplier wanted) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (!wanted.getAsBoolean()) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                throw new AssertionError("not as wanted: " + events + " " + text());
            }
            wait(Math.max(1, left / 1_000_000));
        }
        return this;
    }

    private synchronized void note(String event) {
        events.add(event);
        notifyAll();
    }

    // --- what the handler does ---

    @Override
    public Request request() {
        return request;
    }

    @Override
    public Connection connection() {
        return this;
    }

    @Override
    public InetSocketAddress remoteAddress() {
        return remote;
    }

    @Override
    public InetSocketAddress localAddress() {
        return LOCAL;
    }

    @Override
    public synchronized int read(byte[] into, int offset, int length) throws IOException {
        try {
            while (body.size() == 0 && !bodyWhole && readFault == null && !aborted) {
                wait();
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
        if (body.size() > 0) {
            notifyAll();
            return body.take(into, offset, length);
        }
        if (readFault != null || aborted) {
            throw readFault == null ? new IOException("aborted") : readFault;
        }
        return -1;
    }

    @Override
    public synchronized boolean supply(byte[] from, int offset, int length) {
        if (bodyWhole || body.size() + length > WINDOW) {
            return false;
        }
        body.append(from, offset, length);
        notifyAll();
        return true;
    }

    @Override
    public synchronized int available() {
        return body.size();
    }

    @Override
    public synchronized boolean bodyEnded() {
        return body.size() == 0 && bodyWhole;
    }

    @Override
    public synchronized Headers trailers() {
        return trailers;
    }

    @Override
    public void inform(int interim, Headers headers) throws IOException {
        Runnable action;
        synchronized (this) {
            mayWrite();
            note("inform " + interim + " " + headers);
            action = onInform;
        }
        action.run();
    }

    @Override
    public synchronized void respond(int code, Headers headers, long length) throws IOException {
        mayWrite();
        status = code;
        sent = new Headers();
        sent.addAll(headers);
        note("respond " + code + " " + length);
    }

    @Override
    public synchronized void write(byte[] from, int offset, int length) throws IOException {
        mayWrite();
        written.write(from, offset, length);
        writes++;
        notifyAll();
    }

    private void mayWrite() throws IOException {
        if (writeFault != null || aborted) {
            throw writeFault == null ? new IOException("aborted") : writeFault;
        }
    }

    @Override
    public synchronized void flush() throws IOException {
        mayWrite();
        flushed = written.size();
        note("flush");
    }

    @Override
    public synchronized void end(Headers fields) throws IOException {
        mayWrite();
        flushed = written.size();
        ended = true;
        sentTrailers = fields;
        note("end");
    }

    @Override
    public synchronized void abort() {
        aborted = true;
        note("abort");
    }

    @Override
    public MemoryShare memory() {
        return memory;
    }

    @Override
    public synchronized void trustPeer() {
        trusted = true;
    }

    @Override
    public synchronized boolean responded() {
        return status != 0;
    }

    @Override
    public void onClientGone(Runnable action) {
        boolean now;
        synchronized (this) {
            now = gone;
            onGone = now ? null : action;
        }
        if (now) {
            action.run();
        }
    }

    @Override
    @SuppressWarnings("unchecked")
    public synchronized <T> T state(Class<T> type, Function<Connection, T> maker) {
        if (connectionState[0] == null) {
            connectionState[0] = maker.apply(this);
        }
        return (T) connectionState[0];
    }
}
