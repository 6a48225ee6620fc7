// SPDX-License-Identifier: MIT
package lambdadispatch.http2;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import lambdadispatch.io.Deadline;

/// How a connection ends in good order: at the listener's stop, or after it was idle for too long.
///
/// RFC 9113 §6.8: first a GOAWAY that names no stream, so that nothing under way is lost; a round trip later one that names the last stream
/// taken, and from then on new ones are refused; when the last of them is done, our direction ends.
final class Shutdown implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(1);
    private static final byte[] PING = "draining".getBytes(StandardCharsets.US_ASCII);

    private final Http2Connection connection;
    private final Deadline idle;
    private final Deadline drain;
    private volatile boolean stopping;
    private volatile boolean refusing;
    private volatile int lastTaken = Integer.MAX_VALUE; // no GOAWAY may name a higher stream

    Shutdown(Http2Connection connection) {
        this.connection = connection;
        this.idle = new Deadline(this::idleTooLong);
        this.drain = new Deadline(this::refuseNewStreams);
    }

    /// The listener stops.
    void begin() {
        stopping = true;
        try {
            connection.output().control(out -> {
                Frames.goAway(out, Integer.MAX_VALUE, ErrorCode.NO_ERROR, "");
                Frames.ping(out, 0, PING, 0);
            });
            drain.arm(PATIENCE);
        } catch (IOException e) {
            connection.transport().close();
        }
    }

    /// The peer has seen our first GOAWAY, or was given the time: what it opens from now on it would have to try again.
    void pingAnswered(byte[] payload, int offset) {
        if (stopping && !refusing && Arrays.equals(payload, offset, offset + PING.length, PING, 0, PING.length)) {
            refuseNewStreams();
        }
    }

    private void refuseNewStreams() {
        if (refusing) {
            connection.transport().shutdownInput(); // second firing: the peer does not hang up by itself
            return;
        }
        refusing = true;
        lastTaken = connection.lastStreamId();
        if (connection.streams().size() == 0) {
            finish();
            return;
        }
        try {
            connection.output().control(out -> Frames.goAway(out, lastTaken, ErrorCode.NO_ERROR, ""));
        } catch (IOException e) {
            connection.transport().close();
        }
    }

    private void finish() {
        connection.output().end(lastStreamId(), ErrorCode.NO_ERROR, "");
        drain.arm(PATIENCE);
    }

    private void idleTooLong() {
        if (connection.streams().size() == 0) {
            stopping = true;
            refusing = true;
            lastTaken = connection.lastStreamId();
            finish();
        }
    }

    /// The last stream has ended.
    void emptied() {
        if (refusing) {
            finish();
        } else {
            idle.arm(connection.limits().idle());
        }
    }

    /// A stream was opened.
    void busy() {
        idle.disarm();
    }

    boolean stopping() {
        return stopping;
    }

    /// Whether new streams are refused.
    boolean refusing() {
        return refusing;
    }

    /// What a GOAWAY says now. RFC 9113 §6.8: MUST NOT be more than an earlier one said, or the peer has tried those elsewhere already.
    int lastStreamId() {
        return Math.min(lastTaken, connection.lastStreamId());
    }

    @Override
    public void close() {
        idle.close();
        drain.close();
    }
}
