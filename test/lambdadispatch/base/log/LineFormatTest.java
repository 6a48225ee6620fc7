// SPDX-License-Identifier: MIT
package lambdadispatch.base.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Random;
import lambdadispatch.base.Bytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LineFormatTest {
    private static String value(Object value) {
        Bytes out = new Bytes();
        LineFormat.value(out, value);
        return new String(out.toArray(), StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @CsvSource({
            "2026-11-24T04:10:47.123Z", "2026-11-24T04:10:47.124Z", "1970-01-01T00:00:00.000Z", "1969-12-31T23:59:59.999Z",
            "2024-02-29T12:00:00.010Z",
        "9999-12-31T23:59:59.999Z",
    })
    void timesAreUtcWithMilliseconds(String text) {
        Bytes out = new Bytes();
        LineFormat.time(out, Instant.parse(text));
        assertThat(out).hasToString(text);
    }

    @Test
    void randomTimesAreThoseOfTheJdk() {
        DateTimeFormatter expected = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);
        Random random = new Random(7);
        for (int i = 0; i < 2000; i++) {
            Instant when = Instant.ofEpochMilli(random.nextLong(4_102_444_800_000L)); // up to the year 2100
            Bytes out = new Bytes();
            LineFormat.time(out, when);
            assertThat(out).hasToString(expected.format(when));
        }
    }

    @Test
    void plainValuesAreBare() {
        assertThat(value("GET")).isEqualTo("GET");
        assertThat(value("/a/b?c&d;e[f]")).isEqualTo("/a/b?c&d;e[f]");
        assertThat(value(42)).isEqualTo("42");
        assertThat(value(-42L)).isEqualTo("-42");
        assertThat(value(Long.MAX_VALUE)).isEqualTo("9223372036854775807");
        assertThat(value(1.5)).isEqualTo("1.5");
        assertThat(value(true)).isEqualTo("true");
        assertThat(value(null)).isEqualTo("-");
        assertThat(value(Duration.ofMillis(1500))).isEqualTo("1500ms");
    }

    @Test
    void whatWouldBeReadWronglyIsQuoted() {
        assertThat(value("")).isEqualTo("\"\"");
        assertThat(value("-")).isEqualTo("\"-\"");
        assertThat(value("a b")).isEqualTo("\"a b\"");
        assertThat(value("a=b")).isEqualTo("\"a=b\"");
        assertThat(value("say \"x\"\\")).isEqualTo("\"say \\\"x\\\"\\\\\"");
        assertThat(value("gr\u00fc\u00df \u65e5\u672c")).isEqualTo("\"gr\u00fc\u00df \u65e5\u672c\"");
    }

    @Test
    void nothingCanForgeALineOrReachTheTerminal() {
        assertThat(value("x\r\n2026-11-24 INFO forged")).isEqualTo("\"x\\r\\n2026-11-24 INFO forged\"");
        assertThat(value("\u001b[2J\u0000\u007f\t")).isEqualTo("\"\\u001b[2J\\u0000\\u007f\\t\"");
        assertThat(value("\u0085\u2028\u2029\u202e\u200b\ufeff")).isEqualTo("\"\\u0085\\u2028\\u2029\\u202e\\u200b\\ufeff\"");
        assertThat(value("\ud800")).isEqualTo("\"\\ud800\"");
        assertThat(value("\ud83d\ude00")).isEqualTo("\"\\ud83d\\ude00\"");
    }

    @Test
    void longValuesAreCut() {
        assertThat(value("x".repeat(100_000))).hasSize(LineFormat.LONGEST_VALUE + 5).endsWith("x...\"");
        assertThat(value("\ud83d\ude00".repeat(3000))).endsWith("\\ude00...\"");
    }

    @Test
    void aThrowableIsItsChainOfCauses() {
        Exception failure = new IOException("broken\npipe", new IllegalStateException("why", new Error()));
        assertThat(value(failure)).isEqualTo(
                "\"java.io.IOException: broken\\npipe; caused by java.lang.IllegalStateException: why; caused by java.lang.Error\"");
    }

    @Test
    void aChainThatBitesItsTailEnds() {
        Exception one = new Exception("one");
        one.initCause(new Exception("two", one));
        assertThat(value(one)).hasSizeLessThan(1000);
    }

    @Test
    void aValueOfExactlyTheLongestIsShownWhole() {
        Bytes out = new Bytes();
        LineFormat.text(out, "abcd", 4);
        LineFormat.text(out, "abcde", 4);
        LineFormat.text(out, "a cd", 4);
        assertThat(out).hasToString("abcd\"abcd...\"\"a cd\"");
        Bytes plain = new Bytes();
        LineFormat.escape(plain, "a d ", 4);
        LineFormat.escape(plain, "\u007f~", 6);
        assertThat(plain).hasToString("a d \\u007f...");
    }

    @Test
    void linesOfOneProgramAreMadeOfWords() {
        for (LogLine.Format format : LogLine.Format.values()) {
            Bytes out = new Bytes();
            new LogLine(format, out).begin(0, "access").word("status", "200").number("octets", 5).number("less", -12)
                    .millis("time", 1_234_567_890L).millis("none", -1).millis("little", 45_678)
                    .text("path", "/a b", 100).text("agent", null, 100).pair("n", 1).pair("d", Duration.ofMillis(2)).pair("nothing", null)
                    .text("last", "x").end(null);
            assertThat(out).hasToString(format == LogLine.Format.JSON
                    ? "{\"time\":\"1970-01-01T00:00:00.000Z\",\"level\":\"info\",\"topic\":\"access\",\"status\":\"200\",\"octets\":5,\"less\":-12,\"time\":1234.567,\"none\":0.000,"
                            + "\"little\":0.045,\"path\":\"/a b\",\"agent\":null,\"n\":1,\"d\":\"2ms\",\"nothing\":null,\"last\":\"x\"}\n"
                    : "1970-01-01T00:00:00.000Z INFO  access status=200 octets=5 less=-12 time=1234.567 none=0.000 little=0.045 path=\"/a b\" agent=- n=1 d=2ms nothing=- last=x\n");
        }
    }

    @Test
    void aChainOfNineIsShownWithEightCauses() {
        Exception chain = new Exception("e0");
        for (int i = 1; i < 12; i++) {
            chain = new Exception("e" + i, chain);
        }
        assertThat(value(chain)).contains("e11; ").contains("Exception: e3\"").doesNotContain("e2");
    }
}
