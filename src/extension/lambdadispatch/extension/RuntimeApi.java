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

    /// One invocation as Lambda hands it out.
    /// @param deadlineMs milliseconds since the epoch at which the function times out
    record Event(String requestId, long deadlineMs, byte[] payload) {}

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
                throw new IOException("invocation/next was answered with " + response.status());
            }
            return new Event(id, Long.parseLong(deadline), payload);
        } catch (NumberFormatException e) {
            throw new IOException("Lambda-Runtime-Deadline-Ms is not a number", e);
        }
    }

    void respond(String requestId, byte[] payload) throws IOException {
        post("invocation/" + requestId + "/response", new Headers(0), payload);
    }

    void fail(String requestId, String type, String message) throws IOException {
        post("invocation/" + requestId + "/error", Headers.of("lambda-runtime-function-error-type", type), error(type, message));
    }

    private void post(String path, Headers headers, byte[] body) throws IOException {
        headers.add("content-type", "application/json");
        try (Http1Client.Response response = http.send("POST", URI.create(base + path), headers, body)) {
            response.bytes(MAX_EVENT);
            if (response.status() >= 300) {
                throw new IOException(path + " was answered with " + response.status());
            }
        }
    }

    static byte[] error(String type, String message) {
        return Json.object("errorMessage", message, "errorType", type).write().getBytes(StandardCharsets.UTF_8);
    }
}
