// SPDX-License-Identifier: MIT
package lambdadispatch.http.h1;

import java.io.IOException;
import lambdadispatch.carrier.Threads;
import lambdadispatch.http.server.Handler;
import lambdadispatch.http.server.Limits;
import lambdadispatch.net.Input;
import lambdadispatch.net.MemoryShare;
import lambdadispatch.net.TimedSource;
import lambdadispatch.support.Http1Peer;
import lambdadispatch.support.MemoryTransport;

/// A real connection over an in-memory transport, on a virtual thread of its own, and its client.
final class Http1Served implements AutoCloseable {
    private static final int CAPACITY = 64 << 10;

    final Http1Peer client;
    final MemoryTransport clientEnd;
    final MemoryTransport serverEnd;
    final Http1Connection connection;
    private final Thread thread;

    Http1Served(Limits limits, Handler handler) {
        this(limits, CAPACITY, handler);
    }

    /// @param capacity octets that may be under way in each direction
    Http1Served(Limits limits, int capacity, Handler handler) {
        this(limits, capacity, MemoryShare.UNBOUNDED, handler);
    }

    Http1Served(Limits limits, int capacity, MemoryShare memory, Handler handler) {
        MemoryTransport[] ends = MemoryTransport.pair(capacity);
        clientEnd = ends[0];
        serverEnd = ends[1];
        client = new Http1Peer(clientEnd);
        TimedSource source = new TimedSource(serverEnd);
        Input in = new Input(source, 2048, Math.max(limits.headBytes(), CAPACITY), memory);
        connection = new Http1Connection(serverEnd, source, in, limits, handler);
        thread = Threads.virtual("served").start(connection::run);
    }

    Http1Served(Handler handler) {
        this(Limits.DEFAULT, handler);
    }

    /// Sends and reads one answer.
    Http1Peer.Answer ask(String request) throws IOException {
        return client.send(request).answer();
    }

    /// Waits until the connection has ended by itself.
    void awaitEnd() throws InterruptedException {
        client.awaitEnd();
        clientEnd.close();
        thread.join();
    }

    @Override
    public void close() throws InterruptedException {
        clientEnd.close();
        thread.join();
    }
}
