// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import lambdadispatch.base.json.Json;
import lambdadispatch.base.log.Log;
import lambdadispatch.http.listener.Server;
import lambdadispatch.http.server.Exchange;
import lambdadispatch.http.server.Handler;
import lambdadispatch.http.server.Limits;

/// Where the app asks, on the loopback interface, to be kept for work that goes on after its answers:
///
/// ```
///   PUT    /holds/{name}?seconds=20   200 {"leftMs":20000}: for so long from now on; 409 if it is not kept
///   DELETE /holds/{name}              200 {"leftMs":0}: that work is done; what other work still wants stays
/// ```
/// The name is the app's own, 1 to 64 letters, digits, `.`, `_` and `-`. 404 for another path, 405 for another method.
final class HoldPort implements Handler {
    private static final Log LOG = Log.of("extension");
    private static final Pattern TARGET = Pattern.compile("/holds/([A-Za-z0-9._-]{1,64})(?:\\?seconds=([0-9]{1,6}))?");

    private final Hold hold;

    private HoldPort(Hold hold) {
        this.hold = hold;
    }

    /// Opens it, or says why it can not be: an app that is not kept still serves.
    /// @param port 0 for an ephemeral one
    /// @return null if the port is taken
    static Server open(int port, Hold hold) {
        Server server = new Server("hold", new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port), null, Limits.DEFAULT,
                new HoldPort(hold));
        try {
            server.start();
            return server;
        } catch (IOException e) {
            LOG.warn("the app can not ask to be kept", "port", port, "why", e.getMessage());
            return null;
        }
    }

    @Override
    public void handle(Exchange exchange) throws IOException {
        Matcher target = TARGET.matcher(exchange.request().target());
        if (!target.matches()) {
            answer(exchange, 404);
            return;
        }
        long now = System.nanoTime();
        switch (exchange.request().method()) {
            case "PUT" -> {
                Duration wanted = Duration.ofSeconds(target.group(2) == null ? 0 : Long.parseLong(target.group(2)));
                answer(exchange, hold.keep(target.group(1), wanted, now) > 0 ? 200 : 409);
            }
            case "DELETE" -> {
                hold.release(target.group(1), now);
                answer(exchange, 200);
            }
            default -> answer(exchange, 405);
        }
    }

    private void answer(Exchange exchange, int status) throws IOException {
        byte[] body = Json.object("leftMs", hold.leftMillis(System.nanoTime())).toString().getBytes(StandardCharsets.US_ASCII);
        exchange.answer(status, "application/json", body);
    }
}
