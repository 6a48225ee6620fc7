// SPDX-License-Identifier: MIT
package lambdadispatch.emulator.environment;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import lambdadispatch.http.Headers;
import lambdadispatch.json.Json;
import lambdadispatch.log.Log;
import lambdadispatch.server.Exchange;
import lambdadispatch.server.Handler;

/// The HTTP server of one environment: sorts calls by path, and writes what both APIs answer alike.
final class ApiCalls implements Handler {
    private static final Log LOG = Log.of("emulator");

    private final RuntimeApi runtime;
    private final ExtensionsApi extensions;

    ApiCalls(Lifecycle lifecycle) {
        runtime = new RuntimeApi(lifecycle);
        extensions = new ExtensionsApi(lifecycle);
    }

    @Override
    public void handle(Exchange exchange) throws IOException {
        String path = exchange.request().path();
        try {
            if (path.startsWith(RuntimeApi.PREFIX)) {
                runtime.call(exchange, exchange.request().method() + " " + path.substring(RuntimeApi.PREFIX.length()));
            } else if (path.startsWith(ExtensionsApi.PREFIX)) {
                extensions.call(exchange, exchange.request().method() + " " + path.substring(ExtensionsApi.PREFIX.length()));
            } else {
                throw unknown(exchange);
            }
        } catch (Refused e) {
            LOG.warn("api call refused", "call", exchange.request().method() + " " + path, "status", e.status(), "type", e.errorType(), "why", e.getMessage());
            answer(exchange, e.status(), Json.object("errorMessage", e.getMessage(), "errorType", e.errorType()));
        } catch (InterruptedException e) {
            throw new IOException("interrupted", e);
        }
    }

    static Refused unknown(Exchange exchange) {
        return new Refused(404, "InvalidPath", "There is no " + exchange.request().method() + " " + exchange.request().path());
    }

    static void accepted(Exchange exchange) throws IOException {
        answer(exchange, 202, Json.object("status", "OK"));
    }

    static void answer(Exchange exchange, int status, Json body) throws IOException {
        exchange.answer(status, "application/json", body.write().getBytes(StandardCharsets.UTF_8));
    }

    static void answer(Exchange exchange, Headers headers, byte[] body) throws IOException {
        headers.add("Content-Type", "application/json");
        exchange.respond(200, headers, body.length);
        exchange.write(body, 0, body.length);
        exchange.end();
    }
}
