// SPDX-License-Identifier: MIT
package lambdadispatch.config;

import java.time.Duration;
import java.util.Locale;

/// Sizes and durations as people write them, both ways. Parsing throws [NumberFormatException] for anything else.
final class Units {
    private record Unit(String suffix, long factor) {}

    private static final Unit[] SIZES = {
        new Unit("gib", 1L << 30), new Unit("mib", 1L << 20), new Unit("kib", 1L << 10), new Unit("b", 1),
    };

    private static final Unit[] TIMES = { // "ms" before "s" and "m": the longest suffix that fits is the one meant
        new Unit("ms", 1), new Unit("h", 3_600_000), new Unit("m", 60_000), new Unit("s", 1_000),
    };

    private Units() {}

    static long parseBytes(String text) {
        return parse(text, SIZES);
    }

    static Duration parseDuration(String text) {
        return Duration.ofMillis(parse(text, TIMES));
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
