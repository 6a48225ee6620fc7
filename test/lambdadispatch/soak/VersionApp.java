// SPDX-License-Identifier: MIT
package lambdadispatch.soak;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.LockSupport;
import lambdadispatch.http.listener.Server;
import lambdadispatch.http.server.Exchange;
import lambdadispatch.http.server.Limits;

/// An app that answers, after 20 ms, with the function's version that it runs as.
final class VersionApp {
    private static final int MILLIS = 20;
    private static final byte[] VERSION =
            System.getenv().getOrDefault("AWS_LAMBDA_FUNCTION_VERSION", "none").getBytes(StandardCharsets.US_ASCII);

    private VersionApp() {}

    public static void main(String[] arguments) throws IOException {
        new Server("app", new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(System.getenv("PORT"))), null,
                Limits.DEFAULT, VersionApp::answer).start();
        LockSupport.park();
    }

    private static void answer(Exchange exchange) throws IOException {
        if (!exchange.request().path().equals("/health")) {
            LockSupport.parkNanos(MILLIS * 1_000_000L);
        }
        exchange.answer(200, "text/plain", VERSION);
    }
}
