// SPDX-License-Identifier: MIT
package lambdadispatch.base.log;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.HexFormat;
import lambdadispatch.base.Bytes;

/// The text of a log line, safe to read: whatever a value holds, it stays one value on one line.
///
/// Printable ASCII and letters and digits of any script stand for themselves. Control characters, line separators and characters that
/// reorder or hide text are escaped, so nobody outside can forge a line or play with a terminal.
public final class LineFormat {
    /// Octets of one value that are shown, escapes included, give or take one escape; the rest becomes `...`.
    public static final int LONGEST_VALUE = 4096;

    private static final int MOST_CAUSES = 8;

    /// The text of one second, `2026-11-24T04:10:47.`; lines of the same second share it.
    private record Second(long epochSecond, byte[] text) {}

    private static volatile Second current = new Second(Long.MIN_VALUE, new byte[0]);

    private LineFormat() {}

    /// Appends `2026-11-24T04:10:47.123Z`.
    public static void time(Bytes out, Instant when) {
        time(out, when.toEpochMilli());
    }

    /// As [#time(Bytes, Instant)], from milliseconds since the epoch.
    public static void time(Bytes out, long epochMillis) {
        long epochSecond = Math.floorDiv(epochMillis, 1_000);
        Second second = current;
        if (second.epochSecond != epochSecond) {
            second = new Second(epochSecond, secondText(epochSecond));
            current = second;
        }
        int millis = (int) Math.floorMod(epochMillis, 1_000L);
        out.append(second.text).append('0' + millis / 100).append('0' + millis / 10 % 10).append('0' + millis % 10).append('Z');
    }

    /// By hand, because a `DateTimeFormatter` would cost the start of the program more than everything else on its first line.
    private static byte[] secondText(long epochSecond) {
        LocalDateTime utc = LocalDateTime.ofEpochSecond(epochSecond, 0, ZoneOffset.UTC);
        Bytes text = new Bytes(24).appendDecimal(utc.getYear());
        twoDigits(text, '-', utc.getMonthValue());
        twoDigits(text, '-', utc.getDayOfMonth());
        twoDigits(text, 'T', utc.getHour());
        twoDigits(text, ':', utc.getMinute());
        twoDigits(text, ':', utc.getSecond());
        return text.append('.').toArray();
    }

    private static void twoDigits(Bytes out, char before, int value) {
        out.append(before).append('0' + value / 10).append('0' + value % 10);
    }

    /// Appends ` key=value`.
    public static void pair(Bytes out, String key, Object value) {
        out.append(' ');
        escape(out, key);
        out.append('=');
        value(out, value);
    }

    /// Appends one value: null as `-`, numbers and plain words bare, a duration in `ms`, a throwable as its chain of causes, the rest
    /// quoted.
    public static void value(Bytes out, Object value) {
        // Not a pattern switch: the first one a program runs takes 5 ms that no AOT cache saves, and this runs before anything else does.
        if (value == null) {
            out.append('-');
        } else if (value instanceof Integer || value instanceof Long || value instanceof Boolean) {
            out.append(value.toString());
        } else if (value instanceof Duration duration) {
            out.append(duration.toMillis() + "ms");
        } else if (value instanceof Throwable throwable) {
            text(out, chain(throwable));
        } else {
            text(out, String.valueOf(value));
        }
    }

    /// Appends text, in quotes where blanks, quotes, `=` or anything escaped would leave its end in doubt.
    public static void text(Bytes out, String text) {
        text(out, text, LONGEST_VALUE);
    }

    /// The same, with a limit of its own.
    /// @param longest octets that are shown
    static void text(Bytes out, String text, int longest) {
        if (isWord(text, longest)) {
            out.append(text);
            return;
        }
        out.append('"');
        escape(out, text, longest);
        out.append('"');
    }

    private static boolean isWord(String text, int longest) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c <= ' ' || c >= 0x7f || c == '"' || c == '\\' || c == '=') {
                return false;
            }
        }
        return !text.isEmpty() && text.length() <= longest && !text.equals("-"); // "-" alone means null
    }

    private static boolean isPlain(String text, int longest) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' || c >= 0x7f || c == '"' || c == '\\') {
                return false;
            }
        }
        return text.length() <= longest;
    }

    /// Appends text without quotes around it; what could not be read unambiguously is escaped.
    static void escape(Bytes out, String text) {
        escape(out, text, LONGEST_VALUE);
    }

    static void escape(Bytes out, String text, int longest) {
        if (isPlain(text, longest)) {
            out.append(text);
            return;
        }
        int most = out.length() + longest;
        int i = 0;
        while (i < text.length() && out.length() < most) {
            int c = text.codePointAt(i);
            i += Character.charCount(c);
            if (c >= ' ' && c < 0x7f && c != '"' && c != '\\') {
                out.append(c);
            } else if (c >= 0x80 && Character.isLetterOrDigit(c)) {
                out.append(Character.toString(c).getBytes(StandardCharsets.UTF_8));
            } else {
                escape(out, c);
            }
        }
        if (i < text.length()) {
            out.append("...");
        }
    }

    private static void escape(Bytes out, int c) {
        switch (c) {
            case '"', '\\' -> out.append('\\').append(c);
            case '\n' -> out.append("\\n");
            case '\r' -> out.append("\\r");
            case '\t' -> out.append("\\t");
            default -> {
                for (char unit : Character.toChars(c)) {
                    out.append("\\u").append(HexFormat.of().toHexDigits(unit));
                }
            }
        }
    }

    /// `class: message` of a throwable and its causes.
    static String chain(Throwable throwable) {
        StringBuilder text = new StringBuilder(throwable.toString());
        Throwable cause = throwable.getCause();
        for (int i = 0; cause != null && i < MOST_CAUSES; i++) {
            text.append("; caused by ").append(cause);
            cause = cause.getCause();
        }
        return text.toString();
    }
}
