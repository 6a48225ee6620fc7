// SPDX-License-Identifier: MIT
package lambdadispatch.base.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import lambdadispatch.base.Clock;
import lambdadispatch.base.json.Json;
import org.junit.jupiter.api.Test;

class LogTest {
    private static final Clock STILL = new Clock() {
        @Override
        public long nanoTime() {
            return 0;
        }

        @Override
        public Instant now() {
            return Instant.parse("2026-11-24T04:10:47.123Z");
        }
    };

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final LogWriter writer = new LogWriter(out);
    private final Log log = new Log("dispatch", false, writer, STILL);
    private final Log debugged = new Log("frames", true, writer, STILL);

    private String written() {
        assertThat(writer.flush(Duration.ofSeconds(10))).isTrue();
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void anEventIsOneLine() {
        log.info("instance opened", "instance", "ab12", "channels", 10);
        log.warn("client gone", "path", "/a b");
        log.error("invoke failed", null, "status", 500);
        assertThat(written()).isEqualTo("""
                2026-11-24T04:10:47.123Z INFO  dispatch instance opened instance=ab12 channels=10
                2026-11-24T04:10:47.123Z WARN  dispatch client gone path="/a b"
                2026-11-24T04:10:47.123Z ERROR dispatch invoke failed status=500
                """);
    }

    @Test
    void aFailureStaysOnTheLine() {
        log.error("connection lost", new IOException("reset", new Exception("by peer")), "remote", "127.0.0.1:1");
        assertThat(written()).isEqualTo("2026-11-24T04:10:47.123Z ERROR dispatch connection lost remote=127.0.0.1:1 "
                + "error=\"java.io.IOException: reset; caused by java.lang.Exception: by peer\"\n");
    }

    @Test
    void debuggedTopicsGetStackTracesAndDebugLines() {
        assertThat(log.debugging()).isFalse();
        assertThat(debugged.debugging()).isTrue();
        log.debug("not seen");
        debugged.debug("seen", "stream", 1);
        debugged.error("broken", new IOException("x"));
        assertThat(written().lines().limit(3)).satisfiesExactly(
                line -> assertThat(line).isEqualTo("2026-11-24T04:10:47.123Z DEBUG frames seen stream=1"),
                line -> assertThat(line).endsWith("ERROR frames broken error=\"java.io.IOException: x\""),
                line -> assertThat(line).startsWith("    at ").contains("LogTest"));
    }

    @Test
    void aKeyWithoutAValueIsShownNotThrown() {
        log.info("odd", "key");
        assertThat(written()).endsWith("odd key=?\n");
    }

    @Test
    void asJsonEachEventIsOneObject() throws Exception {
        Log json = new Log("dispatch", true, writer, STILL, LogLine.Format.JSON);
        json.info("instance opened", "instance", "ab12", "channels", 10, "idle", Duration.ofMillis(5), "why", null, "odd\"key", "a\nb");
        json.error("broken", new IOException("x", new Exception("y")));
        String[] lines = written().split("\n");
        assertThat(lines[0])
                .isEqualTo("{\"time\":\"2026-11-24T04:10:47.123Z\",\"level\":\"info\",\"topic\":\"dispatch\",\"event\":\"instance opened\","
                + "\"instance\":\"ab12\",\"channels\":10,\"idle\":\"5ms\",\"why\":null,\"odd\\\"key\":\"a\\nb\"}");
        Json.JsonObject failed = (Json.JsonObject) Json.parse(lines[1]);
        assertThat(failed.text("error")).hasValue("java.io.IOException: x; caused by java.lang.Exception: y");
        assertThat(failed.text("stack").orElseThrow()).contains("LogTest");
        assertThat(lines).hasSize(2);
    }

    @Test
    void formatIsTextUnlessJsonIsAskedFor() {
        assertThat(Log.format("JSON")).isEqualTo(LogLine.Format.JSON);
        assertThat(Log.format(null)).isEqualTo(LogLine.Format.TEXT);
        assertThat(Log.format("yaml")).isEqualTo(LogLine.Format.TEXT);
    }

    @Test
    void linesBelowTheLevelAreNotWritten() {
        try {
            Log.level("warn");
            log.info("quiet");
            log.warn("loud");
            Log.level("error");
            log.warn("quiet too");
        } finally {
            Log.level("info");
        }
        assertThat(written()).isEqualTo("2026-11-24T04:10:47.123Z WARN  dispatch loud\n");
    }

    @Test
    void topicsAreListedBetweenCommas() {
        assertThat(Log.topics("frames, sigv4")).containsExactlyInAnyOrder("frames", "sigv4");
        assertThat(Log.topics(null)).doesNotContain("frames");
    }
}
