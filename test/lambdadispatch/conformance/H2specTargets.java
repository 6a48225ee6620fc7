// SPDX-License-Identifier: MIT
package lambdadispatch.conformance;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import javax.net.ssl.SSLContext;
import lambdadispatch.io.Clock;
import lambdadispatch.listener.Server;
import lambdadispatch.server.Handler;
import lambdadispatch.server.Limits;
import lambdadispatch.tls.SelfSigned;

/// The four kinds of listener that the router has, each on an ephemeral port, for h2spec: prints `name port options` lines.
final class H2specTargets {
    private H2specTargets() {}

    public static void main(String[] arguments) throws Exception {
        SSLContext tls = SelfSigned.create("h2spec", Clock.SYSTEM, Duration.ofDays(1)).serverContext();
        Limits incoming = Limits.DEFAULT;
        Limits control = new Limits(incoming.headBytes(), incoming.headFields(), -1, incoming.headTimeout(), Duration.ZERO, incoming.writeStall(),
                incoming.idle(), 4096, 256 << 10, 1 << 30, incoming.maxConnections());
        Handler echo = exchange -> {
            byte[] buffer = new byte[8192];
            while (exchange.read(buffer, 0, buffer.length) >= 0) {
                continue;
            }
            exchange.answer(200, "text/plain", "an answer of some length\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        };
        open("incoming", null, incoming, echo);
        open("incoming-tls", tls, incoming, echo);
        open("control", null, control, echo);
        open("control-tls", tls, control, echo);
        new CountDownLatch(1).await();
    }

    private static void open(String name, SSLContext tls, Limits limits, Handler handler) throws Exception {
        Server server = new Server(name, new InetSocketAddress("127.0.0.1", 0), tls, limits, handler);
        server.start();
        System.out.println(name + " " + server.address().getPort() + (tls == null ? "" : " -t -k"));
    }
}
