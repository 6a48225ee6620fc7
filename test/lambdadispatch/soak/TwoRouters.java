// SPDX-License-Identifier: MIT
package lambdadispatch.soak;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import lambdadispatch.emulator.process.Signal;
import lambdadispatch.support.Stack;
import lambdadispatch.support.StackRouter;

/// Two routers of one [Stack] behind HAProxy, as behind a load balancer: it asks their health path and never sends a request twice.
public final class TwoRouters implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String CONFIGURATION = """
            global
              maxconn 1000
            defaults
              mode http
              timeout connect 5s
              timeout client 70s
              timeout server 70s
              retries 0
            frontend clients
              bind 127.0.0.1:%d
              default_backend routers
            backend routers
              balance roundrobin
              option httpchk GET /health
              default-server check inter 200ms fall 2 rise 2
              server a 127.0.0.1:%d
              server b 127.0.0.1:%d
            """;

    private final Stack stack;
    private final List<Integer> ports = List.of(freePort(), freePort());
    private final List<StackRouter> routers = new ArrayList<>();
    private final int front = freePort();
    private final Path folder = Files.createTempDirectory("two-routers");
    private final Process proxy;

    /// @throws IOException HAProxy or a router can not be started
    public TwoRouters(Stack stack) throws IOException {
        this.stack = stack;
        for (int port : ports) {
            routers.add(start(port));
        }
        Path configuration = Files.writeString(folder.resolve("haproxy.cfg"), CONFIGURATION.formatted(front, ports.get(0), ports.get(1)));
        proxy = new ProcessBuilder("haproxy", "-db", "-f", configuration.toString()).redirectErrorStream(true)
                .redirectOutput(folder.resolve("haproxy.log").toFile()).start();
        awaitListening();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private StackRouter start(int port) throws IOException {
        return stack.startRouter(Map.of("LAMBDA_DISPATCH_IncomingRequestHTTPPort", Integer.toString(port)));
    }

    private void awaitListening() throws IOException {
        long until = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), front)) {
                return;
            } catch (IOException e) {
                if (!proxy.isAlive() || System.nanoTime() - until > 0) {
                    throw new IOException("HAProxy did not start: " + Files.readString(folder.resolve("haproxy.log")), e);
                }
                Thread.onSpinWait();
            }
        }
    }

    /// Where clients go.
    public URI url() {
        return URI.create("http://127.0.0.1:" + front);
    }

    /// SIGTERM, waits for the end, starts it again, waits until it serves. Returns its exit status.
    public int restart(int index) throws Exception {
        StackRouter old = routers.get(index);
        old.signal(Signal.TERM);
        int status = old.exit().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        routers.set(index, start(ports.get(index)));
        return status;
    }

    /// Returns how often a router was restarted.
    int restartInTurnFor(Duration time) throws Exception {
        long until = System.nanoTime() + time.toNanos();
        int restarts = 0;
        while (System.nanoTime() - until < 0) {
            int status = restart(restarts % 2);
            if (status != 0) {
                throw new IllegalStateException("a router ended with status " + status);
            }
            restarts++;
            Thread.sleep(Duration.ofSeconds(3)); // the other must not go before the load balancer has seen this one come
        }
        return restarts;
    }

    @Override
    public void close() throws IOException, InterruptedException {
        proxy.destroy();
        if (!proxy.waitFor(5, TimeUnit.SECONDS)) {
            proxy.destroyForcibly().waitFor();
        }
        for (String name : List.of("haproxy.cfg", "haproxy.log")) {
            Files.deleteIfExists(folder.resolve(name));
        }
        Files.deleteIfExists(folder);
    }
}
