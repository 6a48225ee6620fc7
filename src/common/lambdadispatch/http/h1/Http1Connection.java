// SPDX-License-Identifier: MIT
package lambdadispatch.http.h1;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.function.Function;
import lambdadispatch.base.log.Log;
import lambdadispatch.http.message.BadMessage;
import lambdadispatch.http.message.Framing;
import lambdadispatch.http.message.HeadParser;
import lambdadispatch.http.message.HeaderName;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.message.Request;
import lambdadispatch.http.message.RequestHead;
import lambdadispatch.http.server.Connection;
import lambdadispatch.http.server.Handler;
import lambdadispatch.http.server.Limits;
import lambdadispatch.net.Input;
import lambdadispatch.net.MemoryShare;
import lambdadispatch.net.NoRoom;
import lambdadispatch.net.TimedSource;
import lambdadispatch.net.Transport;

/// The server's side of one HTTP/1.1 connection: reads requests one after another and runs the handler for each, on the connection's own
/// virtual thread. One exchange at a time, so pipelined requests wait in the socket and memory stays bounded.
///
/// A client that goes away while the handler waits is noticed by [ClientWatch], which reads ahead on the connection's behalf.
public final class Http1Connection implements Connection {
    /// Takes a connection over after `101 Switching Protocols` to h2c (RFC 7540 §3.2, kept by clients although RFC 9113 dropped it).
    @FunctionalInterface
    public interface H2cUpgrade {
        void run(Request request, String http2Settings) throws IOException;
    }

    private static final Log LOG = Log.of("http1");
    /// What is read and dropped of a body nobody wanted, so that the connection can be kept; beyond it the connection closes.
    static final int MAX_DISCARD = 256 << 10;
    private static final Duration LINGER = Duration.ofSeconds(2);
    /// A client that goes on sending after it was answered gets this long to notice; a reset any earlier could cost it the answer.
    private static final Duration LONGEST_LINGER = Duration.ofSeconds(30);
    /// A head that is not complete when the connection is told to stop may take this much longer.
    private static final Duration HEAD_AT_STOP = Duration.ofSeconds(1);

    /// Where octets go that nobody wants; nobody reads it.
    private static final byte[] BIN = new byte[8192];

    /// What the connection's own thread is doing.
    private enum Phase { IDLE, HEAD, EXCHANGE }

    final Transport transport;
    final Input in;
    final TimedSource source;
    final Limits limits;
    final MemoryShare memory;
    final Http1Output out;
    final ClientWatch watch;
    private Object state; // see Connection.state
    private final Handler handler;
    private final H2cUpgrade upgrade;
    private final Duration longestLinger;
    private final HeadParser parser;
    private final RequestHead head = new RequestHead();
    private volatile boolean stopping;
    private volatile boolean closeAnnounced;
    private Phase phase = Phase.IDLE; // guarded by this
    private boolean first = true; // no head was read yet

    /// @param in reads from `source`, which reads from `transport`; may already hold bytes
    /// @param upgrade null where h2c is not offered (TLS)
    public Http1Connection(Transport transport, TimedSource source, Input in, Limits limits, Handler handler, H2cUpgrade upgrade) {
        this(transport, source, in, limits, handler, upgrade, LONGEST_LINGER);
    }

    /// @param longestLinger what a client that goes on sending behind its last answer gets, however steadily it sends
    Http1Connection(Transport transport, TimedSource source, Input in, Limits limits, Handler handler, H2cUpgrade upgrade, Duration longestLinger) {
        this.longestLinger = longestLinger;
        this.transport = transport;
        this.source = source;
        this.in = in;
        this.limits = limits;
        this.memory = in.memory();
        this.handler = handler;
        this.upgrade = upgrade;
        this.parser = new HeadParser(limits.headBytes(), limits.headFields());
        this.out = new Http1Output(transport, limits.writeStall(), limits.leastRate());
        this.watch = new ClientWatch(this);
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
        if (state == null) {
            state = maker.apply(this);
        }
        return type.cast(state);
    }

    /// HTTP/1.1 has one budget for all.
    @Override
    public void trustPeer() {}

    /// Serves until the connection ends. Returns with the transport closed, unless it was upgraded: then after the upgrade's own end.
    public void run() {
        try {
            boolean open = true;
            while (open) {
                open = next();
            }
        } catch (IOException e) {
            LOG.debug("connection failed", "remote", transport.remoteAddress(), "why", e.getMessage());
        } finally {
            transport.close();
            source.close();
            out.close();
            watch.close();
        }
    }

    /// Lets the exchange under way finish and then closes; at once if none is, and soon if a head has only begun.
    public synchronized void stop() {
        stopping = true;
        switch (phase) {
            case IDLE -> transport.shutdownInput();
            case HEAD -> source.limitAllReads(HEAD_AT_STOP);
            case EXCHANGE -> { } // its end looks at `stopping`
        }
    }

    /// The next answer says `Connection: close`: a peer that is told so does not send a request into a connection that closes under it
    /// (RFC 9112 §9.6). An idle connection stays open.
    public void announceClose() {
        closeAnnounced = true;
    }

    boolean closeAnnounced() {
        return closeAnnounced;
    }

    boolean stopping() {
        return stopping;
    }

    private boolean next() throws IOException {
        if (!readHead()) {
            return false;
        }
        int octets = head.headers().footprint();
        if (!memory.take(octets)) {
            refuse(503, "no memory for more requests");
            return false;
        }
        try {
            return exchange();
        } finally {
            head.headers().reset(); // it may be long before another one comes
            memory.give(octets);
        }
    }

    /// Answers the request whose head was read. Returns whether another may follow on the connection.
    private boolean exchange() throws IOException {
        String scheme = head.scheme() != null ? head.scheme() : transport.secure() ? "https" : "http";
        Request request = new Request(head.method(), head.target(), scheme, head.authority(), head.headers(),
                head.framing() == Framing.CHUNKED ? -1 : head.framing(), head.version());
        // RFC 9110 §7.8: a server MUST ignore Upgrade in an HTTP/1.0 request
        if (upgrade != null && head.version() == 11 && request.contentLength() == 0 && wantsH2c(head.headers())) {
            upgradeToH2c(request);
            return false;
        }
        Http1Exchange exchange = new Http1Exchange(this, request, head);
        handle(exchange);
        watch.finish();
        exchange.finish(LINGER);
        memory.progressed();
        boolean reusable = exchange.reusable() && discardRest(exchange) && !stopping;
        if (!reusable && !exchange.aborted()) {
            lingeringClose();
        }
        return reusable;
    }

    private boolean readHead() throws IOException {
        try {
            if (!watch.pipelined()) {
                enter(Phase.IDLE);
                out.release();
                if (stopping || !watch.awaitInput()) {
                    return false;
                }
            }
            enter(Phase.HEAD);
            if (!parser.parseRequest(in, head)) {
                return false;
            }
            enter(Phase.EXCHANGE);
            first = false;
            return true;
        } catch (BadMessage e) {
            refuse(e.status(), e.getMessage());
        } catch (NoRoom e) {
            refuse(503, "no memory for more requests");
        } catch (SocketTimeoutException e) {
            if (in.available() > 0) {
                refuse(408, "request head not complete in time");
            }
        } catch (EOFException e) {
            LOG.debug("client left inside a head", "remote", transport.remoteAddress());
        }
        return false;
    }

    private synchronized void enter(Phase next) {
        phase = next;
        switch (next) {
            case IDLE -> source.limitEachRead(first ? limits.headTimeout() : limits.idle());
            case HEAD -> source.limitAllReads(stopping ? HEAD_AT_STOP : limits.headTimeout());
            case EXCHANGE -> { } // whoever reads the body says how long that may take
        }
    }

    private void handle(Http1Exchange exchange) {
        try {
            handler.handle(exchange);
        } catch (BadMessage e) {
            fail(exchange, e.status(), e.getMessage());
        } catch (SocketTimeoutException e) {
            fail(exchange, 408, "request body not received in time");
        } catch (IOException e) {
            LOG.debug("exchange failed", "remote", transport.remoteAddress(), "why", e.getMessage());
            // RFC 9112 §8: an incomplete request may be answered with an error before the connection closes
            fail(exchange, exchange.cut() ? 400 : 500, exchange.cut() ? "request body not complete" : "internal error");
        } catch (RuntimeException e) {
            LOG.error("handler failed", e, "handler", handler.getClass().getName()); // not the target: it may hold a secret
            fail(exchange, 500, "internal error");
        }
    }

    private void fail(Http1Exchange exchange, int status, String why) {
        if (exchange.responded()) {
            exchange.abort();
            return;
        }
        try {
            exchange.closeAfterwards();
            exchange.answer(status, "text/plain; charset=utf-8", (why + "\n").getBytes(java.nio.charset.StandardCharsets.UTF_8));
        } catch (IOException e) {
            exchange.abort();
        }
    }

    /// Answers a request whose head could not be read, then closes: what follows it on the connection can not be trusted.
    private void refuse(int status, String why) throws IOException {
        LOG.debug("request refused", "remote", transport.remoteAddress(), "status", status, "why", why);
        in.skip(in.available());
        in.release(); // what was read of it is of no use any more
        byte[] body = (why + "\n").getBytes(java.nio.charset.StandardCharsets.UTF_8);
        out.statusLine(status);
        out.field("content-type", "text/plain; charset=utf-8");
        out.field("content-length", Integer.toString(body.length));
        if (status == 503) {
            out.field("retry-after", "1");
        }
        out.field("connection", "close");
        out.endHead();
        out.write(body, 0, body.length);
        out.flush();
        lingeringClose();
    }

    private boolean discardRest(Http1Exchange exchange) {
        try {
            source.limitAllReads(LINGER);
            for (int left = MAX_DISCARD; !exchange.bodyEnded() && left > 0; ) {
                left -= Math.max(0, exchange.discard(BIN));
            }
            return exchange.bodyEnded();
        } catch (IOException e) {
            return false;
        }
    }

    /// RFC 9112 §9.6: half-close, then read on for a while, or the client's kernel drops our last answer with the reset it would get.
    private void lingeringClose() {
        try {
            transport.shutdownOutput();
            source.limitEachRead(LINGER);
            in.skip(in.available());
            in.release();
            long start = System.nanoTime();
            while (in.read(BIN, 0, BIN.length) >= 0 && System.nanoTime() - start < longestLinger.toNanos()) {
                continue;
            }
        } catch (IOException e) {
            return; // the client is gone already
        }
    }

    private static boolean wantsH2c(Headers headers) {
        return headers.contains(HeaderName.UPGRADE)
                && headers.hasToken(HeaderName.UPGRADE, "h2c")
                && headers.all(HeaderName.HTTP2_SETTINGS).size() == 1
                && headers.hasToken(HeaderName.CONNECTION, "upgrade")
                && headers.hasToken(HeaderName.CONNECTION, "http2-settings");
    }

    private void upgradeToH2c(Request request) throws IOException {
        String settings = request.headers().get(HeaderName.HTTP2_SETTINGS);
        out.statusLine(101);
        out.field("connection", "Upgrade");
        out.field("upgrade", "h2c");
        out.endHead();
        out.flush();
        Headers headers = new Headers();
        headers.addAll(request.headers());
        for (HeaderName name : new HeaderName[] {HeaderName.CONNECTION, HeaderName.UPGRADE, HeaderName.HTTP2_SETTINGS, HeaderName.HOST}) {
            headers.remove(name);
        }
        upgrade.run(new Request(request.method(), request.target(), "http", request.authority(), headers, 0, 20), settings);
    }
}
