// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import lambdadispatch.base.json.Json;
import lambdadispatch.http.client.Http1Client;
import lambdadispatch.http.message.Headers;

/// Lambda's Runtime API (AWS Lambda developer guide, "Using the Lambda runtime API"): the extension is the function's runtime, too.
final class RuntimeApi {
    private static final int MAX_EVENT = 7 << 20; // 6 MB and some

    private static final String INVOCATION_ID = "lambda-runtime-invocation-id";

    /// One invocation as Lambda hands it out.
    /// @param deadlineMs milliseconds since the epoch at which the function times out
    /// @param invocationId sent back with the answer, so that Lambda sees whether two answers were mixed up; null where it sends none
    record Event(String requestId, long deadlineMs, byte[] payload, String invocationId) {}

    /// Lambda understood the call and would not take it.
    static final class Refused extends IOException {
        private static final long serialVersionUID = 1L;

        Refused(String call, int status) {
            super(call + " was answered with " + status);
        }
    }

    private final Http1Client http;
    private final String base;

    RuntimeApi(Http1Client http, String runtimeApi) {
        this.http = http;
        this.base = "http://" + runtimeApi + "/2018-06-01/runtime/";
    }

    /// Waits for the next invocation, which may take for ever: the environment is frozen meanwhile.
    Event next() throws IOException {
        try (Http1Client.Response response = http.send("GET", URI.create(base + "invocation/next"), new Headers(0), null)) {
            byte[] payload = response.bytes(MAX_EVENT);
            String id = response.headers().get("lambda-runtime-aws-request-id");
            String deadline = response.headers().get("lambda-runtime-deadline-ms");
            if (response.status() != 200 || id == null || deadline == null) {
                throw new Refused("invocation/next", response.status());
            }
            return new Event(id, Long.parseLong(deadline), payload, response.headers().get(INVOCATION_ID));
        } catch (NumberFormatException e) {
            throw new IOException("Lambda-Runtime-Deadline-Ms is not a number", e);
        }
    }

    void respond(Event event, byte[] payload) throws IOException {
        String path = "invocation/" + event.requestId() + "/response";
        Headers headers = Headers.of("content-type", "application/json");
        if (event.invocationId() != null) {
            headers.add(INVOCATION_ID, event.invocationId());
        }
        try (Http1Client.Response response = http.send("POST", URI.create(base + path), headers, payload)) {
            response.bytes(MAX_EVENT);
            if (response.status() >= 300) {
                throw new Refused(path, response.status());
            }
        }
    }

    static byte[] error(String type, String message) {
        return Json.object("errorMessage", message, "errorType", type).write().getBytes(StandardCharsets.UTF_8);
    }
}
