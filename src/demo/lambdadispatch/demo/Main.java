// SPDX-License-Identifier: MIT
package lambdadispatch.demo;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import lambdadispatch.carrier.Threads;
import lambdadispatch.http.listener.Server;
import lambdadispatch.http.server.LeastRate;
import lambdadispatch.http.server.Limits;

/// Starts the demo web app and runs it until SIGTERM.
public final class Main {
    // The proxy in front keeps connections and uploads open as long as its client does, so the app is the last to lose patience.
    private static final Limits LIMITS = Limits.DEFAULT.with().headFields(512)
            .everyTimeout(Duration.ofMinutes(15)).headTimeout(Duration.ofMinutes(10)).leastRate(LeastRate.NONE).limits();

    private Main() {}

    /// Runs until the process is asked to stop; 2 where a variable is wrong, 1 where the port is taken.
    public static void main(String[] arguments) throws InterruptedException {
        try {
            Server server = start(DemoConfig.from(System.getenv()));
            Runtime.getRuntime().addShutdownHook(Threads.shutdownHook("stop", () -> server.stop(Duration.ofSeconds(1))));
            System.out.println("demo: listening on http://127.0.0.1:" + server.address().getPort());
            new CountDownLatch(1).await();
        } catch (IllegalArgumentException e) {
            System.err.println("demo: " + e.getMessage());
            System.exit(2);
        } catch (BindException e) {
            System.err.println("demo: the port (PORT or LAMBDA_DISPATCH_PORT) is taken: " + e.getMessage());
            System.exit(1);
        } catch (IOException e) {
            System.err.println("demo: " + e);
            System.exit(1);
        }
    }

    static Server start(DemoConfig config) throws IOException {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), config.port());
        Server server = new Server("demo", address, null, LIMITS, new DemoApp(config));
        server.start();
        return server;
    }
}
