// SPDX-License-Identifier: MIT
package lambdadispatch.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import lambdadispatch.base.json.Json;
import lambdadispatch.http.client.Http1Client;
import lambdadispatch.http.message.Headers;
import lambdadispatch.support.Stack;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/// The spine: router, extension and demo as real processes, a request all the way and back.
@Timeout(60)
class LocalStackTest {
    @RegisterExtension
    static final Stack STACK = new Stack().instances(2);

    @Test
    void requestGoesAllTheWayAndBack() throws IOException {
        assertThat(get("/ping")).isEqualTo("pong");
    }

    @Test
    void bodiesArriveWholeBothWays() throws Exception {
        byte[] body = new byte[3_000_000];
        new java.util.Random(7).nextBytes(body);
        String sha256 = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(body));
        try (Http1Client client = new Http1Client(Http1Client.Options.DEFAULT);
                Http1Client.Response response = client.send("POST", STACK.url("/upload"), new Headers(), body)) {
            assertThat(Json.parseObject(response.bytes(4096)).text("sha256")).contains(sha256);
        }
        try (Http1Client client = new Http1Client(Http1Client.Options.DEFAULT);
                Http1Client.Response response = client.send("GET", STACK.url("/bytes?n=3000000"), new Headers(), null)) {
            sha256 = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(response.bytes(4_000_000)));
        }
        assertThat(get("/sha256?n=3000000").strip()).isEqualTo(sha256);
    }

    private static String get(String path) throws IOException {
        try (Http1Client client = new Http1Client(Http1Client.Options.DEFAULT);
                Http1Client.Response response = client.send("GET", STACK.url(path), new Headers(), null)) {
            assertThat(response.status()).isEqualTo(200);
            return new String(response.bytes(4096), StandardCharsets.US_ASCII);
        }
    }
}
