// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import lambdadispatch.carrier.Threads;
import lambdadispatch.net.Input;
import lambdadispatch.support.MemoryTransport;

/// A relay between a router and an app that the test plays: requests are written with [#request], the app's side is [#app], what goes up is
/// [#up].
final class RelayBed implements AutoCloseable {
    final Hold hold = new Hold(Duration.ofSeconds(60));
    private static final int PATIENCE_SECONDS = 20;

    private final ServerSocket server;
    private final AppAddress address;
    private final MemoryTransport router;
    private final Relay relay;
    private final CompletableFuture<Void> served = new CompletableFuture<>();
    final Received up;
    final Uplink uplink = new Uplink(() -> { });
    private final ResponseSink sink = new ResponseSink(uplink, whole -> false);

    RelayBed() throws IOException {
        this(false, new AppHabits(true, System::nanoTime));
    }

    /// @param backlog of the app's listening socket
    RelayBed(int backlog) throws IOException {
        this(backlog, AppLink.CONNECT_PATIENCE);
    }

    /// @param patience of a request for room in that
    RelayBed(int backlog, Duration patience) throws IOException {
        this(false, new AppHabits(true, System::nanoTime), backlog, patience);
    }

    RelayBed(boolean compression, AppHabits habits) throws IOException {
        this(compression, habits, 50, AppLink.CONNECT_PATIENCE);
    }

    private RelayBed(boolean compression, AppHabits habits, int backlog, Duration patience) throws IOException {
        server = new ServerSocket(0, backlog, InetAddress.getLoopbackAddress());
        server.setSoTimeout(PATIENCE_SECONDS * 1000);
        MemoryTransport[] down = MemoryTransport.pair(64 << 10);
        router = down[0];
        up = Received.from(uplink, Long.MAX_VALUE);
        address = new AppAddress(List.of(new InetSocketAddress(server.getInetAddress(), server.getLocalPort())));
        hold.begin(now -> now, System.nanoTime());
        App app = new App(address, compression, habits, hold);
        relay = new Relay(app, new Input(down[1]::read, 4096, 256 << 10), sink, patience);
        Threads.virtual("relay").start(this::serve);
    }

    static RelayBed compressing() throws IOException {
        return new RelayBed(true, new AppHabits(true, System::nanoTime));
    }

    private void serve() {
        try {
            while (relay.awaitRequest()) {
                relay.exchange();
            }
            served.complete(null);
        } catch (Throwable e) {
            served.completeExceptionally(e);
        } finally {
            relay.close();
        }
    }

    ServerSocket server() {
        return server;
    }

    ResponseSink sink() {
        return sink;
    }

    AppAddress address() {
        return address;
    }

    void request(String octets) throws IOException {
        request(octets.getBytes(StandardCharsets.ISO_8859_1));
    }

    void request(byte[] octets) throws IOException {
        router.write(octets, 0, octets.length);
    }

    /// The router says go away: the relay must come to its end without a failure.
    void goAway() throws Exception {
        router.shutdownOutput();
        served.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /// The router or its connection is gone.
    void breakOff() {
        relay.close();
        uplink.over();
        router.reset();
    }

    /// The router's connection ends inside whatever it was sending; nobody tells the relay of it.
    void routerIsLost() {
        router.reset();
    }

    /// The channel broke, which the relay's thread has not noticed yet.
    void channelBreaks() {
        relay.close();
    }

    /// Waits until the relay gives up, and returns why; null if it ended well.
    Throwable failure() throws Exception {
        return served.handle((nothing, why) -> why).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /// Nobody listens where the app should be.
    void appIsDown() throws IOException {
        server.close();
    }

    /// Waits for the relay's next connection to the app.
    AppSide app() throws IOException {
        return new AppSide(server.accept());
    }

    /// As [#app], but passes over connections that only find out whether the app is there.
    AppSide appThatIsAsked() throws IOException {
        while (true) {
            AppSide side = app();
            if (!side.ended()) {
                return side;
            }
            side.close();
        }
    }

    @Override
    public void close() throws IOException {
        breakOff();
        router.close();
        server.close();
    }

    /// One connection as the app sees it.
    static final class AppSide implements AutoCloseable {
        private final Socket socket;
        private final PushbackInputStream in;

        AppSide(Socket socket) throws IOException {
            this.socket = socket;
            this.in = new PushbackInputStream(socket.getInputStream());
            socket.setSoTimeout(PATIENCE_SECONDS * 1000);
            socket.setTcpNoDelay(true);
        }

        InputStream in() {
            return in;
        }

        /// Waits for an octet or the end; whether it was the end.
        boolean ended() throws IOException {
            int octet = in.read();
            if (octet >= 0) {
                in.unread(octet);
            }
            return octet < 0;
        }

        /// Reads up to and including the empty line.
        String readHead() throws IOException {
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                int octet = in().read();
                if (octet < 0) {
                    throw new IOException("closed after: " + head);
                }
                head.append((char) octet);
            }
            return head.toString();
        }

        String read(int octets) throws IOException {
            return new String(in().readNBytes(octets), StandardCharsets.ISO_8859_1);
        }

        /// Whether the relay closed or broke the connection.
        boolean closed() throws IOException {
            try {
                return in().read() < 0;
            } catch (java.net.SocketException reset) {
                return true;
            }
        }

        /// Breaks the connection instead of closing it.
        void reset() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
        }

        AppSide send(String octets) throws IOException {
            return send(octets.getBytes(StandardCharsets.ISO_8859_1));
        }

        AppSide send(byte[] octets) throws IOException {
            socket.getOutputStream().write(octets);
            socket.getOutputStream().flush();
            return this;
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
