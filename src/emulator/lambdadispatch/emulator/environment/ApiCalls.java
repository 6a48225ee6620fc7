// SPDX-License-Identifier: MIT
package lambdadispatch.emulator.environment;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import lambdadispatch.base.json.Json;
import lambdadispatch.base.log.Log;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.server.Exchange;
import lambdadispatch.http.server.Handler;

/// The HTTP server of one environment: sorts calls by path and method, and writes what all APIs answer alike. Statuses, error types and
/// messages are those of AWS's runtime interface emulator, which is Lambda's own Runtime API.
final class ApiCalls implements Handler {
    /// What answers a call.
    @FunctionalInterface
    interface Call {
        void answer(Exchange exchange) throws IOException, InterruptedException, Refused;
    }

    /// A path has one method.
    record Route(String method, Call call) {}

    private static final Log LOG = Log.of("emulator");

    private final RuntimeEndpoint runtime;
    private final ExtensionsEndpoint extensions;
    private final MetadataApi metadata;

    ApiCalls(Lifecycle lifecycle, MetadataApi metadata) {
        this.runtime = new RuntimeEndpoint(lifecycle);
        this.extensions = new ExtensionsEndpoint(lifecycle);
        this.metadata = metadata;
    }

    @Override
    public void handle(Exchange exchange) throws IOException {
        String method = exchange.request().method();
        String path = exchange.request().path();
        Route route = route(path);
        if (route == null) {
            LOG.warn("api call unknown", "call", method + " " + path);
            exchange.answer(404, "text/plain; charset=utf-8", ascii("404 page not found\n"));
        } else if (!route.method().equals(method)) {
            LOG.warn("api call refused", "call", method + " " + path, "status", 405);
            exchange.respond(405, Headers.of("Allow", route.method()), 0); // RFC 9110 §15.5.6
            exchange.end();
        } else {
            call(exchange, route.call());
        }
    }

    private Route route(String path) {
        if (path.equals(MetadataApi.PATH)) {
            return new Route("GET", metadata::answer);
        }
        return switch (path) {
            case "/2018-06-01/ping" -> new Route("GET", exchange -> exchange.answer(200, "text/plain; charset=utf-8", ascii("pong")));
            case "/2020-08-15/logs" -> new Route("PUT", exchange -> unsupported(exchange, "Logs"));
            case "/2022-07-01/telemetry" -> new Route("PUT", exchange -> unsupported(exchange, "Telemetry"));
            default -> path.startsWith(RuntimeEndpoint.PREFIX) ? runtime.route(path.substring(RuntimeEndpoint.PREFIX.length()))
                : path.startsWith(ExtensionsEndpoint.PREFIX) ? extensions.route(path.substring(ExtensionsEndpoint.PREFIX.length())) : null;
        };
    }

    private static void call(Exchange exchange, Call call) throws IOException {
        try {
            call.answer(exchange);
        } catch (Refused e) {
            LOG.warn("api call refused", "call", exchange.request().method() + " " + exchange.request().path(), "status", e.status(),
                    "type", e.errorType(), "why", e.getMessage());
            answer(exchange, e.status(), Json.object("errorMessage", e.getMessage(), "errorType", e.errorType()));
        } catch (InterruptedException e) {
            throw new IOException("interrupted", e);
        }
    }

    private static void unsupported(Exchange exchange, String api) throws IOException {
        answer(exchange, 202, Json.object("errorMessage", api + " API is not supported", "errorType", api + ".NotSupported"));
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

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
