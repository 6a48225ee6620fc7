// SPDX-License-Identifier: MIT
package lambdadispatch.http.h1;

import java.io.IOException;
import java.time.Duration;
import lambdadispatch.net.Deadline;

/// Notices that an HTTP/1.1 client went away while its exchange waits: after a moment it reads ahead into the connection's input,
/// on a thread that only slow exchanges pay for.
///
/// An end of input counts as gone, as with most servers: a client that half-closes after its request can not be told from one that left.
final class ClientWatch implements AutoCloseable {
    private static final long DELAY_NANOS = 100_000_000;

    private final Http1Connection connection;
    private final Deadline delay;
    private Http1Exchange watched; // all guarded by this
    private boolean reading;
    private boolean inputEnded;

    ClientWatch(Http1Connection connection) {
        this.connection = connection;
        this.delay = new Deadline(this::readAhead);
    }

    /// Starts to watch, once the exchange has lasted a moment.
    void start(Http1Exchange exchange) {
        synchronized (this) {
            watched = exchange;
        }
        delay.armNanos(DELAY_NANOS);
    }

    /// The exchange is over; a read-ahead that blocks goes on and becomes the reading of the next head.
    void finish() {
        delay.disarm();
        synchronized (this) {
            watched = null;
        }
    }

    /// Whether octets of the next message are there already. Until then the input may still be in a read-ahead's hands.
    synchronized boolean pipelined() {
        return !reading && connection.in.available() > 0;
    }

    /// Blocks for the first octets of the next message, by whoever reads, under the limit that the connection has set. False at the end of the input.
    boolean awaitInput() throws IOException {
        synchronized (this) {
            while (reading) {
                try {
                    wait();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return false;
                }
            }
            if (inputEnded) {
                return false;
            }
            if (connection.in.available() > 0) {
                return true;
            }
            connection.in.release(); // not earlier: a read-ahead would go on filling the buffer that was given back
        }
        return connection.in.fill();
    }

    private void readAhead() {
        Http1Exchange exchange;
        synchronized (this) {
            exchange = watched;
            if (exchange == null || reading) {
                return;
            }
            if (!exchange.bodyEnded()) {
                delay.armNanos(DELAY_NANOS); // whoever reads the body notices; look again when it is complete
                return;
            }
            if (connection.in.available() > 0) {
                return; // a pipelined request is there: nothing more is read before its turn
            }
            reading = true;
            connection.source.limitEachRead(Duration.ZERO); // until the connection limits it as its reading of the next head
        }
        boolean open = false;
        boolean gone;
        try {
            open = connection.in.fill();
        } catch (IOException e) {
            open = false;
        } finally { // whatever ends this thread: the connection's own waits for it
            synchronized (this) {
                reading = false;
                inputEnded = !open;
                gone = !open && watched == exchange;
                notifyAll();
            }
        }
        if (gone) {
            exchange.clientGone();
        }
    }

    @Override
    public void close() {
        delay.close();
    }
}
