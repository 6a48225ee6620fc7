// SPDX-License-Identifier: MIT
package lambdadispatch.http.h1;

import lambdadispatch.net.Deadline;

/// Notices that an HTTP/1.1 client went away while its exchange waits: after a moment it reads ahead into the connection's input,
/// on a thread that only slow exchanges pay for.
///
/// An end of input counts as gone, as with most servers: a client that half-closes after its request can not be told from one that left.
final class ClientWatch implements AutoCloseable {
    private static final long DELAY_NANOS = 100_000_000;

    private final Http1Input input;
    private final Deadline delay = new Deadline(this::look);
    private volatile Http1Exchange watched;

    ClientWatch(Http1Input input) {
        this.input = input;
    }

    /// Starts to watch, once the exchange has lasted a moment.
    void start(Http1Exchange exchange) {
        watched = exchange;
        delay.armNanos(DELAY_NANOS);
    }

    /// The exchange is over; a read-ahead that blocks goes on and becomes the reading of the next head.
    void finish() {
        if (watched != null) {
            watched = null;
            delay.disarm();
        }
    }

    private void look() {
        Http1Exchange exchange = watched;
        if (exchange == null) {
            return;
        }
        switch (input.readAhead(exchange)) {
            case TOO_EARLY -> delay.armNanos(DELAY_NANOS);
            case NO_NEWS -> { }
            case CLIENT_GONE -> exchange.clientGone();
        }
    }

    @Override
    public void close() {
        delay.close();
    }
}
