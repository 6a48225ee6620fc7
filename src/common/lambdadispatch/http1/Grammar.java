// SPDX-License-Identifier: MIT
package lambdadispatch.http1;

/// The character classes of RFC 9110 §5.6.2 and RFC 3986, as tables.
final class Grammar {
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
            // uri-host [ ":" port ] (RFC 3986 §3.2.2): reg-name, IPv4, [IPv6]
            if (alphanumeric || c > 0 && "-._~%!$&'()*+,;=:[]".indexOf(c) >= 0) {
                CLASS[c] |= HOST;
            }
        }
    }

    private Grammar() {}

    static boolean isToken(byte[] bytes, int from, int to) {
        return from < to && all(bytes, from, to, TOKEN);
    }

    static boolean isFieldValue(byte[] bytes, int from, int to) {
        return all(bytes, from, to, FIELD_VALUE);
    }

    static boolean isTarget(byte[] bytes, int from, int to) {
        return from < to && all(bytes, from, to, TARGET);
    }

    static boolean isHost(byte[] bytes, int from, int to) {
        return all(bytes, from, to, HOST);
    }

    private static boolean all(byte[] bytes, int from, int to, byte wanted) {
        for (int i = from; i < to; i++) {
            if ((CLASS[bytes[i] & 0xff] & wanted) == 0) {
                return false;
            }
        }
        return true;
    }

    static boolean isBlank(byte octet) {
        return octet == ' ' || octet == '\t';
    }
}
