// SPDX-License-Identifier: MIT
package lambdadispatch.soak;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import lambdadispatch.emulator.process.Signal;
import lambdadispatch.support.Ports;
import lambdadispatch.support.Stack;
import lambdadispatch.support.StackRouter;

/// Some routers of one [Stack] behind a load balancer, which never sends a request twice.
public final class SeveralRouters implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Stack stack;
    private final List<Integer> ports = new ArrayList<>();
    private final List<StackRouter> routers = new ArrayList<>();
    private final int front = Ports.free();
    private final Balancer balancer;

    /// Two that get requests in turn, from HAProxy.
    /// @throws IOException HAProxy or a router can not be started
    public SeveralRouters(Stack stack) throws IOException {
        this(stack, 2, Balancer.Kind.HAPROXY_IN_TURN, 1000);
    }

    /// @param most requests at once for each but the last, where they go to the first that has room
    /// @throws IOException the load balancer or a router can not be started
    SeveralRouters(Stack stack, int count, Balancer.Kind kind, int most) throws IOException {
        this.stack = stack;
        for (int i = 0; i < count; i++) {
            ports.add(Ports.free());
            routers.add(start(ports.get(i)));
        }
        balancer = new Balancer(kind, ports, front, most);
        try {
            for (int i = 0; i < count; i++) {
                balancer.awaitUp(i);
            }
        } catch (IOException e) {
            try (balancer) {
                throw e;
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /// Whether HAProxy is there.
    public static boolean possible() {
        return Balancer.Kind.HAPROXY_IN_TURN.possible();
    }

    private StackRouter start(int port) throws IOException {
        return stack.startRouter(Map.of("LAMBDA_DISPATCH_IncomingRequestHTTPPort", Integer.toString(port)));
    }

    /// Where clients go.
    public URI url() {
        return URI.create("http://127.0.0.1:" + front);
    }

    /// SIGTERM, waits for the end, starts it again, waits until it gets requests. Returns its exit status.
    public int restart(int index) throws Exception {
        StackRouter old = routers.get(index);
        old.signal(Signal.TERM);
        int status = old.exit().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        routers.set(index, start(ports.get(index)));
        balancer.awaitUp(index); // the other must not go before that
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
        balancer.close();
    }
}
