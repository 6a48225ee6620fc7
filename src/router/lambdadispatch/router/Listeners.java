// SPDX-License-Identifier: MIT
package lambdadispatch.router;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import lambdadispatch.base.log.Log;
import lambdadispatch.http.listener.Server;
import lambdadispatch.http.server.Handler;
import lambdadispatch.http.server.LeastRate;
import lambdadispatch.http.server.Limits;
import lambdadispatch.router.control.ChannelAllowance;

/// Owns the servers at the router's ports, with what each kind of port takes at the most: clients', extensions', and operators'.
final class Listeners {
    private static final Log LOG = Log.of("router");
    /// Control requests of one extension at once, beside its channels.
    private static final int CONTROL_REQUESTS = 64;
    /// An extension's heads are some hundred octets; a stranger may send them too.
    private static final int CONTROL_HEAD_BYTES = 8 << 10;
    private static final int CONTROL_HEAD_FIELDS = 64;
    private static final int CONTROL_STREAM_WINDOW = 256 << 10;
    private static final int CONTROL_CONNECTION_WINDOW = 1 << 30;
    private static final Duration OPERATOR_STALL = Duration.ofSeconds(10);
    private static final int OPERATOR_STREAMS = 32;
    private static final int OPERATOR_CONNECTIONS = 256;

    private final List<Server> incoming = new ArrayList<>();
    private final List<Server> control = new ArrayList<>();
    private final List<Server> operators = new ArrayList<>();

    /// @param tls null without TLS
    void openIncoming(RouterPorts.Place place, SSLContext tls, Limits limits, Handler handler) throws IOException, Main.PortTaken {
        incoming.add(open(tls == null ? "incoming" : "incoming-tls", place, tls, limits, handler));
    }

    /// @param tls null without TLS
    /// @param channels that an extension is asked to open
    /// @return the port
    int openControl(RouterPorts.Place place, SSLContext tls, int channels, Handler handler) throws IOException, Main.PortTaken {
        Server server = open(tls == null ? "control" : "control-tls", place, tls, controlLimits(channels), handler);
        control.add(server);
        return server.address().getPort();
    }

    void openMetrics(RouterPorts.Place place, Handler handler) throws IOException, Main.PortTaken {
        operators.add(open("metrics", place, null, operatorLimits(), handler));
    }

    /// @param variable that names the port
    void openAdmin(InetSocketAddress address, String variable, Handler handler) throws IOException, Main.PortTaken {
        operators.add(open("admin", address, null, operatorLimits(), handler, variable));
    }

    private static Limits controlLimits(int channels) {
        // An uplink waits for responses as long as the invocation lasts; the engine lifts the stall limit where the token was accepted.
        return Limits.DEFAULT.with().headBytes(CONTROL_HEAD_BYTES).headFields(CONTROL_HEAD_FIELDS).leastRate(LeastRate.NONE)
                .maxStreams(ChannelAllowance.most(channels) * 2 + CONTROL_REQUESTS)
                .streamWindow(CONTROL_STREAM_WINDOW).connectionWindow(CONTROL_CONNECTION_WINDOW).limits();
    }

    /// Whoever is slow, or many, there takes nothing from requests.
    private static Limits operatorLimits() {
        return Limits.DEFAULT.with().headBytes(8 << 10).headFields(64).bodyBytes(64 << 10).everyTimeout(OPERATOR_STALL)
                .leastRate(LeastRate.NONE)
                .maxStreams(OPERATOR_STREAMS).streamWindow(64 << 10).connectionWindow(256 << 10).maxConnections(OPERATOR_CONNECTIONS)
                .limits();
    }

    private static Server open(String name, RouterPorts.Place place, SSLContext tls, Limits limits, Handler handler)
            throws IOException, Main.PortTaken {
        return open(name, place.address(), tls, limits, handler, place.portVariable());
    }

    private static Server open(String name, InetSocketAddress address, SSLContext tls, Limits limits, Handler handler, String variable)
            throws IOException, Main.PortTaken {
        Server server = new Server(name, address, tls, limits, handler);
        try {
            server.start();
        } catch (BindException e) {
            throw new Main.PortTaken(address, variable, e);
        }
        LOG.info("listening", "port", server.address().getPort(), "for", name);
        return server;
    }

    /// Clients are told to come with fresh connections.
    void announceClose() {
        incoming.forEach(Server::announceClose);
    }

    /// Ends the clients' ports: no connection is taken any more, and what runs has until then to finish.
    /// @param untilNanos by [System#nanoTime]
    /// @return how many exchanges were cut off
    int stopIncoming(long untilNanos) {
        incoming.forEach(Server::stopAccepting);
        int cut = 0;
        for (Server server : incoming) {
            cut += server.stop(Duration.ofNanos(Math.max(0, untilNanos - System.nanoTime())));
        }
        return cut;
    }

    void stopControl(Duration patience) {
        control.forEach(server -> server.stop(patience));
    }

    void stopOperators() {
        operators.forEach(server -> server.stop(Duration.ZERO));
    }
}
