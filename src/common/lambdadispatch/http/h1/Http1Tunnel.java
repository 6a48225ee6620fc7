// SPDX-License-Identifier: MIT
package lambdadispatch.http.h1;

import java.io.IOException;
import lambdadispatch.http.server.Tunnel;
import lambdadispatch.net.Input;
import lambdadispatch.net.TimedSource;
import lambdadispatch.net.Transport;

/// What an [Http1Connection] lends to a handler that has taken it over.
record Http1Tunnel(Http1Input turns, Http1Output out, Transport transport, TimedSource source) implements Tunnel {
    @Override
    public Input input() throws IOException {
        return turns.upgraded();
    }

    @Override
    public void write(byte[] from, int offset, int length) throws IOException {
        synchronized (out) {
            out.timed().write(from, offset, length);
        }
    }

    @Override
    public void onStop(Runnable action) {
        turns.onStop(action);
    }
}
