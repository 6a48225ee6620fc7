// SPDX-License-Identifier: MIT
package lambdadispatch.http.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import lambdadispatch.net.Input;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What the parsers promise to those who call them, beyond the verdicts of the tables: where they stop, what they keep, what they throw.
class ParserTest {
    private static Input input(String text, int capacity) {
        ByteArrayInputStream octets = new ByteArrayInputStream(text.getBytes(StandardCharsets.ISO_8859_1));
        return new Input(octets::read, 16, capacity);
    }

    private static byte[] octets(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static int status(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        int[] status = {0};
        assertThatThrownBy(call).isInstanceOfSatisfying(BadMessage.class, e -> status[0] = e.status());
        return status[0];
    }

    // --- HeadParser ---

    @Test
    void theInputIsLeftAtTheFirstOctetBehindTheHead() throws IOException {
        Input in = input("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: b\r\nX: y\r\n\r\nrest", 256);
        HeadParser parser = new HeadParser(256, 8);
        RequestHead head = new RequestHead();
        assertThat(parser.parseRequest(in, head)).isTrue();
        assertThat(head.target() + head.authority() + head.headers().size()).isEqualTo("/1a1");
        assertThat(parser.parseRequest(in, head)).isTrue();
        assertThat(head.target() + head.authority() + head.headers().size()).as("nothing of the first head is left").isEqualTo("/2b2");
        assertThat(in.require(4)).isTrue();
        assertThat(new String(in.array(), in.position(), 4, StandardCharsets.US_ASCII)).isEqualTo("rest");
    }

    @Test
    void anEndBeforeTheFirstOctetIsNoFaultAndOneInsideIs() throws IOException {
        assertThat(new HeadParser(256, 8).parseRequest(input("", 256), new RequestHead())).isFalse();
        assertThat(new HeadParser(256, 8).parseResponse(input("", 256), new ResponseHead())).isFalse();
        assertThatThrownBy(() -> new HeadParser(256, 8).parseRequest(input("G", 256), new RequestHead())).isInstanceOf(EOFException.class);
        assertThatThrownBy(() -> new HeadParser(256, 8).parseRequest(input("GET / HTTP/1.1\r\n", 256), new RequestHead()))
                .isInstanceOf(EOFException.class);
        assertThatThrownBy(() -> new HeadParser(256, 8).parseResponse(input("HTTP/1.1 200 OK\r\nA: b\r\n", 256), new ResponseHead()))
                .isInstanceOf(EOFException.class);
    }

    @Test
    void theLimitsOfAHeadAreExact() throws IOException {
        String head = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
        int limit = head.length();
        assertThat(new HeadParser(limit, 1).parseRequest(input(head, limit), new RequestHead())).isTrue();
        assertThat(status(() -> new HeadParser(limit - 1, 1).parseRequest(input(head, limit - 1), new RequestHead()))).isEqualTo(431);
        assertThat(status(() -> new HeadParser(limit, 0).parseRequest(input(head, limit), new RequestHead()))).isEqualTo(431);
        assertThat(status(() -> new HeadParser(15, 1).parseRequest(input(head, 15), new RequestHead()))).isEqualTo(414);
    }

    @Test
    void usualMethodsAreTheSameStringEachTime() throws IOException {
        for (String method : new String[] {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}) {
            RequestHead head = new RequestHead();
            new HeadParser(256, 8).parseRequest(input(method + " / HTTP/1.1\r\nHost: a\r\n\r\n", 256), head);
            assertThat(head.method()).isSameAs(method);
            new HeadParser(256, 8).parseRequest(input("\r\n" + method + " / HTTP/1.1\r\nHost: a\r\n\r\n", 256), head);
            assertThat(head.method()).as("behind an empty line").isSameAs(method);
        }
    }

    @ParameterizedTest
    @CsvSource({"HTTP/1.1, 100-continue, true", "HTTP/1.1, 100-Continue, true", "HTTP/1.0, 100-continue, false", "HTTP/1.1, -, false"})
    void anExpectationIsOneOfHttp11Alone(String version, String expectation, boolean expects) throws IOException { // RFC 9110 §10.1.1
        String field = expectation.equals("-") ? "" : "Expect: " + expectation + "\r\n";
        RequestHead head = new RequestHead();
        for (String fields : new String[] {field + "Host: a\r\n", "Host: a\r\n" + field}) {
            new HeadParser(256, 8).parseRequest(input("POST / " + version + "\r\n" + fields + "\r\n", 256), head);
            assertThat(head.expectContinue()).isEqualTo(expects);
        }
    }

    @Test
    void anUnknownExpectationIsRefusedWhereverItStands() {
        for (String fields : new String[] {"Expect: x\r\nHost: a\r\n", "Host: a\r\nExpect: x\r\n"}) {
            assertThat(status(() -> new HeadParser(256, 8).parseRequest(input("GET / HTTP/1.1\r\n" + fields + "\r\n", 256),
                    new RequestHead()))).isEqualTo(417);
        }
    }

    @Test
    void aStatusLineWithoutItsReasonIsReadWhereverItLies() throws IOException {
        for (String before : new String[] {"", "\r\n", "\r\n\r\n"}) {
            ResponseHead head = new ResponseHead();
            assertThat(new HeadParser(256, 8).parseResponse(input(before + "HTTP/1.1 204\r\n\r\n", 256), head)).isTrue();
            assertThat(head.status()).isEqualTo(204);
            assertThat(status(() -> new HeadParser(256, 8).parseResponse(input(before + "HTTP/1.1 20\r\n\r\n", 256), head))).isEqualTo(502);
        }
    }

    @Test
    void whatAResponseBreaksIs502() {
        for (String response : new String[] {"X\r\n\r\n", "HTTP/1.1 200 OK\r\nA : b\r\n\r\n", "HTTP/1.1 200 OK\r\n\n",
                "\r\n\r\n\r\n\r\n\r\n", "HTTP/1.1 200 " + "x".repeat(300)}) {
            assertThat(status(() -> new HeadParser(256, 8).parseResponse(input(response, 256), new ResponseHead()))).isEqualTo(502);
        }
    }

    @Test
    void connectionOptionsBeyond32AreRefusedInResponsesToo() throws IOException {
        String head = "HTTP/1.1 200 OK\r\nConnection: ";
        assertThat(new HeadParser(256, 8).parseResponse(input(head + "x,".repeat(31) + "x\r\n\r\n", 256), new ResponseHead())).isTrue();
        assertThat(status(() -> new HeadParser(256, 8).parseResponse(input(head + "x,".repeat(32) + "x\r\n\r\n", 256), new ResponseHead())))
                .isEqualTo(502);
    }

    // --- Framing ---

    @ParameterizedTest
    @CsvSource(nullValues = "-", value = {
            "-, -, 200, false, UNTIL_CLOSE", "5, -, 200, false, LENGTH", "0, -, 200, false, NONE", "-, chunked, 200, false, CHUNKED",
            "5, -, 200, true, NONE", "-, chunked, 200, true, NONE",
            "-, -, 200, true, NONE", "5, -, 204, false, NONE", "5, -, 304, false, NONE", "-, -, 304, false, NONE", "-, -, 100, false, NONE",
            "5, -, 103, false, NONE", "-, -, 404, false, UNTIL_CLOSE"})
    // RFC 9112 §6.3
    void theEndOfAResponseIsFoundInTheOrderOfTheRfc(String length, String coding, int status, boolean head, Framing expected)
            throws BadMessage {
        Headers headers = new Headers();
        if (length != null) {
            headers.add("content-length", length);
        }
        if (coding != null) {
            headers.add("Transfer-Encoding", coding);
        }
        ResponseHead response = response(headers, status).frame(head);
        assertThat(response.framing()).isEqualTo(expected);
        assertThat(response.contentLength())
                .isEqualTo(expected == Framing.LENGTH ? Long.parseLong(length) : expected == Framing.NONE ? 0 : -1);
    }

    private static ResponseHead response(Headers headers, int status) {
        ResponseHead response = new ResponseHead();
        response.version = 11;
        response.status = status;
        response.headers.addAll(headers);
        return response;
    }

    @Test
    void framingFaultsAre400InARequestAnd502InAResponse() {
        for (Headers headers : new Headers[] {Headers.of("content-length", "x"), Headers.of("content-length", "1", "content-length", "2"),
                Headers.of("transfer-encoding", "gzip"), Headers.of("transfer-encoding", "chunked", "content-length", "1")}) {
            assertThat(status(() -> Framing.ofRequest(headers, 11, Framing.contentLength(headers)))).isEqualTo(400);
            assertThat(status(() -> response(headers, 200).frame(false))).isEqualTo(502);
            assertThat(status(() -> response(headers, 200).frame(true))).isEqualTo(502);
        }
    }

    // --- ChunkedDecoder ---

    @Test
    void framingStopsAtTheFirstOctetOfDataAndAtTheEnd() throws BadMessage {
        byte[] body = octets("5;x\r\nhello\r\n0\r\nA: b\r\n\r\nNEXT");
        ChunkedDecoder decoder = new ChunkedDecoder(100, 4, 400);
        int at = decoder.framing(body, 0, body.length);
        assertThat(at).isEqualTo(5);
        assertThat(decoder.remaining()).isEqualTo(5);
        decoder.took(2);
        assertThat(decoder.remaining()).isEqualTo(3);
        assertThat(decoder.framing(body, 7, body.length)).as("data is not framing").isEqualTo(7);
        decoder.took(3);
        assertThat(decoder.remaining()).isZero();
        assertThat(decoder.framing(body, 10, body.length)).isEqualTo(body.length - 4);
        assertThat(decoder.done()).isTrue();
        assertThat(decoder.trailers().toString()).isEqualTo("A: b\n");
        assertThat(decoder.framing(body, body.length - 4, body.length)).as("nothing more is taken").isEqualTo(body.length - 4);
    }

    @Test
    void trailersAreBoundedInLengthAndNumber() {
        assertThat(status(() -> new ChunkedDecoder(8, 4, 400).framing(octets("0\r\nA: bcdefgh"), 0, 14))).isEqualTo(431);
        assertThat(status(() -> new ChunkedDecoder(100, 1, 400).framing(octets("0\r\nA: b\r\nA: b\r\n"), 0, 15))).isEqualTo(431);
        assertThat(status(() -> new ChunkedDecoder(100, 1, 502).framing(octets("0\r\nA: b\r\nA: b\r\n"), 0, 15))).isEqualTo(502);
    }

    // --- BodyReader ---

    @Test
    void aBodyWithALengthCountsDown() throws IOException {
        Input in = input("hello world", 16);
        BodyReader body = new BodyReader(in, 5, 400);
        byte[] buffer = new byte[8];
        assertThat(body.ended()).isFalse();
        assertThat(body.read(buffer, 1, 3)).isEqualTo(3);
        assertThat(body.remaining()).isEqualTo(2);
        assertThat(body.available()).isEqualTo(2);
        assertThat(body.read(buffer, 0, 8)).isEqualTo(2);
        assertThat(body.ended()).isTrue();
        assertThat(body.read(buffer, 0, 8)).isEqualTo(-1);
        assertThat(in.available()).isEqualTo(6);
        assertThat(body.trailers().isEmpty()).isTrue();
    }

    @Test
    void anEmptyBodyHasEndedBeforeItIsRead() throws IOException {
        assertThat(new BodyReader(input("next", 16), 0, 400).ended()).isTrue();
        assertThat(new BodyReader(input("next", 16), 0, 400).read(new byte[1], 0, 1)).isEqualTo(-1);
        assertThat(new BodyReader(input("next", 16), 0, 400).readRaw(new byte[1], 0, 1)).isEqualTo(-1);
        assertThat(new BodyReader(input("next", 16), 0, 400).ready()).isEqualTo(-1);
    }

    @Test
    void aBodyUntilCloseEndsWithTheInput() throws IOException {
        BodyReader body = new BodyReader(input("hello", 16), Framing.UNTIL_CLOSE, 502);
        assertThat(body.ready()).isEqualTo(5);
        body.take(5);
        assertThat(body.ended()).isFalse();
        assertThat(body.ready()).isEqualTo(-1);
        assertThat(body.ended()).isTrue();
    }

    @Test
    void theEndOfAChunkedBodyIsSeenWithTheLastOctetOfData() throws IOException { // so that an exchange can end without another read
        BodyReader body = new BodyReader(input("2\r\nhi\r\n0\r\n\r\nnext", 64), Framing.CHUNKED, 400);
        assertThat(body.available()).isZero();
        assertThat(body.read(new byte[8], 0, 8)).isEqualTo(2);
        assertThat(body.ended()).isTrue();
    }

    @Test
    void rawOctetsFitIntoAnyBuffer() throws IOException {
        String wire = "5;ext\r\nhello\r\n3\r\nabc\r\n0\r\nA: b\r\n\r\n";
        for (int size = 1; size <= wire.length() + 1; size++) {
            Input in = input(wire + "next", 64);
            BodyReader body = new BodyReader(in, Framing.CHUNKED, 400);
            StringBuilder raw = new StringBuilder();
            byte[] buffer = new byte[size];
            for (int count = body.readRaw(buffer, 0, size); count >= 0; count = body.readRaw(buffer, 0, size)) {
                raw.append(new String(buffer, 0, count, StandardCharsets.US_ASCII));
            }
            assertThat(raw.toString()).isEqualTo(wire);
            assertThat(body.trailers().toString()).isEqualTo("A: b\n");
        }
    }

    @Test
    void aBodyThatEndsTooEarlyIsTold() {
        for (Framing framing : new Framing[] {Framing.LENGTH, Framing.CHUNKED}) {
            assertThatThrownBy(() -> {
                BodyReader body = framing == Framing.LENGTH ? new BodyReader(input("hello", 16), 6, 400)
                        : new BodyReader(input("6\r\nhello", 16), framing, 400);
                while (body.read(new byte[8], 0, 8) >= 0) {
                    continue;
                }
            }).isInstanceOf(EOFException.class);
        }
    }
}
