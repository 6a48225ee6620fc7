// SPDX-License-Identifier: MIT
package lambdadispatch.http.message;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// A field name prepared for look-ups: lower case, with the case-insensitive hash that [Headers] keeps beside each field.
public final class HeaderName {
    private static final byte[] FOLDED = new byte[256]; // before the names, which need it

    static {
        for (int c = 0; c < 256; c++) {
            boolean alphanumeric = c >= '0' && c <= '9' || (c | 0x20) >= 'a' && (c | 0x20) <= 'z' && c < 0x80;
            FOLDED[c] = alphanumeric ? lowerCase((byte) c) : (byte) '-';
        }
    }

    public static final HeaderName ACCEPT_ENCODING = of("accept-encoding");
    public static final HeaderName AUTHORIZATION = of("authorization");
    public static final HeaderName CACHE_CONTROL = of("cache-control");
    public static final HeaderName CONNECTION = of("connection");
    public static final HeaderName CONTENT_ENCODING = of("content-encoding");
    public static final HeaderName CONTENT_LENGTH = of("content-length");
    public static final HeaderName CONTENT_TYPE = of("content-type");
    public static final HeaderName COOKIE = of("cookie");
    public static final HeaderName DATE = of("date");
    public static final HeaderName EXPECT = of("expect");
    public static final HeaderName HOST = of("host");
    public static final HeaderName HTTP2_SETTINGS = of("http2-settings");
    public static final HeaderName KEEP_ALIVE = of("keep-alive");
    public static final HeaderName PROXY_CONNECTION = of("proxy-connection");
    public static final HeaderName RETRY_AFTER = of("retry-after");
    public static final HeaderName SET_COOKIE = of("set-cookie");
    public static final HeaderName TE = of("te");
    public static final HeaderName TRAILER = of("trailer");
    public static final HeaderName TRANSFER_ENCODING = of("transfer-encoding");
    public static final HeaderName UPGRADE = of("upgrade");
    public static final HeaderName VARY = of("vary");
    public static final HeaderName VIA = of("via");
    public static final HeaderName X_FORWARDED_FOR = of("x-forwarded-for");
    public static final HeaderName X_FORWARDED_HOST = of("x-forwarded-host");
    public static final HeaderName X_FORWARDED_PORT = of("x-forwarded-port");
    public static final HeaderName X_FORWARDED_PROTO = of("x-forwarded-proto");
    public static final HeaderName X_LAMBDA_WAIT_UNTIL = of("x-lambda-wait-until");
    public static final HeaderName X_LAMBDA_REFUSED = of("x-lambda-refused");
    public static final HeaderName X_LAMBDA_FAULT = of("x-lambda-fault");
    public static final HeaderName X_LAMBDA_NAME = of("x-lambda-name");
    public static final HeaderName X_REQUEST_ID = of("x-request-id");

    private final byte[] lower;
    private final int hash;
    private final String text;

    private HeaderName(String text) {
        this.text = text;
        this.lower = text.getBytes(StandardCharsets.ISO_8859_1);
        this.hash = hash(lower, 0, lower.length);
    }

    public static HeaderName of(String name) {
        return new HeaderName(name.toLowerCase(Locale.ROOT));
    }

    /// The hash of a name as [#folded] has it: names that differ only in ASCII case, or are twins, share it.
    static int hash(byte[] bytes, int offset, int length) {
        int hash = length;
        for (int i = offset; i < offset + length; i++) {
            hash = hash * 31 + FOLDED[bytes[i] & 0xff];
        }
        return hash;
    }

    /// What is left of an octet of a name in the eyes of CGI and all that came after it (RFC 3875 §4.1.18): letters in one case, digits,
    /// and one character for all others. To many apps `X_Forwarded_For` and `X-Forwarded-For` are one field; some take `X.Forwarded.For`
    /// for the same.
    static byte folded(byte octet) {
        return FOLDED[octet & 0xff];
    }

    int hash() {
        return hash;
    }

    /// Whether these bytes spell this name in any ASCII case.
    boolean matches(byte[] bytes, int offset, int length) {
        if (length != lower.length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (lowerCase(bytes[offset + i]) != lower[i]) {
                return false;
            }
        }
        return true;
    }

    /// Whether these bytes spell this name or a twin of it; see [#folded].
    boolean matchesTwin(byte[] bytes, int offset, int length) {
        return length == lower.length && beginsTwin(bytes, offset, length);
    }

    /// Whether these bytes begin with this name or a twin of it.
    boolean beginsTwin(byte[] bytes, int offset, int length) {
        if (length < lower.length) {
            return false;
        }
        for (int i = 0; i < lower.length; i++) {
            if (FOLDED[bytes[offset + i] & 0xff] != FOLDED[lower[i] & 0xff]) {
                return false;
            }
        }
        return true;
    }

    static byte lowerCase(byte octet) {
        return octet >= 'A' && octet <= 'Z' ? (byte) (octet + 32) : octet;
    }

    /// The lower-case bytes; not to be changed.
    public byte[] bytes() {
        return lower;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof HeaderName name && name.text.equals(text);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public String toString() {
        return text;
    }
}
