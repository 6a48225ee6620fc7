// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import lambdadispatch.http.message.BodyReader;
import lambdadispatch.http.message.Framing;
import lambdadispatch.http.message.Headers;
import lambdadispatch.net.Input;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class CompressionTest {
    private static final String WITH_GZIP = "GET /a HTTP/1.1\r\nhost: h\r\naccept-encoding: gzip\r\n\r\n";

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "200 | 1000 | content-type: text/html; charset=utf-8 | true",
        "200 | -1 | content-type: application/json | true",
        "404 | 5000 | content-type: Application/Problem+JSON | true",
        "200 | 5000 | content-type: image/svg+xml | true",
        "200 | 500 | content-type: text/html | false",
        "200 | 0 | content-type: text/html | false",
        "200 | 5000 | content-type: application/vnd.api+json | true",
        "200 | 5000 | content-type: application/atom+xml; charset=utf-8 | true",
        "200 | 5000 | content-type: application/atom+xml ; charset=utf-8 | true",
        "200 | 5000 | content-type: application/octet-stream; a=+json | false",
        "200 | 5000 | content-type: application/javascript | true",
        "200 | 5000 | content-type: application/wasm | true",
        "200 | 5000 | content-type: text/html & Trailer: Signature | false",
        "200 | 859 | content-type: text/html | false",
        "200 | 860 | content-type: text/html | true",
        "200 | 5000 | content-type: image/png | false",
        "200 | 5000 | x-a: b | false",
        "206 | 5000 | content-type: text/html | false",
        "200 | -1 | content-type: text/event-stream | false",
        "200 | 5000 | content-type: text/html & content-encoding: br | false",
        "200 | 5000 | content-type: text/html & content-encoding: identity | false",
        "200 | 5000 | content-type: text/html & content-range: bytes 0-1/2 | false",
        "200 | 5000 | content-type: text/html & content-digest: sha-256=:x: | false",
        "200 | 5000 | content-type: text/html & Repr-Digest: sha-256=:x: | false",
        "200 | 5000 | content-type: text/html & Digest: sha-256=x | false",
        "200 | 5000 | content-type: text/html & Content-MD5: x | false",
        "200 | 5000 | content-type: text/html & Signature-Input: a=(\"content-length\") | false",
        "200 | -1 | content-type: text/html & Trailer: X-A, Digest | false",
        "200 | -1 | content-type: text/html & Trailer: X-A | true",
        "200 | 5000 | content-type: text/html & cache-control: private, no-transform | false"})
    void onlyWhatGainsIsCompressed(int status, long length, String fields, boolean worthwhile) {
        assertThat(Compression.worthwhile(status, headers(fields), length)).isEqualTo(worthwhile);
    }

    private static Headers headers(String lines) {
        Headers headers = new Headers();
        Stream.of(lines.split(" & ")).map(line -> line.split(": ")).forEach(field -> headers.add(field[0], field[1]));
        return headers;
    }

    @Test
    void headSaysWhatWasDone() {
        Headers headers = headers("content-length: 5000 & etag: \"v1\" & vary: cookie & Accept-Ranges: bytes");
        Compression.rewrite(headers);
        assertThat(headers.get("content-length")).isNull();
        assertThat(headers.get("accept-ranges")).isNull();
        assertThat(headers.get("content-encoding")).isEqualTo("gzip");
        assertThat(headers.get("etag")).isEqualTo("W/\"v1\"");
        assertThat(headers.toString()).contains("vary: cookie", "vary: accept-encoding");
    }

    @ParameterizedTest
    @ValueSource(strings = {"vary: *", "vary: cookie, Accept-Encoding"})
    void varyIsNotRepeated(String vary) {
        Headers headers = headers(vary + " & etag: W/\"v1\"");
        Compression.rewrite(headers);
        assertThat(headers.toString().split("(?i)vary", -1)).hasSize(2);
        assertThat(headers.get("etag")).isEqualTo("W/\"v1\"");
    }

    private static String gunzipped(byte[] message) throws IOException {
        int[] at = {0};
        Input in = new Input((into, offset, length) -> {
            int count = Math.min(length, message.length - at[0]);
            System.arraycopy(message, at[0], into, offset, count);
            at[0] += count;
            return count == 0 ? -1 : count;
        }, 64, 1 << 20);
        in.require(message.length);
        int head = new String(message, StandardCharsets.ISO_8859_1).indexOf("\r\n\r\n") + 4;
        in.skip(head);
        BodyReader body = new BodyReader(in, Framing.CHUNKED, 502);
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        byte[] buffer = new byte[8192];
        for (int count; body.available() > 0 && (count = body.read(buffer, 0, buffer.length)) > 0; ) {
            content.write(buffer, 0, count);
        }
        // what is not there yet is not asked for: only what a client could read now
        GZIPInputStream gzip = new GZIPInputStream(new ByteArrayInputStream(content.toByteArray()));
        ByteArrayOutputStream plain = new ByteArrayOutputStream();
        try {
            gzip.transferTo(plain);
        } catch (java.io.EOFException unfinished) {
            assertThat(body.ended()).isFalse();
        }
        return plain.toString(StandardCharsets.ISO_8859_1);
    }

    @Test
    void compressedBodyIsTheSameBody() throws Exception {
        String text = "All work and no play. ".repeat(10_000);
        try (RelayBed bed = RelayBed.compressing()) {
            bed.request(WITH_GZIP);
            try (RelayBed.AppSide app = bed.app()) {
                app.readHead();
                app.send("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " + text.length() + "\r\n\r\n" + text);
                String sent = bed.up.awaitEnd("0\r\n\r\n");
                assertThat(sent).contains("content-encoding: gzip", "transfer-encoding: chunked").doesNotContain("Content-Length");
                assertThat(sent.length()).isLessThan(text.length() / 10);
                assertThat(gunzipped(bed.up.bytes())).isEqualTo(text);
            }
        }
    }

    @Test
    void whatTheAppHasWrittenCanBeReadBeforeItGoesOn() throws Exception {
        try (RelayBed bed = RelayBed.compressing()) {
            bed.request(WITH_GZIP);
            try (RelayBed.AppSide app = bed.app()) {
                app.readHead();
                app.send("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n");
                bed.up.await(text -> readable(bed.up.bytes()).equals("first"));
                app.send("6\r\nsecond\r\n0\r\nX-Sum: 1\r\n\r\n");
                bed.up.awaitEnd("0\r\nX-Sum: 1\r\n\r\n");
                assertThat(gunzipped(bed.up.bytes())).isEqualTo("firstsecond");
            }
        }
    }

    @Test
    void trailersThatAreNotTrueOfTheCompressedBodyStayHere() throws Exception {
        try (RelayBed bed = RelayBed.compressing()) {
            bed.request(WITH_GZIP);
            try (RelayBed.AppSide app = bed.app()) {
                app.readHead();
                app.send("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n"
                        + "0\r\nDigest: sha-256=x\r\nX-Sum: 1\r\nContent-Digest: sha-256=:x:\r\ncontent-md5: x\r\nRepr-Digest: a=:x:\r\n\r\n");
                assertThat(bed.up.awaitEnd("\r\n0\r\nX-Sum: 1\r\n\r\n")).contains("content-encoding: gzip");
            }
        }
    }

    @Test
    void encoderOfAResponseThatBreaksOffGivesItsMemoryBack() throws Exception {
        try (RelayBed bed = RelayBed.compressing()) {
            bed.request(WITH_GZIP);
            RelayBed.AppSide app = bed.app();
            app.readHead();
            app.send("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n");
            bed.up.await(text -> readable(bed.up.bytes()).equals("first"));
            assertThat(bed.sink().encoding()).isTrue();
            app.close();
            assertThat(bed.failure()).isInstanceOf(AppFailure.class);
            assertThat(bed.sink().encoding()).isFalse();
        }
    }

    private static String readable(byte[] message) {
        try {
            return gunzipped(message);
        } catch (IOException notYet) {
            return "";
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET /a HTTP/1.1\r\nhost: h\r\n\r\n", "GET /a HTTP/1.1\r\nhost: h\r\naccept-encoding: br\r\n\r\n",
            "HEAD /a HTTP/1.1\r\nhost: h\r\naccept-encoding: gzip\r\n\r\n",
        "GET /a HTTP/1.1\r\nhost: h\r\naccept-encoding: gzip\r\nCache-Control: max-age=0, No-Transform\r\n\r\n"})
    void clientThatDoesNotTakeGzipGetsTheBodyAsItIs(String request) throws Exception {
        String body = request.startsWith("HEAD") ? "" : "y".repeat(2_000);
        String head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nETag: \"a\"\r\nContent-Length: 2000\r\n\r\n";
        try (RelayBed bed = RelayBed.compressing()) {
            bed.request(request);
            try (RelayBed.AppSide app = bed.app()) {
                app.readHead();
                app.send(head + body);
                bed.up.await(text -> text.equals(head + body));
            }
        }
    }

    @Test
    void nothingIsCompressedWhereThatIsNotConfigured() throws Exception {
        try (RelayBed bed = new RelayBed()) {
            bed.request(WITH_GZIP);
            try (RelayBed.AppSide app = bed.app()) {
                app.readHead();
                app.send("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2000\r\n\r\n" + "y".repeat(2_000));
                assertThat(bed.up.awaitEnd("y".repeat(2_000))).doesNotContain("gzip");
            }
        }
    }
}
