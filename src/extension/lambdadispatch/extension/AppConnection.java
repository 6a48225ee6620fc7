// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import lambdadispatch.http.message.HeadParser;
import lambdadispatch.http.message.HeaderName;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.message.ResponseHead;
import lambdadispatch.net.Deadline;
import lambdadispatch.net.Input;
import lambdadispatch.net.SocketTransport;
import lambdadispatch.protocol.HeadLimits;

/// One connection to the app, used by one channel, and kept for its next request where both sides allow that.
final class AppConnection implements AutoCloseable {
    /// One try; a listen queue that has room again is noticed by the next.
    private static final Duration CONNECT_TRY = Duration.ofSeconds(1);
    private static final Duration MOMENT = Duration.ofMillis(250);
    private static final int FIRST_BUFFER = 16 << 10; // most responses fit: one read, and nothing to grow
    private static final int LARGEST_BUFFER = HeadLimits.RESPONSE_BYTES;
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    /// What a look at an idle connection finds.
    enum Look {
        /// Open, and nothing has come.
        QUIET,
        /// Closed or reset by the app, whether or not it said why (408).
        ENDED,
        /// Octets that nobody asked for.
        UNASKED
    }

    private final SocketTransport transport;
    private final Input in;
    private final HeadParser parser = new HeadParser(HeadLimits.RESPONSE_BYTES, HeadLimits.RESPONSE_FIELDS);
    private final ResponseHead head = new ResponseHead();
    private boolean used;
    private long idleSinceNanos;
    private long idleLimitNanos = Long.MAX_VALUE;

    private AppConnection(SocketTransport transport) {
        this.transport = transport;
        this.in = new Input(transport::read, FIRST_BUFFER, LARGEST_BUFFER);
    }

    /// @throws SocketTimeoutException the app listens but took no connection yet: worth another try
    static AppConnection open(AppAddress app) throws IOException {
        return new AppConnection(app.connect(CONNECT_TRY));
    }

    /// Whether there is an app that listens. A process that is being killed may still seem to, for a moment: its listening socket is closed
    /// after others, and what waits on it is reset then. So a connection has to stay open for a moment, too. One whose listen queue is full
    /// is there.
    static boolean possible(AppAddress app) {
        AtomicBoolean stayed = new AtomicBoolean();
        try (AppConnection probe = open(app)) {
            try (Deadline moment = new Deadline(() -> {
                stayed.set(true);
                probe.transport.close();
            })) {
                moment.arm(MOMENT);
                return probe.transport.read(new byte[1], 0, 1) >= 0;
            }
        } catch (SocketTimeoutException e) {
            return true;
        } catch (IOException e) {
            return stayed.get();
        }
    }

    /// Whether it has served a request before, so that the app may have closed it meanwhile.
    boolean used() {
        return used;
    }

    /// The answer has been taken whole, and the connection is kept.
    /// @param limitNanos the app keeps it idle for so long, [Long#MAX_VALUE] if it does not say
    void idle(long limitNanos) {
        used = true;
        idleLimitNanos = limitNanos;
        idleSinceNanos = System.nanoTime();
        in.trim();
    }

    /// How long ago it had served its last request; of no meaning before.
    long idleNanos() {
        return System.nanoTime() - idleSinceNanos;
    }

    /// Whether the app has said that it would close it about now.
    boolean expired() {
        return idleNanos() >= idleLimitNanos;
    }

    /// Looks at a connection that nothing is expected on: one system call that does not wait. After anything but [Look#QUIET] it is of no
    /// more use.
    Look look() {
        byte[] found = new byte[12];
        int count;
        try {
            count = transport.readAtOnce(found, 0, found.length);
        } catch (IOException e) {
            return Look.ENDED;
        }
        if (count == 0) {
            return Look.QUIET;
        }
        // 408 is how some servers say that they close an idle connection (RFC 9110 §15.5.9): it is no answer to anything
        return count < 0 || new String(found, StandardCharsets.ISO_8859_1).matches("HTTP/1\\.[01] 408") ? Look.ENDED : Look.UNASKED;
    }

    /// The `timeout` of `Keep-Alive` (RFC 2068 §19.7.1.1, in seconds) in nanoseconds, less a second, or half of it where it is short: a
    /// request is on its way for a moment, too. [Long#MAX_VALUE] if the app does not say.
    static long idleLimitNanos(Headers headers) {
        int field = headers.find(HeaderName.KEEP_ALIVE);
        if (field < 0) {
            return Long.MAX_VALUE;
        }
        String value = headers.value(field).toLowerCase(Locale.ROOT);
        int at = value.indexOf("timeout=");
        if (at < 0) {
            return Long.MAX_VALUE;
        }
        long seconds = 0;
        int digit = at + 8;
        for (; digit < value.length() && value.charAt(digit) >= '0' && value.charAt(digit) <= '9' && seconds < 1_000_000; digit++) {
            seconds = seconds * 10 + value.charAt(digit) - '0';
        }
        return digit == at + 8 ? Long.MAX_VALUE : seconds * SECOND - Math.min(SECOND, seconds * SECOND / 2);
    }

    void write(byte[] from, int offset, int length) throws IOException {
        transport.write(from, offset, length);
    }

    /// Reads the head of the next response, interim ones too; null if the app closed instead. Valid until the next call.
    ResponseHead readHead() throws IOException {
        return parser.parseResponse(in, head) ? head : null;
    }

    Input input() {
        return in;
    }

    @Override
    public void close() {
        transport.close();
    }
}
