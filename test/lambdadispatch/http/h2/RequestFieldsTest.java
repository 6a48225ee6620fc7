// SPDX-License-Identifier: MIT
package lambdadispatch.http.h2;

import static lambdadispatch.support.WireFrame.CONTINUATION;
import static lambdadispatch.support.WireFrame.END_HEADERS;
import static lambdadispatch.support.WireFrame.END_STREAM;
import static lambdadispatch.support.WireFrame.HEADERS;
import static lambdadispatch.support.WireFrame.block;
import static lambdadispatch.support.WireFrame.data;
import static lambdadispatch.support.WireFrame.get;
import static lambdadispatch.support.WireFrame.headers;
import static lambdadispatch.support.WireFrame.post;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.message.Request;
import lambdadispatch.http.message.Vectors;
import lambdadispatch.http.server.Exchange;
import lambdadispatch.http.server.Limits;
import lambdadispatch.support.Bounds;
import lambdadispatch.support.ConnectionLog;
import lambdadispatch.support.Http2Peer;
import lambdadispatch.support.WireFrame;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Which field sections are requests (RFC 9113 §8.1 to §8.3, §10.3), and what a handler sees of them. A malformed one is a stream error
/// PROTOCOL_ERROR and never reaches a handler; the connection lives on.
@Timeout(120)
class RequestFieldsTest {
    @RegisterExtension
    final ConnectionLog log = new ConnectionLog();

    private static String[] request(String... more) {
        return join(new String[] {":method: GET", ":scheme: http", ":authority: example.com", ":path: /"}, more);
    }

    private static String[] join(String[] first, String[] more) {
        String[] all = Arrays.copyOf(first, first.length + more.length);
        System.arraycopy(more, 0, all, first.length, more.length);
        return all;
    }

    static Stream<List<String>> malformed() {
        return Stream.of(
                // §8.2.1 names
                request("X-Upper: a"), request("x-uppeR: a"), request("x y: a"), request("x\u0000: a"), request("x\r: a"),
                request("x\n: a"),
                request("x\u007f: a"), request("x\u00e4: a"), request(": a"), request("x(: a"), request("a\r\nx: b"),
                // §8.2.1 values
                request("x: a\u0000b"), request("x: a\nb"), request("x: a\rb"), request("x: a\r\nhost: evil"), request("x:  lead"),
                request("x: trail "),
                request("x: \ttab"), request("x: a\u007fb"), request("x: a\u0001b"),
                // §8.2.2 connection-specific fields
                request("connection: close"), request("proxy-connection: close"), request("keep-alive: 5"),
                request("transfer-encoding: chunked"),
                request("upgrade: h2c"), request("te: gzip"), request("te: trailers, gzip"),
                // §8.3 pseudo-header fields
                new String[] {":scheme: http", ":path: /"}, new String[] {":method: GET", ":path: /"},
                new String[] {":method: GET", ":scheme: http"},
                request(":method: GET"), request(":path: /b"), request(":scheme: http"), request(":authority: example.com"),
                request(":status: 200"),
                request(":protocol: websocket"), request(":unknown: a"), request("a: b", ":x: y"),
                new String[] {":method: GET", ":scheme: http", "accept: a", ":path: /"},
                // §8.3.1 their values
                new String[] {":method: GET", ":scheme: http", ":path: "}, new String[] {":method: GET", ":scheme: http", ":path: a"},
                new String[] {":method: GET", ":scheme: http", ":path: *"}, new String[] {":method: ", ":scheme: http", ":path: /"},
                new String[] {":method: G T", ":scheme: http", ":path: /"}, new String[] {":method: GET", ":scheme: ftp", ":path: /"},
                new String[] {":method: GET", ":scheme: http", ":path: http://example.com/"},
                new String[] {":method: GET", ":scheme: http://a/?", ":path: /"},
                new String[] {":method: GET", ":scheme: http", ":authority: user@example.com", ":path: /"},
                new String[] {":method: GET", ":scheme: http", ":authority: example.com/evil", ":path: /"},
                new String[] {":method: GET", ":scheme: http", ":authority: a b", ":path: /"},
                request("host: other.example"), request("host: example.com", "host: example.com"),
                // §10.3 what would break out of a request line of HTTP/1.1
                new String[] {":method: GET / HTTP/1.1\r\nx: y\r\n\r\nGET", ":scheme: http", ":path: /"},
                new String[] {":method: GET", ":scheme: http", ":path: / HTTP/1.1\r\nx: y"},
                new String[] {":method: GET", ":scheme: http", ":path: /a b"},
                new String[] {":method: GET", ":scheme: http", ":path: /\u00e4"},
                new String[] {":method: GET", ":scheme: http", ":path: /a#b"},
                new String[] {":method: GET", ":scheme: http", ":authority: a\r\nx: y", ":path: /"},
                // §8.1.1 content-length
                request("content-length: 5"), request("content-length: -1"), request("content-length: +1"), request("content-length: 1, 2"),
                request("content-length: 0x1"), request("content-length: 99999999999999999999"),
                request("content-length: 0", "content-length: 1"),
                // §8.5
                new String[] {":method: CONNECT", ":scheme: http", ":path: /", ":authority: example.com:1"},
                new String[] {":method: CONNECT"})
                .map(List::of);
    }

    @ParameterizedTest
    @MethodSource("malformed")
    void aMalformedRequestResetsItsStreamAndReachesNoHandler(List<String> fields) throws IOException {
        List<String> seen = new ArrayList<>();
        Http2Peer peer = Http2Served.start(log, exchange -> {
            synchronized (seen) {
                seen.add(exchange.request().target());
            }
            Http2Served.ECHO.handle(exchange);
        }).peer;
        String[] of = fields.toArray(String[]::new);
        byte[] block = block(of);
        peer.begin().send(headers(1, END_STREAM, of));
        assertThat(peer.awaitReset(1)).isEqualTo("PROTOCOL_ERROR");
        for (int split = 0, id = 3; split <= block.length; split += 7, id += 2) {
            peer.send(new WireFrame(HEADERS, END_STREAM, id, Arrays.copyOf(block, split)),
                    new WireFrame(CONTINUATION, END_HEADERS, id, Arrays.copyOfRange(block, split, block.length)));
            assertThat(peer.awaitReset(id)).as("split at " + split).isEqualTo("PROTOCOL_ERROR");
        }
        assertThat(peer.send(get(1001, "/last")).answer(1001).status()).isEqualTo(200);
        assertThat(seen).containsExactly("/last");
    }

    /// What the table of HTTP/1.1 says of a Host field by itself: its value, and whether it is accepted.
    static Stream<Arguments> hosts() {
        Pattern alone = Pattern.compile("GET / HTTP/1\\.1\r\nHost: (\\S(?:.*\\S)?)\r\n\r\n", Pattern.DOTALL);
        return Vectors.requests().stream().map(row -> {
            Matcher matcher = alone.matcher(new String(row.input(), StandardCharsets.ISO_8859_1));
            return matcher.matches() && !matcher.group(1).contains("\n")
                    ? Arguments.of(matcher.group(1), row.verdict().getFirst().startsWith("request: ")) : null;
        }).filter(Objects::nonNull);
    }

    @Test
    void authorityIsHeldToTheGrammarThatHostIsHeldToInHttp1() throws IOException {
        List<Arguments> hosts = hosts().toList();
        assertThat(hosts).hasSizeGreaterThan(30);
        Http2Peer peer = Http2Served.start(log,
                exchange -> exchange.answer(200, "text/plain", exchange.request().authority().getBytes(StandardCharsets.ISO_8859_1))).peer
                .begin();
        int id = 1;
        for (Arguments row : hosts) {
            String host = (String) row.get()[0];
            for (String field : new String[] {":authority: ", "host: "}) {
                Http2Peer.Answer answer =
                        peer.send(headers(id, END_STREAM, ":method: GET", ":scheme: http", ":path: /", field + host)).answer(id);
                assertThat(answer.reset().isEmpty() ? answer.text() : answer.reset()).as(field + host)
                        .isEqualTo((boolean) row.get()[1] ? host : "PROTOCOL_ERROR");
                id += 2;
            }
        }
    }

    /// What a handler sees of a request, one part a line.
    private static String seen(Exchange exchange) {
        Request request = exchange.request();
        StringBuilder text =
                new StringBuilder(request.method() + " " + request.scheme() + " " + request.authority() + " " + request.target());
        Headers headers = request.headers();
        for (int i = 0; i < headers.size(); i++) {
            text.append('|').append(new String(headers.array(), headers.nameStart(i), headers.nameLength(i), StandardCharsets.ISO_8859_1))
                    .append('=').append(headers.value(i));
        }
        return text.toString();
    }

    private String seenOf(Limits limits, String... fields) throws IOException {
        Http2Peer peer = Http2Served.start(log, limits,
                exchange -> exchange.answer(200, "text/plain", seen(exchange).getBytes(StandardCharsets.ISO_8859_1))).peer;
        return peer.begin().send(headers(1, END_STREAM, fields)).answer(1).text();
    }

    @Test
    void aHandlerSeesTheFieldsInOrderWithTheirOctetsAndDuplicates() throws IOException {
        assertThat(seenOf(Limits.DEFAULT, request("b: 2", "a: \u00fc", "b: 1", "te: trailers", "empty: ")))
                .isEqualTo("GET http example.com /|b=2|a=\u00fc|b=1|te=trailers|empty=");
    }

    @Test
    void cookieCrumbsAreJoinedInOrder() throws IOException {
        // §8.2.3
        assertThat(seenOf(Limits.DEFAULT, request("cookie: a=1", "x: y", "cookie: b=2", "cookie: c=3")))
                .isEqualTo("GET http example.com /|x=y|cookie=a=1; b=2; c=3");
    }

    @Test
    void hostTakesThePlaceOfAMissingAuthorityAndIsNotSeenTwice() throws IOException {
        assertThat(seenOf(Limits.DEFAULT, ":method: GET", ":scheme: https", ":path: /?q=%20", "host: example.com:8443"))
                .isEqualTo("GET https example.com:8443 /?q=%20");
        assertThat(seenOf(Limits.DEFAULT, request("host: EXAMPLE.com"))).isEqualTo("GET http example.com /");
    }

    @Test
    void optionsMayAskForTheServerItself() throws IOException {
        assertThat(seenOf(Limits.DEFAULT, ":method: OPTIONS", ":scheme: http", ":authority: a", ":path: *")).isEqualTo("OPTIONS http a *");
    }

    @Test
    void theSameContentLengthTwiceIsOne() throws IOException {
        Http2Peer peer = Http2Served.start(log, Http2Served.ECHO).peer.begin();
        peer.send(post(1, "/", "content-length: 2", "content-length: 2"), data(1, END_STREAM, "ab".getBytes(StandardCharsets.US_ASCII)));
        assertThat(peer.answer(1).text()).isEqualTo("ab");
    }

    @Test
    void connectIsNotSupportedAndSaysSo() throws IOException {
        Http2Peer peer = Http2Served.start(log, Http2Served.ECHO).peer.begin();
        assertThat(peer.send(headers(1, 0, ":method: CONNECT", ":authority: example.com:443")).answer(1).status()).isEqualTo(501);
    }

    @Test
    void tooManyFieldsAre431AndTheConnectionLivesOn() throws IOException {
        Http2Peer peer = Http2Served.start(log, new Bounds().headFields(10).limits(), Http2Served.ECHO).peer.begin();
        String[] ten = Stream.generate(() -> "a: b").limit(10).toArray(String[]::new);
        String[] eleven = Stream.generate(() -> "a: b").limit(11).toArray(String[]::new);
        assertThat(peer.send(headers(1, END_STREAM, request(ten))).answer(1).status()).isEqualTo(200);
        assertThat(peer.send(headers(3, END_STREAM, request(eleven))).answer(3).status()).isEqualTo(431);
        assertThat(peer.send(get(5, "/")).answer(5).status()).isEqualTo(200);
    }

    @Test
    void aListBeyondTheLimitIs431AlsoWhereItsBlockIsShort() throws IOException {
        Http2Peer peer = Http2Served.start(log, new Bounds().headBytes(4096).limits(), Http2Served.ECHO).peer.begin();
        // one field of 1000 octets that enters the table, then named again by one octet each
        byte[] start = block(request());
        byte[] bomb = Arrays.copyOf(start, start.length + 3 + 3 + 1000 + 100);
        byte[] literal = {0x40, 1, 'x', 127, (byte) (1000 - 127 & 127 | 128), (byte) (1000 - 127 >> 7)};
        System.arraycopy(literal, 0, bomb, start.length, literal.length);
        Arrays.fill(bomb, start.length + 6, start.length + 1006, (byte) 'v');
        Arrays.fill(bomb, start.length + 1006, bomb.length, (byte) (0x80 | 62));
        peer.send(new WireFrame(HEADERS, END_HEADERS | END_STREAM, 1, bomb));
        assertThat(peer.answer(1).status()).isEqualTo(431);
        byte[] named = Arrays.copyOf(start, start.length + 1);
        named[start.length] = (byte) (0x80 | 62); // the table is in step: the name is still there
        peer.send(new WireFrame(HEADERS, END_HEADERS | END_STREAM, 3, named));
        assertThat(peer.answer(3).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {":path: /", "content-length: 1", "host: a", "transfer-encoding: chunked", "X: y", "x: a\rb", "cookie: a=b",
            "authorization: b"})
    void trailersThatAreNoneResetTheStream(String field) throws IOException {
        Http2Peer peer = Http2Served.start(log, Http2Served.ECHO).peer.begin();
        peer.send(post(1, "/"), headers(1, END_STREAM, field));
        assertThat(peer.awaitReset(1)).isEqualTo("PROTOCOL_ERROR");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 4, 6})
    void aBodyThatIsNotAsLongAsItsContentLengthResetsTheStream(int octets) throws IOException {
        for (WireFrame end : new WireFrame[] {data(1, END_STREAM, new byte[0]), headers(1, END_STREAM, "a: b")}) {
            Http2Peer peer = Http2Served.start(log, Http2Served.ECHO).peer.begin();
            peer.send(post(1, "/", "content-length: 5"), data(1, 0, new byte[octets]), end);
            assertThat(peer.awaitReset(1)).isEqualTo("PROTOCOL_ERROR"); // §8.1.1
        }
    }
}
