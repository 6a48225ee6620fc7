// SPDX-License-Identifier: MIT
package lambdadispatch.http.server;

import java.io.IOException;
import lambdadispatch.net.Input;
import lambdadispatch.net.TimedSource;
import lambdadispatch.net.Transport;

/// A connection that a handler has taken over by [Exchange#tunnel]: from the `101` on, its octets mean what the handler and the client say.
///
/// It is the handler's until it returns. By then nobody may read from it any more: what the client still sends is dropped for a moment, so
/// that it gets the last octets that were written, and the connection is closed. It may be closed before. One thread may read while
/// another writes.
public interface Tunnel {
    /// What the client sends, from the first octet behind its request. There is no limit on its silence until [#source] is given one.
    ///
    /// Waits while the engine's look for a client that leaves has a read under way, so call it on the thread that reads, once.
    Input input() throws IOException;

    /// What [#input] reads from: sets limits for its reads.
    TimedSource source();

    /// Sends at once, under the listener's limits for a client that takes nothing, or too little.
    void write(byte[] from, int offset, int length) throws IOException;

    /// The connection itself, for an engine that has limits of its own for what it sends, and to end it early. Its reads go through
    /// [#input].
    Transport transport();

    /// @param action runs when the listener is to finish what is under way; at once if it was told so already. Must not block
    void onStop(Runnable action);
}
