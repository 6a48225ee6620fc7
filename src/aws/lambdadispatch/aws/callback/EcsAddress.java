// SPDX-License-Identifier: MIT
package lambdadispatch.aws.callback;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import lambdadispatch.aws.metadata.Fetch;
import lambdadispatch.base.json.Json;
import lambdadispatch.base.json.JsonException;
import lambdadispatch.base.log.Log;
import lambdadispatch.invoke.CallbackAddress;

/// The address of an ECS task with a network interface of its own (`awsvpc`, which Fargate always has). In the other network modes the
/// container's address is one behind its host: then this says nothing.
/// Source: Amazon ECS Developer Guide, "Task metadata endpoint version 4".
public final class EcsAddress implements CallbackAddress {
    private static final Log LOG = Log.of("callback");
    private static final String VARIABLE = "ECS_CONTAINER_METADATA_URI_V4";

    @Override
    public String name() {
        return "ecs";
    }

    @Override
    public Optional<String> find(Map<String, String> environment, Duration limit) {
        String base = environment.getOrDefault(VARIABLE, "").strip();
        if (base.isEmpty()) {
            return Optional.empty();
        }
        try (Fetch fetch = new Fetch(new Fetch.Limits(limit, limit, 1), null)) {
            Fetch.Answer answer = fetch.ask(Fetch.Question.get(URI.create(base)));
            return answer.ok() ? address(answer.text()) : Optional.empty();
        } catch (IOException | IllegalArgumentException e) {
            LOG.debug("no answer", "platform", name(), "why", e.toString());
            return Optional.empty();
        }
    }

    private static Optional<String> address(String text) throws JsonException {
        if (!(Json.parse(text) instanceof Json.JsonObject container)) {
            return Optional.empty();
        }
        for (Json each : container.items("Networks")) {
            if (each instanceof Json.JsonObject network && network.text("NetworkMode").orElse("").equals("awsvpc")) {
                return first(network, "IPv4Addresses").or(() -> first(network, "IPv6Addresses"));
            }
        }
        return Optional.empty();
    }

    private static Optional<String> first(Json.JsonObject network, String family) {
        return network.items(family).stream().filter(Json.JsonString.class::isInstance)
                .map(text -> ((Json.JsonString) text).value()).filter(Addresses::literal).findFirst();
    }
}
