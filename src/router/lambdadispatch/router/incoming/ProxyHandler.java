// SPDX-License-Identifier: MIT
package lambdadispatch.router.incoming;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.function.BooleanSupplier;
import lambdadispatch.http.message.HeaderName;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.message.Request;
import lambdadispatch.http.server.Exchange;
import lambdadispatch.http.server.Handler;
import lambdadispatch.protocol.Party;
import lambdadispatch.router.dispatch.Pools;
import lambdadispatch.router.observe.Observer;
import lambdadispatch.router.observe.RequestRecord;

/// The incoming ports: every request goes to the app, but the load balancer's health check.
public final class ProxyHandler implements Handler {
    /// What is off by default.
    public enum Option {
        /// The router announces itself (RFC 9110 §7.6.3). Some apps stop compressing when they see that.
        VIA,
        /// A trusted peer's `X-Forwarded-Host` is believed. Load balancers that do not set it let a client's own pass, and apps make links
        /// of it.
        FORWARDED_HOST
    }

    /// @param scheme of the port: `http` or `https`
    /// @param healthPath the load balancer's health check, answered by the router itself
    /// @param namesFunctions whether requests may name a function with `X-Lambda-Name`
    /// @param lowPriority who gives way in an overload
    /// @param written the optional fields that are added to each request
    public record Options(String scheme, String healthPath, boolean namesFunctions, Set<Option> written, TrustedProxies trustedProxies,
            LowPriority lowPriority) {}

    /// Behind the health path: 503 also while requests wait that only more instances than allowed could serve, so that a load balancer goes
    /// elsewhere.
    private static final String ROOM = "?room";

    private final Pools pools;
    private final Options options;
    private final Observer observer;
    private final BooleanSupplier healthy;
    private final RequestWriter writer;
    private final CanaryRoutes canaries;

    public ProxyHandler(Pools pools, Options options, Observer observer, BooleanSupplier healthy) {
        this.pools = pools;
        this.canaries = new CanaryRoutes(pools);
        this.options = options;
        this.observer = observer;
        this.healthy = healthy;
        this.writer = new RequestWriter(options.written());
    }

    @Override
    public void handle(Exchange exchange) throws IOException {
        Request request = exchange.request();
        if (request.target().equals(options.healthPath())) {
            health(exchange, "draining\n", healthy.getAsBoolean());
            return;
        }
        if (request.target().equals(options.healthPath() + ROOM)) {
            health(exchange, "full\n", healthy.getAsBoolean() && !pools.defaultPool().full());
            return;
        }
        Peer peer = exchange.connection().state(Peer.class, each -> Peer.of(each, options));
        RequestRecord record = observer.begin(request, peer.address(), peer.trusted());
        try {
            Route route = route(request);
            if (route == null) {
                record.failed(403, "function not allowed", Party.CLIENT);
                exchange.answer(403, "text/plain; charset=utf-8", "this function may not be named\n".getBytes(StandardCharsets.US_ASCII));
            } else {
                follow(route, exchange, record, peer);
            }
        } catch (IOException | RuntimeException e) {
            record.broke(e);
            throw e;
        } finally {
            observer.end(record);
        }
    }

    private void follow(Route route, Exchange exchange, RequestRecord record, Peer peer) throws IOException {
        Headers headers = exchange.request().headers();
        Object client = peer.trusted() ? ClientAddress.named(headers, options.trustedProxies(), peer.client()) : peer.client();
        boolean mayDebug = peer.trusted() && headers.contains(ResponseRelay.DEBUG)
                && ClientAddress.isTrusted(headers, options.trustedProxies());
        ProxyExchange proxied = new ProxyExchange(exchange, route,
                new Standing(options.lowPriority().matches(exchange.request()), client, mayDebug), record);
        try {
            proxied.run(writer, peer);
        } finally {
            if (route.draw() != Route.Draw.NONE) {
                pools.canary().answered(route.draw() != Route.Draw.OTHERS, route.draw() == Route.Draw.AWAY || proxied.diverted(),
                        record.status());
            }
        }
    }

    /// Whoever names a function gets that one; null if he may not.
    private Route route(Request request) {
        String named = options.namesFunctions() ? request.headers().get(HeaderName.X_LAMBDA_NAME) : null;
        return named == null ? canaries.of(request) : pools.named(named).map(Route::to).orElse(null);
    }

    private static void health(Exchange exchange, String otherwise, boolean ok) throws IOException {
        exchange.answer(ok ? 200 : 503, "text/plain; charset=utf-8", (ok ? "OK\n" : otherwise).getBytes(StandardCharsets.US_ASCII));
    }
}
