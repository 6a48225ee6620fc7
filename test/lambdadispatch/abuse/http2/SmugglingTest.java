// SPDX-License-Identifier: MIT
package lambdadispatch.abuse.http2;

import static lambdadispatch.support.WireFrame.END_STREAM;
import static lambdadispatch.support.WireFrame.data;
import static lambdadispatch.support.WireFrame.get;
import static lambdadispatch.support.WireFrame.headers;
import static lambdadispatch.support.WireFrame.post;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import lambdadispatch.abuse.UnderAttack;
import lambdadispatch.support.Http2Peer;
import lambdadispatch.support.WireFrame;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Requests that would be two, or another, once they are written down as HTTP/1.1 (James Kettle, "HTTP/2: The Sequel is Always Worse",
/// 2021). None of them reaches a handler: the stream is reset with PROTOCOL_ERROR (RFC 9113 §8.1.1, §10.3).
@Timeout(180)
class SmugglingTest {
    private static final byte[] SECOND = "GET /admin HTTP/1.1\r\nhost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    @RegisterExtension
    static final UnderAttack LISTENER = new UnderAttack();

    private static void isReset(String name, WireFrame... frames) throws Exception {
        LISTENER.attack(name, "usual", () -> {
            Http2Peer attacker = LISTENER.peer("usual").begin().send(frames);
            assertThat(attacker.awaitReset(1)).isEqualTo("PROTOCOL_ERROR");
            assertThat(attacker.soFar(1).status()).isZero();
            assertThat(attacker.send(get(3, "/")).answer(3).text()).as("on the same connection").isEqualTo("served");
        });
    }

    @ParameterizedTest
    @CsvSource({"0", "5", "1000"})
    void contentLengthThatIsNotTheBodys(String length) throws Exception { // H2.CL
        isReset("H2.CL, " + length, post(1, "/count", "content-length: " + length), data(1, END_STREAM, SECOND));
    }

    @ParameterizedTest
    @ValueSource(strings = {"transfer-encoding: chunked", "transfer-encoding: identity", "transfer-encoding: xchunked",
            "connection: transfer-encoding"})
    void transferEncoding(String field) throws Exception { // H2.TE
        isReset("H2.TE, " + field, post(1, "/count", field), data(1, END_STREAM, "0\r\n\r\n".getBytes(StandardCharsets.US_ASCII)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"foo: b\r\ntransfer-encoding: chunked", "foo: b\nhost: evil", "foo\r\nx: y", "foo bar: z", "foo: \u0000",
            "transfer-encoding : chunked"})
    void lineBreaksInFields(String field) throws Exception {
        isReset("CRLF injection", post(1, "/count", field), data(1, END_STREAM, new byte[0]));
    }

    @ParameterizedTest
    @CsvSource({
        "GET / HTTP/1.1, http, a, /",
        "GET, http://a/?, a, /",
        "GET, http, a b, /",
        "GET, http, evil@a, /",
        "GET, http, a/x, /",
        "GET, http, a, / HTTP/1.1",
        "GET, http, a, http://evil/",
        "GET, http, a, ''"})
    void pseudoHeaderFieldsThatSayMore(String method, String scheme, String authority, String path) throws Exception {
        isReset("Pseudo-header injection",
                headers(1, END_STREAM, ":method: " + method, ":scheme: " + scheme, ":authority: " + authority, ":path: " + path));
    }

    @ParameterizedTest
    @ValueSource(strings = {":path: /admin", ":authority: b", ":method: POST", "host: b"})
    void secondTargets(String field) throws Exception {
        isReset("Second target", headers(1, END_STREAM, ":method: GET", ":scheme: http", ":authority: a", ":path: /", field));
    }
}
