// SPDX-License-Identifier: MIT
package lambdadispatch.http.server;

import java.net.InetSocketAddress;
import java.util.function.Function;

/// What all exchanges of one connection have in common: the peer, whether it is trusted, and what a handler keeps about it.
public interface Connection {
    /// State that has something to give back.
    interface Ending {
        /// The connection is over; may come more than once.
        void connectionEnded();
    }

    InetSocketAddress remoteAddress();

    InetSocketAddress localAddress();

    /// State kept beside the connection: made for the first exchange that asks, the same object for all that follow.
    /// One kind of state per connection. What is an [Ending] hears of the connection's end.
    <T> T state(Class<T> type, Function<Connection, T> maker);

    /// Tells the engine that the peer proved who it is: the connection is judged by wider budgets from now on.
    void trustPeer();
}
