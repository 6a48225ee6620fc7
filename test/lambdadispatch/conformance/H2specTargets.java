// SPDX-License-Identifier: MIT
package lambdadispatch.conformance;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;
import lambdadispatch.base.Clock;
import lambdadispatch.http.client.Http1Client;
import lambdadispatch.http.listener.Server;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.server.Handler;
import lambdadispatch.http.server.LeastRate;
import lambdadispatch.http.server.Limits;
import lambdadispatch.net.tls.SelfSigned;
import lambdadispatch.support.Stack;

/// What h2spec runs against; prints a line `name port options` for each.
///
/// - the four ports of a real router process, with an extension and the demo app behind it: what users meet;
/// - the four kinds of listener with a handler that takes any body and answers 200: the engine by itself.
final class H2specTargets {
    private static final String TLS_OPTIONS = " -t -k";
    /// h2spec judges by the next frame that it reads. An answer that is on its way already when it breaks a rule would be taken for ours to
    /// the breach, so each comes later than that. The control port answers strangers at once.
    private static final long LATE_MILLIS = 100;
    private static final String LATE_PATH = " -P /delay?ms=" + LATE_MILLIS;

    private H2specTargets() {}

    public static void main(String[] arguments) throws Exception {
        openListeners();
        Stack stack = new Stack().instances(1).router("LAMBDA_DISPATCH_AllowInsecureControlChannel", "true")
                .router("LAMBDA_DISPATCH_MinInstanceCount", "1").start();
        Runtime.getRuntime().addShutdownHook(new Thread(stack::close, "stack-close"));
        warmUp(stack);
        for (String port : new String[] {"incoming", "incoming-tls", "control", "control-tls"}) {
            System.out.println("router-" + port + " " + stack.port(port) + (port.endsWith("-tls") ? TLS_OPTIONS : "")
                    + (port.startsWith("incoming") ? LATE_PATH : ""));
        }
        System.out.println("end");
        new CountDownLatch(1).await();
    }

    private static void openListeners() throws Exception {
        SSLContext tls = SelfSigned.create("h2spec", Clock.SYSTEM, Duration.ofDays(1)).serverContext();
        Limits incoming = Limits.DEFAULT;
        Limits control = incoming.with().leastRate(LeastRate.NONE).maxStreams(4096).connectionWindow(1 << 30).limits();
        Handler echo = exchange -> {
            byte[] buffer = new byte[8192];
            while (exchange.read(buffer, 0, buffer.length) >= 0) {
                continue;
            }
            LockSupport.parkNanos(Duration.ofMillis(LATE_MILLIS).toNanos());
            exchange.answer(200, "text/plain", "an answer of some length\n".getBytes(StandardCharsets.US_ASCII));
        };
        open("incoming", null, incoming, echo);
        open("incoming-tls", tls, incoming, echo);
        open("control", null, control, echo);
        open("control-tls", tls, control, echo);
    }

    private static void open(String name, SSLContext tls, Limits limits, Handler handler) throws Exception {
        Server server = new Server(name, new InetSocketAddress("127.0.0.1", 0), tls, limits, handler);
        server.start();
        System.out.println("engine-" + name + " " + server.address().getPort() + (tls == null ? "" : TLS_OPTIONS));
    }

    /// The first request of all waits for an execution environment to start; h2spec would not.
    private static void warmUp(Stack stack) throws Exception {
        try (Http1Client client = new Http1Client(Http1Client.Options.DEFAULT);
                Http1Client.Response response = client.send("GET", stack.url("/"), new Headers(), null)) {
            if (response.status() != 200) {
                throw new IllegalStateException("the stack answers " + response.status() + "\n" + stack.output());
            }
        }
    }
}
