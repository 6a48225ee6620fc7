// SPDX-License-Identifier: MIT
package lambdadispatch.emulator.environment;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import lambdadispatch.base.json.Json;
import lambdadispatch.base.json.JsonException;
import lambdadispatch.emulator.body.Payload;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.server.Exchange;

/// Lambda's Extensions API, version 2020-01-01: registration, events, errors.
/// Source: AWS Lambda Developer Guide, "Using the Lambda Extensions API to create extensions", API reference.
final class ExtensionsEndpoint {
    static final String PREFIX = "/2020-01-01/extension/";
    private static final String IDENTIFIER = "lambda-extension-identifier";
    private static final Pattern UUID_FORM = Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");
    private static final String BAD_FORMAT = "InvalidRequestFormat";
    private static final int LONGEST_BODY = 256 << 10;

    private final Lifecycle lifecycle;

    ExtensionsEndpoint(Lifecycle lifecycle) {
        this.lifecycle = lifecycle;
    }

    /// Null for a path that is none of its own.
    ApiCalls.Route route(String path) {
        return switch (path) {
            case "register" -> new ApiCalls.Route("POST", this::register);
            case "event/next" -> new ApiCalls.Route("GET", this::next);
            case "init/error" -> new ApiCalls.Route("POST", exchange -> error(exchange, lifecycle::initFailed));
            case "exit/error" -> new ApiCalls.Route("POST", exchange -> error(exchange, lifecycle::exitFailed));
            default -> null;
        };
    }

    private void register(Exchange exchange) throws IOException, Refused {
        String name = exchange.request().headers().get("lambda-extension-name");
        byte[] body = Payload.read(exchange, LONGEST_BODY);
        if (name == null || name.isEmpty()) {
            throw new Refused(403, "Extension.InvalidExtensionName", "Empty extension name");
        }
        String identifier = lifecycle.register(name, events(body));
        Json answer = wantsAccount(exchange)
                ? Json.object("accountId", lifecycle.function().account(), "functionName", lifecycle.function().name(), "functionVersion",
                        "$LATEST", "handler", "app")
                : Json.object("functionName", lifecycle.function().name(), "functionVersion", "$LATEST", "handler", "app");
        ApiCalls.answer(exchange, Headers.of("Lambda-Extension-Identifier", identifier), answer.write().getBytes(StandardCharsets.UTF_8));
    }

    private static boolean wantsAccount(Exchange exchange) {
        String features = exchange.request().headers().get("lambda-extension-accept-feature");
        return features != null && Stream.of(features.split(",")).anyMatch(feature -> feature.strip().equals("accountId"));
    }

    /// `null` counts as absent, be it the whole body, a member or (then as a name of no letters) an event. Whatever else is of the wrong
    /// kind is refused.
    private static Set<String> events(byte[] body) throws Refused {
        try {
            Json request = Json.parse(body == null ? new byte[0] : body);
            if (request instanceof Json.JsonNull) {
                return Set.of();
            }
            if (!(request instanceof Json.JsonObject object)) {
                throw new Refused(403, BAD_FORMAT, "the request body is no object");
            }
            Set<String> events = texts(object, "events");
            if (!texts(object, "configurationKeys").isEmpty()) {
                throw new Refused(403, BAD_FORMAT, "configurationKeys are deprecated; use environment variables instead");
            }
            return events;
        } catch (JsonException e) {
            throw new Refused(403, BAD_FORMAT, "Could not parse the request body: " + e.getMessage());
        }
    }

    private static Set<String> texts(Json.JsonObject request, String member) throws Refused {
        Json value = request.members().getOrDefault(member, Json.JsonNull.NULL);
        if (!(value instanceof Json.JsonArray || value instanceof Json.JsonNull)) {
            throw new Refused(403, BAD_FORMAT, member + " is no list");
        }
        Set<String> texts = new LinkedHashSet<>();
        for (Json item : request.items(member)) {
            if (!(item instanceof Json.JsonString || item instanceof Json.JsonNull)) {
                throw new Refused(403, BAD_FORMAT, member + " holds something that is no text: " + item.write());
            }
            texts.add(item instanceof Json.JsonString text ? text.value() : "");
        }
        return texts;
    }

    private void next(Exchange exchange) throws IOException, InterruptedException, Refused {
        Extension extension = lifecycle.extension(identifier(exchange))
                .orElseThrow(() -> unknown("Unknown extension " + exchange.request().headers().get(IDENTIFIER)));
        Poll poll = new Poll();
        exchange.onClientGone(() -> lifecycle.gone(poll));
        String event = lifecycle.nextEvent(extension, poll);
        if (event == null) {
            exchange.abort();
        } else {
            ApiCalls.answer(exchange, Headers.of("Lambda-Extension-Event-Identifier", UUID.randomUUID().toString()),
                    event.getBytes(StandardCharsets.UTF_8));
        }
    }

    /// What an error report does to the environment.
    private interface Failure {
        void of(Extension extension, String error) throws Refused;
    }

    private void error(Exchange exchange, Failure failure) throws IOException, Refused {
        String identifier = identifier(exchange);
        byte[] body = Payload.read(exchange, LONGEST_BODY);
        String named = exchange.request().headers().get("lambda-extension-function-error-type");
        if (named == null || named.isEmpty()) {
            throw new Refused(403, "Extension.MissingHeader", "Lambda-Extension-Function-Error-Type not found");
        }
        Extension extension = lifecycle.extension(identifier).orElseThrow(() -> unknown("Unknown Lambda-Extension-Identifier"));
        failure.of(extension, named + " " + RuntimeEndpoint.message(body));
        ApiCalls.accepted(exchange);
    }

    private static String identifier(Exchange exchange) throws Refused {
        String identifier = exchange.request().headers().get(IDENTIFIER);
        if (identifier == null || identifier.isEmpty()) {
            throw new Refused(403, "Extension.MissingExtensionIdentifier", "Missing Lambda-Extension-Identifier header");
        }
        if (!UUID_FORM.matcher(identifier).matches()) {
            throw new Refused(403, "Extension.InvalidExtensionIdentifier", "Invalid Lambda-Extension-Identifier");
        }
        return identifier;
    }

    private static Refused unknown(String message) {
        return new Refused(403, "Extension.UnknownExtensionIdentifier", message);
    }
}
