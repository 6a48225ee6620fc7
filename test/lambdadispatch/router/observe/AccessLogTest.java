// SPDX-License-Identifier: MIT
package lambdadispatch.router.observe;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import lambdadispatch.base.Bytes;
import lambdadispatch.base.json.Json;
import lambdadispatch.base.log.LogLine;
import lambdadispatch.base.metrics.Registry;
import lambdadispatch.http.message.BadMessage;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.message.Request;
import lambdadispatch.protocol.Party;
import org.junit.jupiter.api.Test;

class AccessLogTest {
    private static final String PREFIX = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z INFO  access ";

    private static RequestRecord record(String target, String... fields) {
        return new RequestRecord(new Request("GET", target, "http", "h", Headers.of(fields), 0, 11), "203.0.113.9");
    }

    private static String line(RequestRecord record) {
        return line(record, LogLine.Format.TEXT);
    }

    private static String line(RequestRecord record, LogLine.Format format) {
        Bytes line = new Bytes();
        AccessLog.line(record, 1_234_567, format, line);
        return new String(line.toArray(), StandardCharsets.UTF_8);
    }

    @Test
    void lineHasWhatAnOperatorAsksFor() {
        RequestRecord record = record("/a");
        record.requestId("0123456789abcdef");
        record.granted(2_003_999, "a1b2c3");
        record.responded(200);
        record.sent(4);
        record.sent(5);
        assertThat(line(record)).matches(PREFIX
                + "method=GET path=/a status=200 bytes=9 ms=1\\.234 waitMs=2\\.003 firstMs=\\d+\\.\\d{3} client=203\\.0\\.113\\.9 instance=a1b2c3 id=0123456789abcdef\n");
    }

    @Test
    void asJsonItIsOneObjectWhateverAClientSends() throws Exception {
        RequestRecord record = record("/a\"\u001b\r\n\u202e\\");
        record.granted(0, "a1b2c3");
        record.failed(502, "it broke \"off\"", Party.APP);
        String line = line(record, LogLine.Format.JSON);
        assertThat(line).endsWith("}\n").containsOnlyOnce("\n");
        Json.JsonObject object = (Json.JsonObject) Json.parse(line.strip());
        assertThat(object.text("path")).hasValue("/a\"\u001b\r\n\u202e\\");
        assertThat(object.text("topic")).hasValue("access");
        assertThat(object.number("status")).hasValue(502);
        assertThat(object.text("fault")).hasValue("it broke \"off\"");
        assertThat(object.text("by")).hasValue("app");
        assertThat(object.get("id")).hasValue(Json.JsonNull.NULL);
        assertThat(object.get("ms").orElseThrow().write()).isEqualTo("1.234");
    }

    @Test
    void aLineIsNeverLongerThan8KiBWhateverAClientSends() {
        for (String piece : new String[] {"x", "\u0085", "\\", "\u00fc", "\u202e", "\r\n"}) {
            Request request = new Request(piece.repeat(40_000), "/" + piece.repeat(40_000), "http", "h", new Headers(), 0, 11);
            RequestRecord record = new RequestRecord(request, "203.0.113.9");
            record.requestId(piece.repeat(40_000));
            record.granted(0, "a1b2c3");
            record.failed(502, piece.repeat(40_000), Party.APP);
            for (LogLine.Format format : LogLine.Format.values()) {
                byte[] line = line(record, format).getBytes(StandardCharsets.UTF_8);
                assertThat(line).as(piece + format).hasSizeLessThan(8192);
                assertThat(new String(line, StandardCharsets.UTF_8)).containsOnlyOnce("\n").doesNotContain("\r", "\u0085", "\u202e");
            }
        }
    }

    @Test
    void timeToTheFirstOctetIsToldApart() {
        RequestRecord record = record("/a");
        assertThat(line(record)).contains(" firstMs=0.000 ");
        record.responded(200);
        assertThat(record.firstNanos).isPositive();
    }

    @Test
    void retriesAndFaultsAreTold() {
        RequestRecord record = record("/a");
        record.granted(0, "a1b2c3");
        record.retried();
        record.failed(502, "the execution environment was lost", Party.ENVIRONMENT);
        assertThat(line(record)).endsWith(" id=- tries=2 fault=\"the execution environment was lost\" by=environment\n");
    }

    @Test
    void secretsInQueryAndFieldsAreNotWritten() {
        RequestRecord record = record("/login?token=topsecret", "authorization", "Bearer topsecret", "cookie", "s=topsecret");
        assertThat(line(record)).contains("path=/login ").doesNotContain("topsecret");
    }

    @Test
    void nobodyCanForgeALineOrPlayWithATerminal() {
        RequestRecord record = record("/a\"\u001b[2J\r\n2026-01-01T00:00:00.000Z INFO  access forged=1");
        record.requestId("x\ny status=200 \u202e");
        assertThat(line(record)).containsOnlyOnce("\n").doesNotContain("\u001b", "\r", "\u202e").contains("\\n", "\\u001b", "\\u202e",
                "\\\"");
    }

    @Test
    void whoeverFailedDecidesTheStatusOfARequestWithoutAnAnswer() {
        RequestRecord tooLong = record("/a");
        tooLong.broke(new BadMessage(413, "body longer than 5 bytes"));
        assertThat(line(tooLong)).contains("status=413 ", "fault=\"body longer than 5 bytes\" by=client");
        RequestRecord stalled = record("/a");
        stalled.broke(new SocketTimeoutException("no byte of body for 60000 ms"));
        assertThat(line(stalled)).contains("status=408 ");
        RequestRecord gone = record("/a");
        gone.broke(new IOException("connection reset"));
        assertThat(line(gone)).contains("status=499 ");
        RequestRecord half = record("/a");
        half.responded(200);
        half.blamed("it broke off", Party.APP);
        assertThat(line(half)).contains("status=200 ", "fault=\"it broke off\" by=app");
    }

    @Test
    void observerCountsByClassAndLeavesNoRequestOpen() {
        Registry registry = new Registry();
        Observer observer = new Observer(false, registry);
        Request request = new Request("GET", "/", "http", "h", new Headers(), 0, 11);
        for (int status : new int[] {200, 204, 302, 404, 502}) {
            RequestRecord record = observer.begin(request, "client", false);
            assertThat(observer.open()).isEqualTo(1);
            record.responded(status);
            record.sent(10);
            observer.end(record);
        }
        assertThat(observer.open()).isZero();
        Bytes metrics = new Bytes();
        registry.write(metrics);
        assertThat(metrics.toString()).contains("lambda_dispatch_requests_total{class=\"2xx\"} 2",
                "lambda_dispatch_requests_total{class=\"5xx\"} 1",
                "lambda_dispatch_response_bytes_total 50");
    }
}
