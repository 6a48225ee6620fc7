// SPDX-License-Identifier: MIT
package lambdadispatch.base.config;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.LongUnaryOperator;
import java.util.function.ToLongFunction;
import lambdadispatch.fuzz.Target;

/// Sizes and durations: what parses is written and parsed again as the same.
public final class UnitsTarget extends Target {
    private static final List<byte[]> WORDS = octets("KiB", "MiB", "GiB", "b", "ms", "s", "m", "h", " ", "-", "+", "0",
            "9223372036854775807", "9007199254740993", "\u00a0", "1e3", ".5");

    public UnitsTarget() {
        super("units", octets("64KiB", "1MiB", "1048576", "-1", "30s", "250ms", "2h", "5 m"), WORDS);
    }

    @Override
    public void run(byte[] input, SplittableRandom random) {
        String text = new String(input, random.nextBoolean() ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1);
        survives(text, Units::parseBytes, bytes -> bytes < -1 ? bytes : Units.parseBytes(Units.writeBytes(bytes)));
        survives(text, t -> Units.parseDuration(t).toMillis(),
                millis -> millis < 0 ? millis : Units.parseDuration(Units.writeDuration(java.time.Duration.ofMillis(millis))).toMillis());
    }

    private static void survives(String text, ToLongFunction<String> parse, LongUnaryOperator again) {
        long value;
        try {
            value = parse.applyAsLong(text);
        } catch (NumberFormatException e) {
            return;
        }
        require(again.applyAsLong(value) == value, "what was written is read as something else: " + value);
    }
}
