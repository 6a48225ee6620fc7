// SPDX-License-Identifier: MIT
package lambdadispatch.soak;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import lambdadispatch.emulator.process.Signal;
import lambdadispatch.support.Stack;
import lambdadispatch.support.StackRouter;

/// Some routers of one [Stack] behind HAProxy, as behind a load balancer: it asks their health path and never sends a request twice.
public final class SeveralRouters implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String CONFIGURATION = """
            global
              maxconn 1000
              stats socket %s
            defaults
              mode http
              timeout connect 5s
              timeout client 70s
              timeout server 70s
              timeout check 5s
              retries 0
            frontend clients
              bind 127.0.0.1:%d
              default_backend routers
            backend routers
              balance %s
              option httpchk GET /health
              default-server check inter 300ms fall 2 rise 2 maxconn %d
            """;

    private final Stack stack;
    private final List<Integer> ports = new ArrayList<>();
    private final List<StackRouter> routers = new ArrayList<>();
    private final int front = freePort();
    private final Path folder = Files.createTempDirectory("several-routers");
    private final Process proxy;

    /// Two that get requests in turn.
    /// @throws IOException HAProxy or a router can not be started
    public SeveralRouters(Stack stack) throws IOException {
        this(stack, 2, "roundrobin", 1000);
    }

    /// @param balance HAProxy's way to choose, as `roundrobin` or `first`
    /// @param most requests at once for each
    /// @throws IOException HAProxy or a router can not be started
    SeveralRouters(Stack stack, int count, String balance, int most) throws IOException {
        this.stack = stack;
        StringBuilder configuration = new StringBuilder(CONFIGURATION.formatted(folder.resolve("admin"), front, balance, most));
        for (int i = 0; i < count; i++) {
            ports.add(freePort());
            routers.add(start(ports.get(i)));
            configuration.append("  server ").append(name(i)).append(" 127.0.0.1:").append(ports.get(i)).append('\n');
        }
        Path file = Files.writeString(folder.resolve("haproxy.cfg"), configuration);
        proxy = new ProcessBuilder("haproxy", "-db", "-f", file.toString()).redirectErrorStream(true)
                .redirectOutput(folder.resolve("haproxy.log").toFile()).start();
        try {
            awaitListening();
            for (int i = 0; i < count; i++) {
                awaitUp(i);
            }
        } catch (IOException e) {
            proxy.destroyForcibly();
            throw e;
        }
    }

    private static char name(int index) {
        return (char) ('a' + index);
    }

    /// Whether HAProxy is there.
    public static boolean possible() {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator)).anyMatch(folder -> Files.isExecutable(Path.of(folder, "haproxy")));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private StackRouter start(int port) throws IOException {
        return stack.startRouter(Map.of("LAMBDA_DISPATCH_IncomingRequestHTTPPort", Integer.toString(port)));
    }

    /// HAProxy may take connections a moment before its admin socket has its name.
    private void awaitListening() throws IOException {
        long until = System.nanoTime() + PATIENCE.toNanos();
        while (!Files.exists(folder.resolve("admin")) || !takesConnections()) {
            if (!proxy.isAlive() || System.nanoTime() - until > 0) {
                throw new IOException("HAProxy did not start: " + Files.readString(folder.resolve("haproxy.log")));
            }
            LockSupport.parkNanos(5_000_000);
        }
    }

    private boolean takesConnections() {
        try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), front)) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /// Where clients go.
    public URI url() {
        return URI.create("http://127.0.0.1:" + front);
    }

    /// Waits until HAProxy takes the router for healthy: the other must not go before that.
    private void awaitUp(int index) throws IOException {
        long until = System.nanoTime() + PATIENCE.toNanos();
        while (!status().contains("routers," + name(index) + ",UP")) {
            if (System.nanoTime() - until > 0) {
                throw new IOException("HAProxy does not take the router for healthy:\n" + status());
            }
            LockSupport.parkNanos(50_000_000);
        }
    }

    /// A line `routers,SERVER,STATUS` for each.
    private String status() throws IOException {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(folder.resolve("admin")))) {
            channel.write(ByteBuffer.wrap("show stat\n".getBytes(StandardCharsets.US_ASCII)));
            String all = new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.US_ASCII);
            return all.lines().map(line -> line.split(",")).filter(fields -> fields.length > 17)
                    .map(fields -> fields[0] + "," + fields[1] + "," + fields[17]).collect(Collectors.joining("\n"));
        }
    }

    /// SIGTERM, waits for the end, starts it again, waits until it gets requests. Returns its exit status.
    public int restart(int index) throws Exception {
        StackRouter old = routers.get(index);
        old.signal(Signal.TERM);
        int status = old.exit().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        routers.set(index, start(ports.get(index)));
        awaitUp(index);
        return status;
    }

    /// Returns how often a router was restarted.
    int restartInTurnFor(Duration time) throws Exception {
        long until = System.nanoTime() + time.toNanos();
        int restarts = 0;
        while (System.nanoTime() - until < 0) {
            int status = restart(restarts % routers.size());
            if (status != 0) {
                throw new IllegalStateException("a router ended with status " + status);
            }
            restarts++;
        }
        return restarts;
    }

    @Override
    public void close() throws IOException, InterruptedException {
        proxy.destroy();
        if (!proxy.waitFor(5, TimeUnit.SECONDS)) {
            proxy.destroyForcibly().waitFor();
        }
        for (String name : List.of("haproxy.cfg", "haproxy.log", "admin")) {
            Files.deleteIfExists(folder.resolve(name));
        }
        Files.deleteIfExists(folder);
    }
}
