// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import lambdadispatch.http1.HeadParser;
import lambdadispatch.http1.ResponseHead;
import lambdadispatch.io.Deadline;
import lambdadispatch.io.Input;
import lambdadispatch.io.SocketTransport;

/// One kept-alive connection to the app, used by one channel.
final class AppConnection implements AutoCloseable {
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(5);
    private static final Duration MOMENT = Duration.ofMillis(250);
    private static final int FIRST_BUFFER = 16 << 10; // most responses fit: one read, and nothing to grow
    private static final int LARGEST_BUFFER = 64 << 10;
    private static final int MAX_HEAD = 64 << 10;
    private static final int MAX_FIELDS = 256;

    private final SocketTransport transport;
    private final Input in;
    private final HeadParser parser = new HeadParser(MAX_HEAD, MAX_FIELDS);
    private final ResponseHead head = new ResponseHead();
    private boolean used;
    private long idleSinceNanos;

    private AppConnection(SocketTransport transport) {
        this.transport = transport;
        this.in = new Input(transport::read, FIRST_BUFFER, LARGEST_BUFFER);
    }

    static AppConnection open(InetSocketAddress app) throws IOException {
        return new AppConnection(SocketTransport.connect(app, CONNECT_LIMIT));
    }

    /// Whether there is an app that takes connections. A process that is being killed may still seem to, for a moment: its listening socket is closed after
    /// others, and what waits on it is reset then. So a connection has to stay open for a moment, too.
    static boolean possible(InetSocketAddress app) {
        AtomicBoolean stayed = new AtomicBoolean();
        try (AppConnection probe = open(app)) {
            try (Deadline moment = new Deadline(() -> {
                stayed.set(true);
                probe.transport.close();
            })) {
                moment.arm(MOMENT);
                return probe.transport.read(new byte[1], 0, 1) >= 0;
            }
        } catch (IOException e) {
            return stayed.get();
        }
    }

    /// Whether it has served a request before, so that the app may have closed it meanwhile.
    boolean used() {
        return used;
    }

    void markUsed() {
        used = true;
        idleSinceNanos = System.nanoTime();
    }

    /// How long ago it had served its last request; of no meaning before.
    long idleNanos() {
        return System.nanoTime() - idleSinceNanos;
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
