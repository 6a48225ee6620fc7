// SPDX-License-Identifier: MIT
package lambdadispatch.emulator.api;

import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.random.RandomGenerator;
import lambdadispatch.base.json.Json;
import lambdadispatch.base.json.JsonException;
import lambdadispatch.base.log.Log;
import lambdadispatch.carrier.Threads;
import lambdadispatch.emulator.body.Payload;
import lambdadispatch.emulator.environment.EmulatedInvocation;
import lambdadispatch.emulator.environment.Finished;
import lambdadispatch.emulator.environment.Outcome;
import lambdadispatch.emulator.environment.Throttled;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.message.Request;
import lambdadispatch.http.server.Exchange;

/// `POST /2015-03-31/functions/{name}/invocations`.
/// Source: AWS Lambda API Reference, Invoke.
final class InvokeApi {
    static final String PREFIX = "/2015-03-31/functions/";
    private static final Log LOG = Log.of("emulator");
    private static final String SUFFIX = "/invocations";
    private static final int LONGEST_EVENT = 1 << 20; // asynchronous payloads: 1 MB
    private static final int QUEUED_EVENTS = 1_000;
    private static final byte[] UNREACHABLE = "\"http://127.0.0.1:9\"".getBytes(StandardCharsets.US_ASCII); // discard: nobody listens

    private final Functions functions;
    private final Authorization authorization;
    private final RandomGenerator random;
    private final Semaphore events = new Semaphore(QUEUED_EVENTS);
    private volatile InvokeFaults faults;
    private volatile Aliases aliases = Aliases.NONE;

    InvokeApi(Functions functions, Authorization authorization, InvokeFaults faults, RandomGenerator random) {
        this.functions = functions;
        this.authorization = authorization;
        this.faults = faults;
        this.random = random;
    }

    InvokeFaults faults() {
        return faults;
    }

    void faults(InvokeFaults now) {
        faults = now;
    }

    void aliases(Aliases now) {
        aliases = now;
    }

    void handle(Exchange exchange) throws IOException {
        String requestId = UUID.randomUUID().toString();
        try {
            call(exchange, requestId);
        } catch (ApiException e) {
            LOG.warn("invoke refused", "request", requestId, "status", e.error().status(), "type", e.error().type(), "why", e.getMessage());
            e.error().answer(exchange, requestId);
        } catch (Throttled e) {
            LOG.warn("invoke throttled", "request", requestId, "reason", e.reason());
            ApiError.throttled(e.reason()).answer(exchange, requestId);
        } catch (InterruptedException e) {
            throw new IOException("interrupted", e);
        }
    }

    private void call(Exchange exchange, String requestId) throws IOException, ApiException, Throttled, InterruptedException {
        Request request = exchange.request();
        byte[] body = Payload.read(exchange, EmulatedInvocation.LONGEST_REQUEST);
        if (body == null) {
            throw new ApiException(ApiError.of(413, "RequestTooLargeException",
                    "Request must be smaller than " + EmulatedInvocation.LONGEST_REQUEST + " bytes for the InvokeFunction operation"));
        }
        ApiError refused = authorization.check(request, body);
        if (refused != null) {
            throw new ApiException(refused);
        }
        InvokedName name = name(request);
        InvokeFaults.Kind fault = faults.next(random);
        if (fault != null && answeredWrongly(exchange, fault, name)) {
            return;
        }
        Functions.Function function = functions.find(name);
        String version = aliases.resolve(name.qualifier(), random);
        if (version == null) {
            throw new ApiException(ApiError.notFound(functions.arn(name)));
        }
        byte[] payload = body.length == 0 ? "{}".getBytes(StandardCharsets.US_ASCII) : json(body);
        EmulatedInvocation invocation = EmulatedInvocation.of(requestId, functions.arn(name), version,
                fault == InvokeFaults.Kind.UNREACHABLE ? unreachable(payload) : payload, clientContext(request));
        String type = header(request, "x-amz-invocation-type", "RequestResponse");
        switch (type) {
            case "RequestResponse" -> answer(exchange, function.invoker().invoke(invocation), requestId, version);
            case "Event" -> event(exchange, function, invocation);
            case "DryRun" -> empty(exchange, 204, requestId, version);
            default -> throw invalid("Value '" + type + "' at 'invocationType' failed to satisfy constraint: "
                    + "Member must satisfy enum value set: [Event, RequestResponse, DryRun]");
        }
    }

    private static InvokedName name(Request request) throws ApiException {
        String path = request.path();
        if (!request.method().equals("POST") || !path.endsWith(SUFFIX) || path.length() <= PREFIX.length() + SUFFIX.length()) {
            throw new ApiException(ApiError.of(404, "UnknownOperationException", "There is no " + request.method() + " " + path + " here"));
        }
        String qualifier = null;
        for (String pair : request.query().split("&")) {
            if (pair.startsWith("Qualifier=")) {
                qualifier = decode(pair.substring("Qualifier=".length()));
            }
        }
        return InvokedName.of(decode(path.substring(PREFIX.length(), path.length() - SUFFIX.length())), qualifier);
    }

    private static String decode(String text) throws ApiException {
        try {
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw invalid(e.getMessage());
        }
    }

    private static ApiException invalid(String message) {
        return new ApiException(ApiError.of(400, "InvalidParameterValueException", message));
    }

    private static byte[] json(byte[] body) throws ApiException {
        try {
            Json.parse(body);
            return body;
        } catch (JsonException e) {
            throw new ApiException(
                    ApiError.of(400, "InvalidRequestContentException", "Could not parse request body into json: " + e.getMessage()));
        }
    }

    private static String clientContext(Request request) throws ApiException {
        String encoded = request.headers().get("x-amz-client-context");
        try {
            return encoded == null ? null
                    : new String(Base64.getDecoder().decode(encoded), StandardCharsets.ISO_8859_1).replaceAll("\\s", " ");
        } catch (IllegalArgumentException e) {
            throw new ApiException(
                    ApiError.of(400, "InvalidRequestContentException", "Client context must be a valid Base64-encoded JSON object."));
        }
    }

    private static String header(Request request, String name, String otherwise) {
        String value = request.headers().get(name);
        return value == null ? otherwise : value;
    }

    /// Whether the fault made an answer of its own.
    private boolean answeredWrongly(Exchange exchange, InvokeFaults.Kind fault, InvokedName name)
            throws IOException, ApiException, Throttled {
        switch (fault) {
            case DROP -> exchange.abort();
            case DENIED -> throw new ApiException(ApiError.accessDenied(functions.caller(), functions.arn(name), "identity"));
            case MISSING -> throw new ApiException(ApiError.notFound(functions.arn(name)));
            case THROTTLE -> throw new Throttled("FunctionInvocationRateLimitExceeded");
            case SERVICE -> throw new ApiException(ApiError.service());
            case EC2 -> throw new ApiException(ApiError.of(502, "EC2ThrottledException",
                    "Amazon EC2 throttled Lambda during function initialization using the execution role provided for the function."));
            case FUNCTION -> answer(exchange, new Finished(Outcome.Failure.injected(), ""), UUID.randomUUID().toString(),
                    aliases.resolve(name.qualifier(), random));
            case RETURN -> answer(exchange, new Finished(new Outcome.Success("null".getBytes(StandardCharsets.US_ASCII)), ""),
                    UUID.randomUUID().toString(), aliases.resolve(name.qualifier(), random));
            case UNREACHABLE -> {
                return false;
            }
        }
        return true;
    }

    private static byte[] unreachable(byte[] payload) {
        String text = new String(payload, StandardCharsets.UTF_8);
        return text.replaceFirst("(\"DispatcherUrl\"\\s*:\\s*)\"[^\"]*\"", "$1" + new String(UNREACHABLE, StandardCharsets.US_ASCII))
                .getBytes(StandardCharsets.UTF_8);
    }

    private void answer(Exchange exchange, Finished finished, String requestId, String version) throws IOException {
        Headers headers =
                Headers.of("Content-Type", "application/json", "x-amzn-RequestId", requestId, "X-Amzn-Remapped-Content-Length", "0",
                "X-Amz-Executed-Version", version);
        if (finished.outcome() instanceof Outcome.Failure failure) {
            LOG.warn("function error", "request", requestId, "type", failure.errorType());
            headers.add("X-Amz-Function-Error", "Unhandled");
        }
        if (header(exchange.request(), "x-amz-log-type", "None").equals("Tail")) {
            headers.add("X-Amz-Log-Result", Base64.getEncoder().encodeToString(finished.log().getBytes(StandardCharsets.UTF_8)));
        }
        byte[] payload = finished.outcome().payload();
        exchange.respond(200, headers, payload.length);
        exchange.write(payload, 0, payload.length);
        exchange.end();
    }

    /// Takes an asynchronous event. It runs once; Lambda would try again after an error, in one and three minutes.
    private void event(Exchange exchange, Functions.Function function, EmulatedInvocation invocation) throws IOException, ApiException {
        if (invocation.payload().length > LONGEST_EVENT) {
            throw new ApiException(ApiError.of(413, "RequestTooLargeException",
                    "Request must be smaller than " + LONGEST_EVENT + " bytes for the InvokeFunction operation"));
        }
        if (!events.tryAcquire()) {
            throw new ApiException(ApiError.throttled("CallerRateLimitExceeded"));
        }
        Threads.virtual("event " + invocation.requestId()).start(() -> {
            try {
                function.invoker().invoke(invocation);
            } catch (Throttled e) {
                LOG.warn("event dropped", "request", invocation.requestId(), "reason", e.reason());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                events.release();
            }
        });
        empty(exchange, 202, invocation.requestId(), "$LATEST");
    }

    private static void empty(Exchange exchange, int status, String requestId, String version) throws IOException {
        Headers headers = Headers.of("x-amzn-RequestId", requestId);
        if (status == 204) {
            headers.add("X-Amz-Executed-Version", version);
        }
        exchange.respond(status, headers, status == 204 ? -1 : 0);
        exchange.end();
    }
}
