// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import lambdadispatch.base.json.Json;
import lambdadispatch.http.client.Http1Client;
import lambdadispatch.http.message.Headers;

/// Lambda's Extensions API (AWS Lambda developer guide, "Using the Lambda Extensions API"), as far as an external extension that only wants
/// to hear of SHUTDOWN needs it.
final class ExtensionsApi {
    private static final int MAX_ANSWER = 64 << 10;
    private static final byte[] SHUTDOWN_ONLY = "{\"events\":[\"SHUTDOWN\"]}".getBytes(StandardCharsets.US_ASCII);

    /// What Lambda tells.
    /// @param deadlineMs milliseconds since the epoch at which a SHUTDOWN becomes a SIGKILL; 0 if it does not say
    record Event(String type, long deadlineMs) {}

    private final Http1Client http;
    private final String base;
    private String identifier;

    ExtensionsApi(Http1Client http, String runtimeApi) {
        this.http = http;
        this.base = "http://" + runtimeApi + "/2020-01-01/extension/";
    }

    /// @param name the file's name under `/opt/extensions`, which Lambda insists on
    void register(String name) throws IOException {
        Headers headers = Headers.of("lambda-extension-name", name, "content-type", "application/json");
        try (Http1Client.Response response = http.send("POST", URI.create(base + "register"), headers, SHUTDOWN_ONLY)) {
            byte[] answer = response.bytes(MAX_ANSWER);
            identifier = response.headers().get("lambda-extension-identifier");
            if (response.status() != 200 || identifier == null) {
                throw new IOException(
                        "register was answered with " + response.status() + ": " + new String(answer, StandardCharsets.UTF_8));
            }
        }
    }

    /// Waits for the next event, which may take for ever: the environment is frozen meanwhile.
    Event next() throws IOException {
        Headers headers = Headers.of("lambda-extension-identifier", identifier);
        try (Http1Client.Response response = http.send("GET", URI.create(base + "event/next"), headers, null)) {
            byte[] answer = response.bytes(MAX_ANSWER);
            if (response.status() != 200) {
                throw new IOException("event/next was answered with " + response.status());
            }
            return Json.parse(answer) instanceof Json.JsonObject event
                    ? new Event(event.text("eventType").orElse(""), event.number("deadlineMs").orElse(0)) : new Event("", 0);
        }
    }

    /// Reports that the environment is of no use; Lambda replaces it.
    void exitError(String type, String message) throws IOException {
        Headers headers = Headers.of("lambda-extension-identifier", identifier, "lambda-extension-function-error-type", type,
                "content-type", "application/json");
        byte[] body = RuntimeApi.error(type, message);
        try (Http1Client.Response response = http.send("POST", URI.create(base + "exit/error"), headers, body)) {
            response.bytes(MAX_ANSWER);
        }
    }
}
