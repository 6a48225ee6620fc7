// SPDX-License-Identifier: MIT
package lambdadispatch.base.config;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Sizes and durations as people write them, both ways. Parsing throws [NumberFormatException] for anything else.
final class Units {
    private record Unit(String suffix, long factor) {}

    private static final Unit[] SIZES = {
        new Unit("gib", 1L << 30), new Unit("mib", 1L << 20), new Unit("kib", 1L << 10), new Unit("b", 1),
    };

    private static final Unit[] TIMES = { // a unit before its own ending: the longest suffix that fits is the one meant
        new Unit("ms", 1), new Unit("min", 60_000), new Unit("h", 3_600_000), new Unit("m", 60_000), new Unit("s", 1_000),
    };

    /// As .NET writes a `TimeSpan`: hours, minutes, seconds, and up to seven decimals. Compiled only where it is needed: starts are short.
    private static final String CLOCK = "(\\d{1,2}):([0-5]?\\d):([0-5]?\\d)(?:\\.(\\d{1,7}))?";

    private Units() {}

    static long parseBytes(String text) {
        return parse(text, SIZES);
    }

    /// `250ms`, `1.5 s`, `2 min`, `1h`, `00:02:00`. A plain number would be milliseconds to one and seconds to another, so it is refused
    /// unless it is 0.
    static Duration parseDuration(String text) {
        if (text.contains(":")) {
            return Duration.ofMillis(clock(text));
        }
        String lower = text.toLowerCase(Locale.ROOT);
        for (Unit unit : TIMES) {
            if (lower.endsWith(unit.suffix)) {
                String count = lower.substring(0, lower.length() - unit.suffix.length()).strip();
                return Duration.ofMillis(count.matches("\\d+(\\.\\d+)?") ? wholeMillis(new BigDecimal(count), unit.factor) : refuse(text));
            }
        }
        return Duration.ofMillis(lower.matches("0+") ? 0 : refuse(text));
    }

    private static long clock(String text) {
        Matcher clock = Pattern.compile(CLOCK).matcher(text);
        if (!clock.matches()) {
            return refuse(text);
        }
        long minutes = Long.parseLong(clock.group(1)) * 60 + Long.parseLong(clock.group(2));
        String seconds = clock.group(3) + (clock.group(4) == null ? "" : "." + clock.group(4));
        return minutes * 60_000 + wholeMillis(new BigDecimal(seconds), 1_000);
    }

    private static long wholeMillis(BigDecimal count, long factor) {
        try {
            return count.multiply(BigDecimal.valueOf(factor)).longValueExact();
        } catch (ArithmeticException tooFineOrTooLarge) {
            return refuse(count + " x " + factor);
        }
    }

    private static long refuse(String text) {
        throw new NumberFormatException(text);
    }

    private static long parse(String text, Unit[] units) {
        String lower = text.toLowerCase(Locale.ROOT);
        for (Unit unit : units) {
            if (lower.endsWith(unit.suffix)) {
                long count = Long.parseLong(lower.substring(0, lower.length() - unit.suffix.length()).strip());
                if (count < 0 || count > Long.MAX_VALUE / unit.factor) {
                    throw new NumberFormatException(text);
                }
                return count * unit.factor;
            }
        }
        return Long.parseLong(lower);
    }

    static String writeBytes(long bytes) {
        if (bytes < 0) {
            return "-1";
        }
        for (Unit unit : SIZES) {
            if (unit.factor > 1 && bytes >= unit.factor && bytes % unit.factor == 0) {
                return bytes / unit.factor + (unit.factor == 1 << 10 ? "KiB" : unit.factor == 1 << 20 ? "MiB" : "GiB");
            }
        }
        return Long.toString(bytes);
    }

    static String writeDuration(Duration duration) {
        long millis = duration.toMillis();
        if (millis == 0 || millis % 1_000 != 0) {
            return millis + "ms";
        }
        long seconds = millis / 1_000;
        return seconds % 3_600 == 0 ? seconds / 3_600 + "h" : seconds % 60 == 0 ? seconds / 60 + "m" : seconds + "s";
    }
}
