// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import lambdadispatch.http.message.BadMessage;
import lambdadispatch.http.message.Framing;
import lambdadispatch.net.Input;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestScanTest {
    /// An input that hands the text out in two reads, split there.
    private static Input input(String text, int split) {
        byte[] octets = text.getBytes(StandardCharsets.ISO_8859_1);
        int[] at = {0};
        return new Input((into, offset, length) -> {
            if (at[0] == octets.length) {
                return -1;
            }
            int count = Math.min(length, (at[0] < split ? Math.min(split, octets.length) : octets.length) - at[0]);
            System.arraycopy(octets, at[0], into, offset, count);
            at[0] += count;
            return count;
        }, 64, 256 << 10);
    }

    private static RequestScan scan(String head) throws IOException {
        RequestScan scan = new RequestScan();
        assertThat(scan.next(input(head, head.length()))).isTrue();
        return scan;
    }

    @Test
    void headIsFoundAtEverySplitAndLeftUnread() throws IOException {
        String head = "POST /a HTTP/1.1\r\nhost: h\r\ncontent-length: 12\r\naccept-encoding: br, gzip\r\n\r\n";
        for (int split = 0; split < head.length(); split++) {
            Input in = input(head + "body", split);
            RequestScan scan = new RequestScan();
            assertThat(scan.next(in)).isTrue();
            assertThat(scan.headLength()).isEqualTo(head.length());
            assertThat(scan.framing()).isEqualTo(Framing.LENGTH);
            assertThat(scan.contentLength()).isEqualTo(12);
            assertThat(scan.acceptsGzip()).isTrue();
            assertThat(scan.idempotent()).isFalse();
            byte[] read = new byte[head.length()];
            assertThat(in.read(read, 0, read.length)).isPositive();
            assertThat((char) read[0]).isEqualTo('P');
        }
    }

    @ParameterizedTest
    @CsvSource({"GET,true,false", "HEAD,true,true", "OPTIONS,true,false", "TRACE,true,false", "POST,false,false", "PUT,false,false",
            "GETX,false,false", "get,false,false"})
    void methodsThatMayBeSentTwiceAreKnown(String method, boolean idempotent, boolean head) throws IOException {
        RequestScan scan = scan(method + " / HTTP/1.1\r\n\r\n");
        assertThat(scan.idempotent()).isEqualTo(idempotent);
        assertThat(scan.head()).isEqualTo(head);
    }

    @ParameterizedTest
    @CsvSource({"x-a: 1,0", "content-length: 5,5", "Content-LENGTH:7,7", "content-length: 999999999999999999,999999999999999999",
            "content-lengthy: 5,0",
        "transfer-encoding: chunked,-1", "Transfer-Encoding: chunked,-1", "accept: gzip,0", "transfer-encoding:,-1", "transfer-encodin: x,0",
        "te: trailers,0", "t:,0", "c:,0", "content-length:,0"})
    void framingIsReadFromTheFields(String field, long length) throws IOException {
        RequestScan scan = scan("GET / HTTP/1.1\r\n" + field + "\r\n\r\n");
        assertThat(scan.contentLength()).isEqualTo(length);
        assertThat(scan.framing()).isEqualTo(length < 0 ? Framing.CHUNKED : length == 0 ? Framing.NONE : Framing.LENGTH);
    }

    @Test
    void oneRequestsFieldsAreForgottenAtTheNext() throws IOException {
        Input in = input("POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\naccept-encoding: gzip\r\n\r\nGET / HTTP/1.1\r\n\r\n", 1_000);
        RequestScan scan = new RequestScan();
        assertThat(scan.next(in)).isTrue();
        in.skip(scan.headLength());
        assertThat(scan.next(in)).isTrue();
        assertThat(scan.framing()).isEqualTo(Framing.NONE);
        assertThat(scan.contentLength()).isZero();
        assertThat(scan.acceptsGzip()).isFalse();
        assertThat(scan.idempotent()).isTrue();
    }

    @Test
    void endOfTheInputIsCleanOnlyBetweenRequests() throws IOException {
        assertThat(new RequestScan().next(input("", 0))).isFalse();
        assertThatThrownBy(() -> new RequestScan().next(input("GET / HTTP/1.1\r\nhost", 3))).isInstanceOf(EOFException.class);
    }

    @ParameterizedTest
    @CsvSource({"'GET / HTTP/1.1\n\n'", "'GET / HTTP/1.1\r\ncontent-length: 1x\r\n\r\n'",
            "'GET / HTTP/1.1\r\ncontent-length: 1234567890123456789\r\n\r\n'"})
    void whatNoRouterWritesIsRefused(String head) {
        assertThatThrownBy(() -> scan(head)).isInstanceOf(BadMessage.class);
    }

    @Test
    void headIsAsLongAsTheInputHasRoomFor() throws IOException {
        byte[] head = ("GET / HTTP/1.1\r\nx: " + "y".repeat(500_000) + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1);
        ByteArrayInputStream octets = new ByteArrayInputStream(head);
        RequestScan scan = new RequestScan();
        assertThat(scan.next(new Input(octets::read, 4096, 600_000))).isTrue();
        assertThat(scan.headLength()).isEqualTo(head.length);
    }

    @Test
    void headWithoutEndIsNotGatheredForEver() {
        assertThatThrownBy(() -> scan("GET / HTTP/1.1\r\nx: " + "y".repeat(300 << 10))).isInstanceOf(BadMessage.class)
                .hasMessageContaining("longer than");
    }

    @Test
    void anEmptyLineIsNoRequest() throws IOException {
        RequestScan scan = new RequestScan();
        assertThat(scan.next(input("HEAD / HTTP/1.1\r\n\r\n", 0))).isTrue();
        assertThatThrownBy(() -> scan.next(input("\r\nGET / HTTP/1.1\r\n\r\n", 0))).isInstanceOf(BadMessage.class);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "accept-encoding: gzip | true", "Accept-Encoding:gzip | true", "ACCEPT-ENCODING: GZIP | true", "accept-encodings: gzip | false",
        "accept-encoding: br & accept-encoding: gzip | true", "accept-encoding: gzip & cache-control: no-transform | false",
        "cache-control: max-age=0, No-Transform & accept-encoding: gzip | false", "accept-encoding: gzip & cache-control:no-transform | false",
        "accept-encoding: gzip & cache-control: no-transform & cache-control: max-age=0 | false",
        "accept-encoding: gzip & CACHE-CONTROL: NO-TRANSFORM | false", "accept-encoding: gzip & cache-control: no-transforms | true", "accept-encoding: gzip & cache-controls: no-transform | true",
        "x-accept-encoding: gzip | false", "accept: gzip | false"})
    void clientsSayWhetherTheyTakeGzip(String fields, boolean accepted) throws IOException {
        RequestScan scan = scan("GET / HTTP/1.1\r\n" + fields.replace(" & ", "\r\n") + "\r\n\r\n");
        assertThat(scan.acceptsGzip()).isEqualTo(accepted);
    }

    @ParameterizedTest
    @CsvSource({"OPTION, false", "OPTIONS, true", "TRACES, false", "HEADS, false", "PATCH, false", "DELETE, false", "head, false",
            "GE, false"})
    void methodsAreComparedToTheLastLetter(String method, boolean idempotent) throws IOException {
        assertThat(scan(method + " /abcdefgh HTTP/1.1\r\n\r\n").idempotent()).isEqualTo(idempotent);
    }

    @ParameterizedTest
    @CsvSource({"'content-length:', 0", "'content-length:   42', 42", "'content-length: 0', 0", "'content-length: 00000000000000007', 7",
            "'content-length:9', 9"})
    void lengthsMayHaveBlanksBefore(String field, long length) throws IOException {
        assertThat(scan("POST / HTTP/1.1\r\n" + field + "\r\n\r\n").contentLength()).isEqualTo(length);
    }

    @ParameterizedTest
    @CsvSource({"'content-length: 4 2'", "'content-length: 42 '", "'content-length: -1'", "'content-length: /'", "'content-length: :'",
            "'content-length: 0000000000000000007'"})
    void otherLengthsAreRefused(String field) {
        assertThatThrownBy(() -> scan("POST / HTTP/1.1\r\n" + field + "\r\n\r\n")).isInstanceOf(BadMessage.class);
    }

    @ParameterizedTest
    @CsvSource({"'\n'", "'GET / HTTP/1.1\r\n\n'", "'GET / HTTP/1.1\nhost: h\r\n\r\n'", "'GET / HTTP/1.1\r\nhost: h\n\r\n'"})
    void linesEndWithBothCharacters(String head) {
        assertThatThrownBy(() -> scan(head)).isInstanceOf(BadMessage.class).hasMessageContaining("CRLF");
    }

    @Test
    void aHeadMayFillTheInputToTheLastOctet() throws IOException {
        String head = "GET / HTTP/1.1\r\nx: " + "y".repeat(77) + "\r\n\r\n";
        byte[] octets = head.getBytes(StandardCharsets.ISO_8859_1);
        RequestScan scan = new RequestScan();
        assertThat(scan.next(new Input(new ByteArrayInputStream(octets)::read, 16, octets.length))).isTrue();
        assertThat(scan.headLength()).isEqualTo(octets.length);
        assertThatThrownBy(() -> new RequestScan().next(new Input(new ByteArrayInputStream(octets)::read, 16, octets.length - 1)))
                .isInstanceOf(BadMessage.class).hasMessage("head longer than " + (octets.length - 1) + " bytes");
    }

    @Test
    void whatOneRequestForbidsTheNextMayAllow() throws IOException {
        String first = "GET / HTTP/1.1\r\ncache-control: no-transform\r\n\r\n";
        Input in = input(first + "GET / HTTP/1.1\r\naccept-encoding: gzip\r\n\r\n", 1_000);
        RequestScan scan = new RequestScan();
        assertThat(scan.next(in)).isTrue();
        assertThat(scan.acceptsGzip()).isFalse();
        in.skip(scan.headLength());
        assertThat(scan.next(in)).isTrue();
        assertThat(scan.acceptsGzip()).isTrue();
    }
}
