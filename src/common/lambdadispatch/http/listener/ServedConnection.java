// SPDX-License-Identifier: MIT
package lambdadispatch.http.listener;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLContext;
import lambdadispatch.base.log.Log;
import lambdadispatch.http.h1.Http1Connection;
import lambdadispatch.http.h2.H2cUpgrade;
import lambdadispatch.http.h2.Http2Connection;
import lambdadispatch.http.server.Handler;
import lambdadispatch.http.server.Limits;
import lambdadispatch.net.Deadline;
import lambdadispatch.net.Input;
import lambdadispatch.net.MemoryAccount;
import lambdadispatch.net.MemoryShare;
import lambdadispatch.net.NoRoom;
import lambdadispatch.net.SocketTransport;
import lambdadispatch.net.TimedSource;
import lambdadispatch.net.Transport;
import lambdadispatch.net.tls.NotTls;
import lambdadispatch.net.tls.TlsTransport;

/// One accepted connection: does the TLS handshake, finds out which protocol it speaks, and hands it to that engine.
///
/// It has a thread while something comes, and for [Limits#rest] after that. Then it *rests*: [#run] returns, what only a thread needs is
/// given back, and what is left is this object, what the engine remembers, and a time limit. Whatever ends a wait for input has another
/// thread call [#run] again: octets, the end of the input, the limit and the listener's stop, which both shut the input, and a close. So
/// each end takes the same way as without a rest. Where peers prove who they are nothing rests: those connections are few, and busy.
final class ServedConnection {
    private static final Log LOG = Log.of("server");
    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final List<String> PROTOCOLS = List.of("h2", "http/1.1");
    private static final Duration HANDSHAKE_LIMIT = Duration.ofSeconds(10);
    /// How long a connection may be a stranger's where peers prove who they are.
    private static final Duration STRANGER_LIMIT = Duration.ofSeconds(10);
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(1);
    private static final int IDLE_BUFFER = 2048;
    /// What a connection is taken to cost that is idle, in octets: what `./build.sh soak idle` measures (docs/security.md), and for TLS
    /// what a handshake under way holds on top.
    static final int PLAIN_OCTETS = 6 << 10;
    static final int TLS_OCTETS = 24 << 10;
    static final int HTTP2_OCTETS = 12 << 10;

    private final SocketTransport plain;
    private final SSLContext tls;
    private final Limits limits;
    private final Handler handler;
    private final boolean upgrades;
    private final MemoryAccount account;
    private Runnable stop = this::stopBeforeItBegan; // until the protocol is known; guarded by this
    private Deadline stopLimit; // null unless it was needed; guarded by this
    private boolean stopped;
    private volatile BooleanSupplier heard = () -> false; // whether the client has sent anything yet
    private boolean closeAnnounced;
    private Http1Connection http1; // null unless it is one
    private final Deadline stranger; // null where nobody has to prove anything
    private MemoryShare memory; // this and what follows: null before there is one. Of whichever thread the connection has
    private Transport transport;
    private TimedSource source;
    private Input in;
    private Http2Connection http2;

    /// @param upgrades whether it may become HTTP/2 by `Upgrade: h2c`
    ServedConnection(SocketTransport plain, SSLContext tls, Limits limits, Handler handler, boolean upgrades, MemoryAccount account) {
        this.account = account;
        this.upgrades = upgrades;
        this.plain = plain;
        this.tls = tls;
        this.limits = limits;
        this.handler = handler;
        this.stranger = handler.knowsItsPeers() ? new Deadline(plain::close) : null;
    }

    /// Serves until the connection is over or had better rest.
    /// @return whether it is over: then [#end] has to follow, else [#rest]
    boolean run() {
        try {
            if (memory == null && !begin()) {
                return true;
            }
            if (http1 == null && http2 == null && !detectProtocol()) {
                return false;
            }
            return http1 != null ? http1.run() : http2.run();
        } catch (IOException e) {
            LOG.debug("connection failed", "remote", plain.remoteAddress(), "why", e.getMessage());
            return true;
        }
    }

    /// Has a new thread run `task` once there is reason to go on, which may be now. False, and it never runs, if there is already.
    boolean rest(String thread, Runnable task) {
        return transport.rest(thread, task);
    }

    /// Closes it, and gives back all that was held for it.
    void end() {
        endStopLimit();
        plain.close();
        if (source != null) {
            source.close();
            in.close();
        }
        if (memory != null) {
            memory.close();
        }
        if (stranger != null) {
            stranger.close();
        }
    }

    /// False if it ends here.
    private boolean begin() throws IOException {
        if (stranger != null) {
            stranger.arm(notLongerThanAHead(STRANGER_LIMIT));
        }
        memory = account.open(plain.remoteAddress(), PLAIN_OCTETS + (tls == null ? 0 : TLS_OCTETS), plain::close);
        if (memory == null) {
            throw new NoRoom("another connection: " + account);
        }
        transport = tls == null ? plain : handshake();
        if (transport == null) {
            return false;
        }
        source = new TimedSource(transport);
        in = new Input(source, IDLE_BUFFER, Math.max(limits.headBytes(), Http2Connection.MAX_FRAME_BUFFER), memory);
        source.limitAllReads(limits.headTimeout());
        return true;
    }

    /// False if nothing has come that could tell.
    private boolean detectProtocol() throws IOException {
        if (tls == null && in.available() == 0 && !source.awaitInput(limits.rest())) {
            return false;
        }
        if (transport.applicationProtocol().equals("h2") || tls == null && startsWithPreface()) {
            http2 = http2(transport, source, in);
            onStop(http2::stop);
        } else {
            begin(new Http1Connection(transport, source, in, limits, upgrades ? upgrading() : handler));
        }
        return true;
    }

    /// Only where the handler wants it: a proxy in front passes an upgrade on, and what follows it goes past the proxy's rules.
    private Handler upgrading() {
        return new H2cUpgrade(handler, (tunnel, request, settings) -> {
            Http2Connection upgraded = http2(tunnel.transport(), tunnel.source(), tunnel.input());
            tunnel.onStop(upgraded::stop);
            upgraded.runUpgraded(request, settings);
        });
    }

    private Http2Connection http2(Transport transport, TimedSource source, Input in) throws NoRoom {
        if (!in.memory().costs(HTTP2_OCTETS)) {
            throw new NoRoom("another HTTP/2 connection: " + account);
        }
        return new Http2Connection(transport, source, in, limits, handler).onTrust(() -> {
            if (stranger != null) {
                stranger.disarm();
            }
            in.memory().known();
        });
    }

    private Duration notLongerThanAHead(Duration limit) {
        return limits.headTimeout().compareTo(limit) < 0 ? limits.headTimeout() : limit;
    }

    private void begin(Http1Connection connection) {
        onStop(connection::stop);
        synchronized (this) {
            http1 = connection;
            if (closeAnnounced) {
                connection.announceClose();
            }
        }
    }

    private void onStop(Runnable action) {
        boolean now;
        synchronized (this) {
            stop = action;
            now = stopped;
        }
        endStopLimit();
        if (now) {
            action.run();
        }
    }

    /// One that has said nothing, as those that browsers and balancers open in advance, has nothing to lose; one that has begun to speak
    /// gets a moment.
    private void stopBeforeItBegan() {
        if (!heard.getAsBoolean()) {
            plain.close();
            return;
        }
        synchronized (this) {
            stopLimit = new Deadline(plain::close);
            stopLimit.arm(STOP_PATIENCE);
        }
    }

    private synchronized void endStopLimit() {
        if (stopLimit != null) {
            stopLimit.close();
        }
    }

    private Transport handshake() throws IOException {
        TlsTransport secured = TlsTransport.server(plain, tls, PROTOCOLS, memory);
        heard = secured::heard;
        try (Deadline limit = new Deadline(plain::close)) {
            limit.arm(notLongerThanAHead(HANDSHAKE_LIMIT));
            secured.handshake();
            return secured;
        } catch (NotTls e) {
            byte[] answer = ("HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain\r\nconnection: close\r\n\r\n"
                    + "this port speaks TLS: use https\n").getBytes(StandardCharsets.US_ASCII);
            plain.write(answer, 0, answer.length);
            plain.shutdownOutput();
            LOG.debug("plaintext on a TLS port", "remote", plain.remoteAddress());
            return null;
        }
    }

    /// Waits only as long as what came agrees with the preface of RFC 9113 §3.4.
    private boolean startsWithPreface() throws IOException {
        for (int at = 0; at < PREFACE.length; at++) {
            if (at == in.available() && !in.fill()) {
                return false;
            }
            if (at == 0) {
                heard = () -> true;
            }
            if (in.array()[in.position() + at] != PREFACE[at]) {
                return false;
            }
        }
        return true;
    }

    /// HTTP/1.1: the next answer is the last. HTTP/2 needs no such warning: its GOAWAY says which requests were not taken (RFC 9113 §6.8).
    void announceClose() {
        synchronized (this) {
            closeAnnounced = true;
            if (http1 != null) {
                http1.announceClose();
            }
        }
    }

    /// Finishes what is under way, then closes.
    void stop() {
        Runnable action;
        synchronized (this) {
            stopped = true;
            action = stop;
        }
        action.run();
    }

    void close() {
        plain.close();
    }
}
