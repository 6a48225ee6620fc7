// SPDX-License-Identifier: MIT
package lambdadispatch.base.log;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import lambdadispatch.base.Bytes;

/// Writes one line of the log, as text or as a JSON object (RFC 8259), without a formatter: access lines are written as often as requests
/// come.
///
/// Text: `2026-11-24T04:10:47.123Z INFO  dispatch instance opened instance=ab12`. JSON: `{"time":"2026-11-24T04:10:47.123Z","level":"info",
/// "topic":"dispatch","event":"instance opened","instance":"ab12"}`. What text escapes, JSON takes as it is: both write `\"`, `\\`, `\n`
/// and `\u202e`.
public final class LogLine {
    /// What `LAMBDA_DISPATCH_LogFormat` may be.
    public enum Format { TEXT, JSON }

    private final Bytes out;
    private final boolean json;

    /// Appends to `out`.
    public LogLine(Format format, Bytes out) {
        this.out = out;
        this.json = format == Format.JSON;
    }

    /// Begins the line.
    /// @param level in five columns: `INFO `, `ERROR`
    /// @param event null where the topic says it all
    public LogLine begin(long epochMillis, String level, String topic, String event) {
        if (json) {
            out.append("{\"time\":\"");
            LineFormat.time(out, epochMillis);
            out.append("\",\"level\":\"").append(level.strip().toLowerCase(Locale.ROOT)).append('"');
            return event == null ? text("topic", topic) : text("topic", topic).text("event", event);
        }
        LineFormat.time(out, epochMillis);
        out.append(' ').append(level).append(' ');
        LineFormat.escape(out, topic);
        if (event != null) {
            out.append(' ');
            LineFormat.escape(out, event);
        }
        return this;
    }

    /// The start of a line of a topic that says it all, and needs no escape.
    public LogLine begin(long epochMillis, String topic) {
        if (json) {
            out.append("{\"time\":\"");
            LineFormat.time(out, epochMillis);
            out.append("\",\"level\":\"info\",\"topic\":\"").append(topic).append('"');
        } else {
            LineFormat.time(out, epochMillis);
            out.append(" INFO  ").append(topic);
        }
        return this;
    }

    private void key(String key) {
        if (json) {
            out.append(",\"");
            LineFormat.escape(out, key);
            out.append("\":");
        } else {
            out.append(' ');
            LineFormat.escape(out, key);
            out.append('=');
        }
    }

    /// A key of the access log's kind, in which nothing needs an escape.
    private void plainKey(String key) {
        if (json) {
            out.append(",\"").append(key).append("\":");
        } else {
            out.append(' ').append(key).append('=');
        }
    }

    /// Any value: null as `-` (JSON: `null`), numbers and truth bare, a duration in `ms`, a throwable as its chain of causes, the rest as
    /// text.
    public LogLine pair(String key, Object value) {
        if (!json) {
            LineFormat.pair(out, key, value);
            return this;
        }
        if (value == null) {
            key(key);
            out.append("null");
            return this;
        }
        if (value instanceof Integer || value instanceof Long || value instanceof Boolean) {
            key(key);
            out.append(value.toString());
            return this;
        }
        if (value instanceof Duration duration) {
            return text(key, duration.toMillis() + "ms");
        }
        return text(key, value instanceof Throwable throwable ? LineFormat.chain(throwable) : String.valueOf(value));
    }

    /// A text.
    public LogLine text(String key, String value) {
        if (value == null) {
            return pair(key, null);
        }
        key(key);
        return value(value, LineFormat.LONGEST_VALUE);
    }

    /// A text of which not more is shown than so many octets, escapes included, or null; the key needs no escape.
    public LogLine text(String key, String value, int longest) {
        if (value == null) {
            return pair(key, null);
        }
        plainKey(key);
        return value(value, longest);
    }

    private LogLine value(String value, int longest) {
        if (json) {
            out.append('"');
            LineFormat.escape(out, value, longest);
            out.append('"');
        } else {
            LineFormat.text(out, value, longest);
        }
        return this;
    }

    /// A text of letters, digits, dots and the like that is known to need no escape; nor does the key, here and in [#number] and [#millis].
    public LogLine word(String key, String value) {
        plainKey(key);
        if (json) {
            out.append('"').append(value).append('"');
        } else {
            out.append(value);
        }
        return this;
    }

    public LogLine number(String key, long value) {
        plainKey(key);
        out.appendDecimal(value);
        return this;
    }

    /// Milliseconds to three places, from nanoseconds; negative ones count as 0.
    public LogLine millis(String key, long nanos) {
        plainKey(key);
        long micros = Math.max(0, nanos / 1000);
        int rest = (int) (micros % 1000);
        out.appendDecimal(micros / 1000).append('.').append('0' + rest / 100).append('0' + rest / 10 % 10).append('0' + rest % 10);
        return this;
    }

    /// Ends the line.
    /// @param trace null, or a failure whose stack trace belongs to it
    public void end(Throwable trace) {
        if (json) {
            if (trace != null) {
                StringBuilder frames = new StringBuilder();
                for (StackTraceElement frame : trace.getStackTrace()) {
                    frames.append(frame).append('\n');
                }
                text("stack", frames.toString());
            }
            out.append("}\n".getBytes(StandardCharsets.US_ASCII));
            return;
        }
        out.append('\n');
        if (trace != null) {
            for (StackTraceElement frame : trace.getStackTrace()) {
                out.append("    at ");
                LineFormat.escape(out, frame.toString());
                out.append('\n');
            }
        }
    }
}
