// SPDX-License-Identifier: MIT
package lambdadispatch.http.h2;

import java.io.IOException;
import lambdadispatch.carrier.Threads;
import lambdadispatch.http.server.Exchange;
import lambdadispatch.http.server.Handler;
import lambdadispatch.http.server.Limits;
import lambdadispatch.net.Input;
import lambdadispatch.net.MemoryShare;
import lambdadispatch.net.TimedSource;
import lambdadispatch.support.ConnectionLog;
import lambdadispatch.support.Http2Peer;
import lambdadispatch.support.MemoryTransport;

/// One [Http2Connection] over a pipe in memory, with a peer at the other end.
final class Http2Served implements AutoCloseable {
    /// Takes the whole body and gives it back; what comes without one is greeted.
    static final Handler ECHO = exchange -> {
        byte[] body = readAll(exchange);
        exchange.answer(200, "text/plain", body.length == 0 ? "hello\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII) : body);
    };

    final MemoryTransport ours;
    final Http2Connection connection;
    final Http2Peer peer;
    private final Thread reader;

    /// @param bytesPerRead how much arrives at once
    private Http2Served(ConnectionLog log, Limits limits, Handler handler, int bytesPerRead, MemoryShare memory) {
        MemoryTransport[] ends = MemoryTransport.pair(1 << 16);
        ours = ends[0].limitReads(bytesPerRead);
        TimedSource source = new TimedSource(ours);
        connection = new Http2Connection(ours, source, new Input(source,
                memory == MemoryShare.UNBOUNDED ? 2048 : Http2Connection.MAX_FRAME_BUFFER, Http2Connection.MAX_FRAME_BUFFER, memory),
                limits, handler);
        peer = log.add(new Http2Peer(ends[1]));
        reader = Threads.virtual("served").start(connection::run);
        log.owns(this);
    }

    static Http2Served start(ConnectionLog log, Limits limits, Handler handler) {
        return new Http2Served(log, limits, handler, Integer.MAX_VALUE, MemoryShare.UNBOUNDED);
    }

    /// As [#start], with a share of an account, of which its input takes nothing.
    static Http2Served start(ConnectionLog log, Limits limits, Handler handler, MemoryShare memory) {
        return new Http2Served(log, limits, handler, Integer.MAX_VALUE, memory);
    }

    static Http2Served start(ConnectionLog log, Handler handler) {
        return start(log, Limits.DEFAULT, handler);
    }

    /// As [#start], but each octet arrives by itself.
    static Http2Served dribbling(ConnectionLog log, Handler handler) {
        return new Http2Served(log, Limits.DEFAULT, handler, 1, MemoryShare.UNBOUNDED);
    }

    static byte[] readAll(Exchange exchange) throws IOException {
        java.io.ByteArrayOutputStream body = new java.io.ByteArrayOutputStream();
        byte[] buffer = new byte[8192];
        for (int count = exchange.read(buffer, 0, buffer.length); count >= 0; count = exchange.read(buffer, 0, buffer.length)) {
            body.write(buffer, 0, count);
        }
        return body.toByteArray();
    }

    /// Ends it from the peer's side, and waits for the connection's reader to be done.
    @Override
    public void close() throws InterruptedException {
        peer.close();
        if (!reader.join(java.time.Duration.ofSeconds(20))) {
            throw new AssertionError("the connection goes on although its peer has left");
        }
    }
}
