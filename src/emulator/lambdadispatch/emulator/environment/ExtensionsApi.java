// SPDX-License-Identifier: MIT
package lambdadispatch.emulator.environment;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import lambdadispatch.emulator.body.Payload;
import lambdadispatch.http.Headers;
import lambdadispatch.json.Json;
import lambdadispatch.json.JsonException;
import lambdadispatch.server.Exchange;

/// Lambda's Extensions API, version 2020-01-01: registration, events, errors.
/// Source: AWS Lambda Developer Guide, "Using the Lambda Extensions API to create extensions", API reference.
final class ExtensionsApi {
    static final String PREFIX = "/2020-01-01/extension/";
    private static final String IDENTIFIER = "lambda-extension-identifier";
    private static final int LONGEST_BODY = 256 << 10;

    private final Lifecycle lifecycle;

    ExtensionsApi(Lifecycle lifecycle) {
        this.lifecycle = lifecycle;
    }

    void call(Exchange exchange, String call) throws IOException, InterruptedException, Refused {
        switch (call) {
            case "POST register" -> register(exchange);
            case "GET event/next" -> next(exchange);
            case "POST init/error" -> error(exchange, "Extension.InitError");
            case "POST exit/error" -> error(exchange, "Extension.ExitError");
            default -> throw ApiCalls.unknown(exchange);
        }
    }

    private void register(Exchange exchange) throws IOException, Refused {
        String name = exchange.request().headers().get("lambda-extension-name");
        byte[] body = Payload.read(exchange, LONGEST_BODY);
        if (name == null || name.isEmpty()) {
            throw new Refused(403, "Extension.InvalidExtensionName", "Missing Lambda-Extension-Name header");
        }
        String identifier = lifecycle.register(name, events(body));
        byte[] answer = Json.object("functionName", lifecycle.function(), "functionVersion", "$LATEST", "handler", "app")
                .write().getBytes(StandardCharsets.UTF_8);
        ApiCalls.answer(exchange, Headers.of("Lambda-Extension-Identifier", identifier), answer);
    }

    private static Set<String> events(byte[] body) throws Refused {
        try {
            return Json.parseObject(body == null ? new byte[0] : body).items("events").stream()
                    .map(event -> event instanceof Json.JsonString text ? text.value() : event.write())
                    .collect(Collectors.toUnmodifiableSet());
        } catch (JsonException e) {
            throw new Refused(400, "InvalidRequestFormat", "Could not parse the request body: " + e.getMessage());
        }
    }

    private void next(Exchange exchange) throws IOException, InterruptedException, Refused {
        Extension extension = lifecycle.extension(exchange.request().headers().get(IDENTIFIER));
        Poll poll = new Poll();
        exchange.onClientGone(() -> lifecycle.gone(poll));
        String event = lifecycle.nextEvent(extension, poll);
        if (event == null) {
            exchange.abort();
        } else {
            ApiCalls.answer(exchange, Headers.of("Lambda-Extension-Event-Identifier", UUID.randomUUID().toString()), event.getBytes(StandardCharsets.UTF_8));
        }
    }

    private void error(Exchange exchange, String type) throws IOException, Refused {
        lifecycle.extension(exchange.request().headers().get(IDENTIFIER));
        byte[] body = Payload.read(exchange, LONGEST_BODY);
        String named = exchange.request().headers().get("lambda-extension-function-error-type");
        if (named == null) {
            throw new Refused(400, "Extension.MissingHeader", "Missing Lambda-Extension-Function-Error-Type header");
        }
        lifecycle.broken(new Fault(type, named + " " + RuntimeApi.message(body)));
        ApiCalls.accepted(exchange);
    }
}
