// SPDX-License-Identifier: MIT
package lambdadispatch.router.admin;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import lambdadispatch.base.Clock;
import lambdadispatch.base.json.Json;
import lambdadispatch.base.json.JsonException;
import lambdadispatch.base.metrics.Registry;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.message.Request;
import lambdadispatch.router.RouterBed;
import lambdadispatch.router.dispatch.Pool;
import lambdadispatch.router.observe.MetricsHandler;
import lambdadispatch.router.observe.Observer;
import lambdadispatch.router.observe.Timeline;
import lambdadispatch.support.ScriptedExchange;

/// The admin port's handler over real pools, without a socket.
final class AdminBed {
    static final String TOKEN = "a-token-of-the-test";

    final RouterBed router = new RouterBed();
    final AtomicInteger stops = new AtomicInteger();
    final Timeline timeline;
    final AdminHandler handler;

    AdminBed(String token) {
        Registry registry = new Registry();
        Observer observer = new Observer(false, registry);
        timeline = new Timeline(observer, () -> router.pools().all().stream().map(Pool::view).toList(), Clock.SYSTEM);
        handler = new AdminHandler(new AdminParts(new Access("admin.internal", token), "1.2.3", router.pools(), timeline, () -> true,
                new MetricsHandler(registry, router.pools()::snapshots), () -> Json.object("LAMBDA_DISPATCH_AdminToken", "(set)"),
                stops::incrementAndGet));
    }

    /// A request from this machine.
    ScriptedExchange ask(String method, String target, String... fields) throws IOException {
        return ask(InetAddress.getLoopbackAddress(), method, target, "127.0.0.1:5005", fields);
    }

    ScriptedExchange ask(InetAddress from, String method, String target, String authority, String... fields) throws IOException {
        ScriptedExchange exchange = new ScriptedExchange(new Request(method, target, "http", authority, Headers.of(fields), 0, 11),
                new InetSocketAddress(from, 40_000));
        handler.handle(exchange);
        return exchange;
    }

    ScriptedExchange post(String target) throws IOException {
        return ask("POST", target, "authorization", "Bearer " + TOKEN);
    }

    static Json.JsonObject json(ScriptedExchange answered) throws JsonException {
        return (Json.JsonObject) Json.parse(answered.text().strip().getBytes(StandardCharsets.ISO_8859_1));
    }
}
