// SPDX-License-Identifier: MIT
package lambdadispatch.router.admin;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import lambdadispatch.base.json.Json;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.server.Exchange;

/// How the admin port answers: JSON, never kept by caches.
final class Answers {
    private Answers() {}

    static void json(Exchange exchange, int status, Json json, String... fields) throws IOException {
        byte[] body = (json.write() + '\n').getBytes(StandardCharsets.UTF_8);
        Headers headers = Headers.of(fields);
        headers.add("content-type", "application/json");
        headers.add("cache-control", "no-store");
        headers.add("x-content-type-options", "nosniff");
        headers.add("cross-origin-resource-policy", "same-origin");
        exchange.answer(status, headers, body);
    }

    /// An answer that says in one sentence what is wrong.
    static void problem(Exchange exchange, int status, String why, String... fields) throws IOException {
        json(exchange, status, Json.object("error", why), fields);
    }
}
