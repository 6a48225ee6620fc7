// SPDX-License-Identifier: MIT
package lambdadispatch.http.h2;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import lambdadispatch.net.Deadline;

/// How a connection ends in good order: at the listener's stop, or after it was idle for too long.
///
/// RFC 9113 §6.8: first a GOAWAY that names no stream, so that nothing under way is lost; a round trip later one that names the last stream
/// taken, and from then on new ones are refused; when the last of them is done, our direction ends.
/// ```
///   STARTING --our SETTINGS are out--> RUNNING --stop--> ANNOUNCED --PING answered, or patience over--> REFUSING
///                                      RUNNING --idle, or stop before the peer said anything----------> REFUSING
/// ```
/// Guarded by itself; nothing is called under the lock.
final class Shutdown implements AutoCloseable {
    private static final byte[] PING = "draining".getBytes(StandardCharsets.US_ASCII);

    private enum State { STARTING, RUNNING, ANNOUNCED, REFUSING }

    private final Http2Connection connection;
    private final Duration patience;
    private final Deadline idle;
    private final Deadline drain;
    private State state = State.STARTING;
    private boolean mayRest; // what the idle time is armed for: first a rest, then the end
    private boolean peerSpoke;
    private boolean stopping;

    /// @param patience with a peer that answers no PING, and then with one that does not hang up
    Shutdown(Http2Connection connection, Duration patience) {
        this.connection = connection;
        this.patience = patience;
        this.idle = new Deadline(this::idleFor);
        this.drain = new Deadline(this::patienceOver);
    }

    /// Our SETTINGS are out; no other frame may go before them (RFC 9113 §3.4), a GOAWAY included.
    void settingsSent(boolean peerSpokeAlready) {
        boolean stop;
        synchronized (this) {
            state = State.RUNNING;
            peerSpoke = peerSpokeAlready;
            stop = stopping;
        }
        if (stop) {
            begin();
        }
    }

    /// The peer has sent its preface.
    synchronized void peerSpoke() {
        peerSpoke = true;
    }

    /// The listener stops.
    void begin() {
        boolean announce;
        synchronized (this) {
            stopping = true;
            if (state != State.RUNNING) {
                return;
            }
            announce = peerSpoke;
            state = announce ? State.ANNOUNCED : State.REFUSING;
        }
        if (announce) {
            announce();
        } else {
            connection.streams().refuse();
            finish();
        }
    }

    private void announce() {
        try {
            connection.output().control(out -> {
                Frames.goAway(out, Integer.MAX_VALUE, ErrorCode.NO_ERROR, "");
                Frames.ping(out, 0, PING, 0);
            });
            drain.arm(patience);
        } catch (IOException e) {
            connection.transport().close();
        }
    }

    /// The peer has seen our first GOAWAY: what it opens from now on it would have to try again.
    void pingAnswered(byte[] payload, int offset) {
        if (Arrays.equals(payload, offset, offset + PING.length, PING, 0, PING.length)) {
            refuseNewStreams();
        }
    }

    private void patienceOver() {
        if (!refuseNewStreams()) {
            connection.transport().shutdownInput(); // we have ended, and the peer does not hang up by itself
        }
    }

    /// False if that was done before.
    private boolean refuseNewStreams() {
        synchronized (this) {
            if (state != State.ANNOUNCED) {
                return false;
            }
            state = State.REFUSING;
        }
        Streams streams = connection.streams();
        streams.refuse();
        if (streams.size() == 0) {
            finish();
            return true;
        }
        try {
            connection.output().control(out -> Frames.goAway(out, streams.lastTaken(), ErrorCode.NO_ERROR, ""));
        } catch (IOException e) {
            connection.transport().close();
        }
        return true;
    }

    private void finish() {
        connection.output().end(connection.streams().lastTaken(), ErrorCode.NO_ERROR, "");
        drain.arm(patience);
    }

    private void idleFor() {
        boolean rest;
        synchronized (this) {
            rest = mayRest;
            mayRest = false;
        }
        if (rest) {
            connection.restIfIdle();
            idle.arm(connection.limits().idle().minus(connection.limits().rest()));
        } else {
            idleTooLong();
        }
    }

    private void idleTooLong() {
        if (!connection.streams().refuseIfIdle()) {
            return;
        }
        synchronized (this) {
            stopping = true;
            state = State.REFUSING;
        }
        finish();
    }

    /// The last stream has ended, or the connection begins without one.
    void emptied() {
        Duration rest = connection.limits().rest();
        Duration limit = connection.limits().idle();
        boolean refusing;
        boolean restsFirst = rest.isPositive() && rest.compareTo(limit) < 0;
        synchronized (this) {
            refusing = state == State.REFUSING;
            mayRest = restsFirst;
        }
        if (refusing) {
            finish();
        } else {
            idle.arm(restsFirst ? rest : limit);
        }
    }

    /// A stream was opened.
    void busy() {
        idle.disarm();
    }

    /// Whether the end that comes was asked for.
    synchronized boolean stopping() {
        return stopping;
    }

    @Override
    public void close() {
        idle.close();
        drain.close();
    }
}
