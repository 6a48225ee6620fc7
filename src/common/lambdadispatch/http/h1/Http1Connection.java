// SPDX-License-Identifier: MIT
package lambdadispatch.http.h1;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.function.Function;
import lambdadispatch.base.log.Log;
import lambdadispatch.carrier.Rounds;
import lambdadispatch.http.h1.Http1Input.Next;
import lambdadispatch.http.message.BadMessage;
import lambdadispatch.http.message.HeadParser;
import lambdadispatch.http.message.Request;
import lambdadispatch.http.message.RequestHead;
import lambdadispatch.http.server.Connection;
import lambdadispatch.http.server.ConnectionState;
import lambdadispatch.http.server.Failure;
import lambdadispatch.http.server.Handler;
import lambdadispatch.http.server.Limits;
import lambdadispatch.http.server.Tunnel;
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
    private static final Log LOG = Log.of("http1");
    /// A client that goes on sending after it was answered gets this long to notice; a reset any earlier could cost it the answer.
    private static final Duration LONGEST_LINGER = Duration.ofSeconds(30);

    final Transport transport;
    final Limits limits;
    final MemoryShare memory;
    final Http1Input input;
    final Http1Output out;
    final ClientWatch watch;
    private final TimedSource source;
    private final ConnectionState state = new ConnectionState();
    private final Handler handler;
    private final Duration longestLinger;
    private final HeadParser parser;
    private RequestHead head; // null while the connection rests
    private Next expected = Next.NONE; // of the last round
    private volatile boolean closeAnnounced;

    /// @param in reads from `source`, which reads from `transport`; may already hold bytes
    public Http1Connection(Transport transport, TimedSource source, Input in, Limits limits, Handler handler) {
        this(transport, source, in, limits, handler, LONGEST_LINGER);
    }

    /// @param longestLinger what a client that goes on sending behind its last answer gets, however steadily it sends
    Http1Connection(Transport transport, TimedSource source, Input in, Limits limits, Handler handler, Duration longestLinger) {
        this.longestLinger = longestLinger;
        this.transport = transport;
        this.source = source;
        this.input = new Http1Input(transport, source, in, limits);
        this.limits = limits;
        this.memory = in.memory();
        this.handler = handler;
        this.parser = new HeadParser(limits.headBytes(), limits.headFields());
        this.out = new Http1Output(transport, limits.writeStall(), limits.leastRate(), memory);
        this.watch = new ClientWatch(input);
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

    /// HTTP/1.1 has one budget for all.
    @Override
    public void trustPeer() {}

    /// Serves until the connection ends, and leaves it closed, or until nothing has come for so long that it had better rest.
    /// @return whether it has ended. If not, [Transport#rest] says when to call this again
    public boolean run() {
        try {
            Rounds.run(this::round);
        } catch (IOException e) {
            LOG.debug("connection failed", "remote", transport.remoteAddress(), "why", e.getMessage());
        } finally {
            if (expected != Next.LATER) {
                transport.close();
                source.close();
                out.close();
                watch.close();
                state.close();
            }
        }
        return expected != Next.LATER;
    }

    private boolean round() throws IOException {
        expected = Next.NONE; // should it fail
        expected = next();
        return expected == Next.MESSAGE;
    }

    /// Lets the exchange under way finish and then closes; at once if none is, and soon if a head has only begun.
    public void stop() {
        input.stop();
    }

    /// The next answer says `Connection: close`: a peer that is told so does not send a request into a connection that closes under it
    /// (RFC 9112 §9.6). An idle connection stays open.
    public void announceClose() {
        closeAnnounced = true;
    }

    boolean mayStayOpen() {
        return !closeAnnounced && !input.stopping();
    }

    Tunnel tunnel() {
        return new Http1Tunnel(input, out, transport, source);
    }

    /// Waits for a request and answers it.
    /// @return what to expect after that
    private Next next() throws IOException {
        Next next = readHead();
        if (next != Next.MESSAGE) {
            return next;
        }
        int octets = head.footprint();
        if (!memory.take(octets)) {
            refuse(Failure.NO_ROOM);
            return Next.NONE;
        }
        try {
            return exchange() ? Next.MESSAGE : Next.NONE;
        } finally {
            head.reset(); // it may be long before another one comes
            memory.give(octets);
        }
    }

    /// Answers the request whose head was read. Returns whether another may follow on the connection.
    private boolean exchange() throws IOException {
        String scheme = head.scheme() != null ? head.scheme() : transport.secure() ? "https" : "http";
        Request request =
                new Request(head.method(), head.target(), scheme, head.authority(), head.headers(), head.contentLength(), head.version());
        Http1Exchange exchange = new Http1Exchange(this, request, head);
        input.begin(exchange);
        handle(exchange);
        watch.finish();
        boolean reusable = exchange.finish() && !input.stopping();
        memory.progressed();
        exchange.forget();
        if (!reusable && !exchange.aborted()) {
            lingeringClose();
        }
        return reusable;
    }

    private Next readHead() throws IOException {
        try {
            if (!input.pipelined()) {
                out.release();
                Next next = input.awaitMessage();
                if (next == Next.LATER) {
                    rest();
                }
                if (next != Next.MESSAGE) {
                    return next;
                }
            }
            if (head == null) {
                head = new RequestHead();
            }
            return input.readHead(parser, head) ? Next.MESSAGE : Next.NONE;
        } catch (BadMessage | NoRoom e) {
            refuse(Failure.of(e));
        } catch (SocketTimeoutException e) {
            if (input.holdsSome()) {
                refuse(Failure.of(e));
            }
        } catch (EOFException e) {
            LOG.debug("client left inside a head", "remote", transport.remoteAddress());
        }
        return Next.NONE;
    }

    /// It may be long before anything comes, and much longer than this takes to be made again.
    private void rest() {
        head = null;
        out.rest();
    }

    private void handle(Http1Exchange exchange) {
        try {
            handler.handle(exchange);
        } catch (IOException e) {
            LOG.debug("exchange failed", "remote", transport.remoteAddress(), "why", e.getMessage());
            fail(exchange, Failure.of(e, exchange.cut()));
        } catch (RuntimeException e) {
            LOG.error("handler failed", e, "handler", handler.getClass().getName()); // not the target: it may hold a secret
            fail(exchange, Failure.of(e));
        }
    }

    private static void fail(Http1Exchange exchange, Failure failure) {
        if (exchange.responded()) {
            exchange.abort();
            return;
        }
        try {
            exchange.closeAfterwards();
            failure.answer(exchange);
        } catch (IOException e) {
            exchange.abort();
        }
    }

    /// Answers a request whose head could not be read, then closes: what follows it on the connection can not be trusted.
    private void refuse(Failure failure) throws IOException {
        LOG.debug("request refused", "remote", transport.remoteAddress(), "status", failure.status(), "why", failure.why());
        input.drop();
        Http1Response.refuse(out, failure);
        lingeringClose();
    }

    /// RFC 9112 §9.6: half-close, then read on for a while, or the client's kernel drops our last answer with the reset it would get.
    private void lingeringClose() {
        try {
            transport.shutdownOutput();
            input.linger(longestLinger);
        } catch (IOException e) {
            return; // the client is gone already
        }
    }
}
