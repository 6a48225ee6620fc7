// SPDX-License-Identifier: MIT
package lambdadispatch.http.message;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/// The `Date` field's value (IMF-fixdate, RFC 9110 §5.6.7), formatted once a second.
public final class HttpDate {
    private static final DateTimeFormatter FORMAT =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private record Text(long second, byte[] bytes) {}

    private static volatile Text current = new Text(-1, new byte[0]);

    private HttpDate() {}

    /// The present second's text in 29 octets; not to be changed.
    public static byte[] now() {
        long second = System.currentTimeMillis() / 1000;
        Text text = current;
        if (text.second != second) {
            text = new Text(second, FORMAT.format(Instant.ofEpochSecond(second)).getBytes(StandardCharsets.US_ASCII));
            current = text;
        }
        return text.bytes;
    }

    /// @throws java.time.format.DateTimeParseException not an IMF-fixdate
    public static Instant parse(String text) {
        return DateTimeFormatter.RFC_1123_DATE_TIME.parse(text.strip(), Instant::from);
    }
}
