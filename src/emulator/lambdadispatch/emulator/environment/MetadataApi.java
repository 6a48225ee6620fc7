// SPDX-License-Identifier: MIT
package lambdadispatch.emulator.environment;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import lambdadispatch.base.json.Json;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.server.Exchange;

/// Says in which availability zone the environment runs, to whoever knows the token: `AWS_LAMBDA_METADATA_API`,
/// `AWS_LAMBDA_METADATA_TOKEN`.
///
/// @param token of this environment alone
record MetadataApi(String token) {
    static final String PATH = "/2026-01-15/metadata/execution-environment";

    void answer(Exchange exchange) throws IOException {
        if (!("Bearer " + token).equals(exchange.request().headers().get("authorization"))) {
            exchange.answer(401, "text/plain; charset=utf-8", "Unauthorized\n".getBytes(StandardCharsets.US_ASCII));
            return;
        }
        ApiCalls.answer(exchange, Headers.of("Cache-Control", "private, max-age=43200, immutable"),
                Json.object("AvailabilityZoneID", "use1-az1").write().getBytes(StandardCharsets.US_ASCII));
    }
}
