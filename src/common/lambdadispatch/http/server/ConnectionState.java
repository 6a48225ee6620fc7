// SPDX-License-Identifier: MIT
package lambdadispatch.http.server;

import java.util.function.Function;

/// Keeps what a handler keeps beside a connection: see [Connection#state]. Guarded by itself, so that it is made once; reading it is free.
public final class ConnectionState {
    private volatile Object made;
    private boolean closed; // guarded by this

    public ConnectionState() {}

    public <T> T of(Connection connection, Class<T> type, Function<Connection, T> maker) {
        Object there = made;
        if (there == null) {
            synchronized (this) {
                there = made == null ? maker.apply(connection) : made;
                made = there;
                if (closed) {
                    end(there); // an exchange has outlived its connection
                }
            }
        }
        return type.cast(there);
    }

    /// The connection is over.
    public void close() {
        Object there;
        synchronized (this) {
            closed = true;
            there = made;
        }
        end(there);
    }

    private static void end(Object state) {
        if (state instanceof Connection.Ending ending) {
            ending.connectionEnded();
        }
    }
}
