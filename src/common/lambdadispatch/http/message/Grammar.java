// SPDX-License-Identifier: MIT
package lambdadispatch.http.message;

import java.nio.charset.StandardCharsets;

/// The character classes of RFC 9110 §5.6.2 and RFC 3986, as tables: one grammar for all versions of HTTP, so that no version lets through
/// what another would take apart differently.
public final class Grammar {
    private static final byte TOKEN = 1;
    private static final byte FIELD_VALUE = 2;
    private static final byte TARGET = 4;
    private static final byte HOST = 8;
    private static final byte[] CLASS = new byte[256];

    static {
        for (int c = 0; c < 256; c++) {
            boolean alphanumeric = c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z';
            // token = 1*tchar (RFC 9110 §5.6.2)
            if (alphanumeric || c > 0 && "!#$%&'*+-.^_`|~".indexOf(c) >= 0) {
                CLASS[c] |= TOKEN;
            }
            // field-vchar = VCHAR / obs-text, and SP and HTAB between them (RFC 9110 §5.5)
            if (c >= 0x20 && c != 0x7f || c == '\t') {
                CLASS[c] |= FIELD_VALUE;
            }
            // Visible ASCII without '#': a target has no fragment (RFC 9112 §3.2). Browsers send some characters that RFC 3986 would
            // have encoded ("|", "^", "{"), so the rest is let through as every server does.
            if (c > 0x20 && c < 0x7f && c != '#') {
                CLASS[c] |= TARGET;
            }
            // reg-name without its percent-encoding (RFC 3986 §3.2.2), which IPv4 addresses are too
            if (alphanumeric || c > 0 && "-._~!$&'()*+,;=".indexOf(c) >= 0) {
                CLASS[c] |= HOST;
            }
        }
    }

    private Grammar() {}

    public static boolean isToken(byte[] bytes, int from, int to) {
        return from < to && all(bytes, from, to, TOKEN);
    }

    public static boolean isFieldValue(byte[] bytes, int from, int to) {
        return all(bytes, from, to, FIELD_VALUE);
    }

    public static boolean isTarget(byte[] bytes, int from, int to) {
        return from < to && all(bytes, from, to, TARGET);
    }

    /// `uri-host [ ":" port ]` (RFC 9110 §7.2), or nothing. A port without a host is not one: its URI would be invalid (RFC 9110 §4.2.1).
    public static boolean isAuthority(byte[] bytes, int from, int to) {
        int host = from < to && bytes[from] == '[' ? literalEnd(bytes, from + 1, to) : nameEnd(bytes, from, to);
        if (host == to) {
            return true;
        }
        if (host <= from || bytes[host] != ':') {
            return false;
        }
        for (int i = host + 1; i < to; i++) {
            if (bytes[i] < '0' || bytes[i] > '9') {
                return false;
            }
        }
        return true;
    }

    /// The same of a string; one of other characters than those of ISO 8859-1 is none.
    public static boolean isAuthority(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        return isAuthority(bytes, 0, bytes.length);
    }

    public static boolean isToken(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        return isToken(bytes, 0, bytes.length);
    }

    public static boolean isTarget(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        return isTarget(bytes, 0, bytes.length);
    }

    /// Where the reg-name ends (RFC 3986 §3.2.2).
    private static int nameEnd(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to) {
            if ((CLASS[bytes[at] & 0xff] & HOST) != 0) {
                at++;
            } else if (bytes[at] == '%' && at + 2 < to && isHex(bytes[at + 1]) && isHex(bytes[at + 2])) {
                at += 3;
            } else {
                return at;
            }
        }
        return at;
    }

    /// Where the IP-literal ends, behind its bracket, or -1: `[` ( IPv6address / IPvFuture ) `]` (RFC 3986 §3.2.2), perhaps with a zone
    /// (RFC 6874).
    private static int literalEnd(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to && (bytes[at] == ':' || bytes[at] == '%' || (CLASS[bytes[at] & 0xff] & HOST) != 0)) {
            at++;
        }
        return at > from && at < to && bytes[at] == ']' ? at + 1 : -1;
    }

    private static boolean isHex(byte octet) {
        return octet >= '0' && octet <= '9' || (octet | 0x20) >= 'a' && (octet | 0x20) <= 'f';
    }

    private static boolean all(byte[] bytes, int from, int to, byte wanted) {
        for (int i = from; i < to; i++) {
            if ((CLASS[bytes[i] & 0xff] & wanted) == 0) {
                return false;
            }
        }
        return true;
    }

    public static boolean isBlank(byte octet) {
        return octet == ' ' || octet == '\t';
    }
}
