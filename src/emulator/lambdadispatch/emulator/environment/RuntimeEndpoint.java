// SPDX-License-Identifier: MIT
package lambdadispatch.emulator.environment;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import lambdadispatch.base.json.Json;
import lambdadispatch.base.json.JsonException;
import lambdadispatch.emulator.body.Payload;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.server.Exchange;

/// Lambda's Runtime API, version 2018-06-01: what the runtime fetches invocations from and answers them to.
/// Source: AWS Lambda Developer Guide, "Using the Lambda runtime API for custom runtimes", and its OpenAPI file.
final class RuntimeEndpoint {
    static final String PREFIX = "/2018-06-01/runtime/";
    private static final String ERROR_TYPE = "lambda-runtime-function-error-type";

    private final Lifecycle lifecycle;

    RuntimeEndpoint(Lifecycle lifecycle) {
        this.lifecycle = lifecycle;
    }

    /// Null for a path that is none of its own.
    ApiCalls.Route route(String path) {
        String[] parts = path.split("/", -1);
        if (path.equals("invocation/next")) {
            return new ApiCalls.Route("GET", this::next);
        }
        if (path.equals("init/error")) {
            return new ApiCalls.Route("POST", this::initError);
        }
        if (parts.length != 3 || !parts[0].equals("invocation") || parts[1].isEmpty()) {
            return null;
        }
        return switch (parts[2]) {
            case "response" -> new ApiCalls.Route("POST", exchange -> response(exchange, parts[1]));
            case "error" -> new ApiCalls.Route("POST", exchange -> invocationError(exchange, parts[1]));
            default -> null;
        };
    }

    private void next(Exchange exchange) throws IOException, InterruptedException, Refused {
        Poll poll = new Poll();
        exchange.onClientGone(() -> lifecycle.gone(poll));
        Lifecycle.Delivery delivery = lifecycle.nextInvocation(poll);
        if (delivery == null) {
            exchange.abort();
            return;
        }
        EmulatedInvocation invocation = delivery.invocation();
        Headers headers = Headers.of(
                "Lambda-Runtime-Aws-Request-Id", invocation.requestId(),
                "Lambda-Runtime-Deadline-Ms", Long.toString(delivery.deadlineMs()),
                "Lambda-Runtime-Invoked-Function-Arn", invocation.arn(),
                "Lambda-Runtime-Trace-Id", invocation.traceId());
        if (invocation.clientContext() != null) {
            headers.add("Lambda-Runtime-Client-Context", invocation.clientContext());
        }
        try {
            ApiCalls.answer(exchange, headers, invocation.payload());
        } catch (IOException e) {
            lifecycle.undelivered(delivery);
            throw e;
        }
    }

    private void response(Exchange exchange, String requestId) throws IOException, Refused {
        lifecycle.mayAnswer(requestId, "InvocationResponse");
        byte[] payload = Payload.read(exchange, EmulatedInvocation.LONGEST_RESPONSE);
        if (payload == null) {
            String message =
                    "Response payload size exceeded maximum allowed payload size (" + EmulatedInvocation.LONGEST_RESPONSE + " bytes).";
            lifecycle.finish(requestId, Outcome.Failure.of("Function.ResponseSizeTooLarge", null, message));
            throw new Refused(413, "RequestEntityTooLarge",
                    "Exceeded maximum allowed payload size (" + EmulatedInvocation.LONGEST_RESPONSE + " bytes).");
        }
        lifecycle.finish(requestId, new Outcome.Success(payload));
        ApiCalls.accepted(exchange);
    }

    private void invocationError(Exchange exchange, String requestId) throws IOException, Refused {
        lifecycle.mayAnswer(requestId, "InvocationErrorResponse");
        byte[] payload = Payload.read(exchange, EmulatedInvocation.LONGEST_RESPONSE);
        byte[] told = payload == null || payload.length == 0 ? Json.object().write().getBytes(StandardCharsets.UTF_8) : payload;
        lifecycle.finish(requestId, new Outcome.Failure(type(exchange, "Function.Unknown"), told));
        ApiCalls.accepted(exchange);
    }

    private void initError(Exchange exchange) throws IOException, Refused {
        byte[] payload = Payload.read(exchange, EmulatedInvocation.LONGEST_RESPONSE);
        lifecycle.runtimeInitFailed(new Fault(type(exchange, "Runtime.InitError"), message(payload)));
        ApiCalls.accepted(exchange);
    }

    private static String type(Exchange exchange, String otherwise) {
        String type = exchange.request().headers().get(ERROR_TYPE);
        return type == null || type.isEmpty() ? otherwise : type;
    }

    static String message(byte[] payload) {
        try {
            return payload == null ? "" : Json.parseObject(payload).text("errorMessage").orElse("");
        } catch (JsonException e) {
            return "";
        }
    }
}
