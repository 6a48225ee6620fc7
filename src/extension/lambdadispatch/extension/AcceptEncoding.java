// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

/// What a request's `Accept-Encoding` fields say of gzip (RFC 9110 §12.5.3). Reads octets in place, once each; several fields are one list.
final class AcceptEncoding {
    /// Known are a dozen; what is named behind that many is not looked at.
    static final int MAX_CODINGS = 64;

    private int codings;
    private boolean named; // gzip, or x-gzip, which is the same (RFC 9110 §8.4.1.3)
    private boolean gzip;
    private boolean any; // `*`, which stands for codings that are not named

    void clear() {
        codings = 0;
        named = false;
        gzip = false;
        any = false;
    }

    /// Whether gzip is taken, with a quality above 0.
    boolean gzip() {
        return named ? gzip : any;
    }

    /// Reads the value of one field.
    void field(byte[] line, int from, int to) {
        int at = from;
        while (at < to && codings < MAX_CODINGS) {
            int end = indexOf(',', line, at, to);
            codings++;
            coding(line, at, end);
            at = end + 1;
        }
    }

    private void coding(byte[] line, int from, int to) {
        int end = indexOf(';', line, from, to);
        boolean star = is("*", line, from, end);
        if (!star && !is("gzip", line, from, end) && !is("x-gzip", line, from, end)) {
            return;
        }
        boolean taken = !refused(line, end + 1, to);
        if (star) {
            any |= taken;
        } else if (!named) {
            named = true;
            gzip = taken;
        }
    }

    /// Whether a weight is 0, or none that could be read.
    private static boolean refused(byte[] line, int from, int to) {
        for (int at = from; at < to; ) {
            int end = indexOf(';', line, at, to);
            int equals = indexOf('=', line, at, end);
            if (is("q", line, at, equals)) {
                return !aboveZero(line, equals + 1, end);
            }
            at = end + 1;
        }
        return false;
    }

    /// `0[.000]` up to `1[.000]`, more digits and blanks around it allowed.
    private static boolean aboveZero(byte[] line, int from, int to) {
        boolean above = false;
        for (int i = from; i < to; i++) {
            int c = line[i];
            if (c >= '1' && c <= '9') {
                above = true;
            } else if (c != '0' && c != '.' && !blank(c)) {
                return false;
            }
        }
        return above;
    }

    private static int indexOf(char sought, byte[] line, int from, int to) {
        int at = from;
        while (at < to && line[at] != sought) {
            at++;
        }
        return at;
    }

    /// Whether that is all there is but blanks, in any case.
    private static boolean is(String lowerCase, byte[] line, int from, int to) {
        int start = from;
        int end = to;
        while (start < end && blank(line[start])) {
            start++;
        }
        while (end > start && blank(line[end - 1])) {
            end--;
        }
        if (end - start != lowerCase.length()) {
            return false;
        }
        for (int i = 0; i < lowerCase.length(); i++) {
            int c = line[start + i];
            if ((c >= 'A' && c <= 'Z' ? c + 32 : c) != lowerCase.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private static boolean blank(int octet) {
        return octet == ' ' || octet == '\t';
    }

    /// Whether a comma-separated field value holds that token.
    static boolean listed(String lowerCaseToken, byte[] line, int from, int to) {
        for (int at = from; at < to; ) {
            int end = indexOf(',', line, at, to);
            if (is(lowerCaseToken, line, at, end)) {
                return true;
            }
            at = end + 1;
        }
        return false;
    }
}
