// SPDX-License-Identifier: MIT
package lambdadispatch.http.h2;

import java.io.IOException;
import lambdadispatch.http.message.HeaderName;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.message.Request;
import lambdadispatch.http.server.Exchange;
import lambdadispatch.http.server.Handler;
import lambdadispatch.http.server.Tunnel;

/// Lets an HTTP/1.1 connection without TLS become HTTP/2 by `Upgrade: h2c` (RFC 7540 §3.2, kept by clients although RFC 9113 dropped it).
/// Stands before a handler and takes the connection over as any handler may; all that is no such request goes through.
public final class H2cUpgrade implements Handler {
    /// What speaks HTTP/2 on the connection, until that ends.
    @FunctionalInterface
    public interface Engine {
        /// @param request becomes stream 1
        /// @param settings value of `HTTP2-Settings`
        void run(Tunnel tunnel, Request request, String settings) throws IOException;
    }

    private final Handler handler;
    private final Engine engine;

    /// @param handler answers whatever does not ask for HTTP/2
    public H2cUpgrade(Handler handler, Engine engine) {
        this.handler = handler;
        this.engine = engine;
    }

    @Override
    public void handle(Exchange exchange) throws IOException {
        Request request = exchange.request();
        if (!wanted(request.headers()) || request.contentLength() != 0 || !exchange.tunnels()) {
            handler.handle(exchange);
            return;
        }
        Headers headers = new Headers();
        headers.addAll(request.headers());
        for (HeaderName name : new HeaderName[] {HeaderName.CONNECTION, HeaderName.UPGRADE, HeaderName.HTTP2_SETTINGS, HeaderName.HOST}) {
            headers.remove(name);
        }
        Request first = new Request(request.method(), request.target(), "http", request.authority(), headers, 0, 20);
        String settings = request.headers().get(HeaderName.HTTP2_SETTINGS);
        engine.run(exchange.tunnel(Headers.of("upgrade", "h2c")), first, settings);
    }

    @Override
    public boolean knowsItsPeers() {
        return handler.knowsItsPeers();
    }

    private static boolean wanted(Headers headers) {
        return headers.hasToken(HeaderName.UPGRADE, "h2c")
                && headers.all(HeaderName.HTTP2_SETTINGS).size() == 1
                && headers.hasToken(HeaderName.CONNECTION, "upgrade")
                && headers.hasToken(HeaderName.CONNECTION, "http2-settings");
    }
}
