// SPDX-License-Identifier: MIT
package lambdadispatch.http.message;

/// The request line: `method SP request-target SP HTTP-version` (RFC 9112 §3).
final class RequestLine {
    private static final int MAX_METHOD = 32;

    private RequestLine() {}

    static void parse(byte[] line, int from, int to, RequestHead head) throws BadMessage {
        int space = from;
        while (space < to && line[space] != ' ') {
            space++;
        }
        // "SP HTTP/1.1" is nine octets: the target is what lies between, and holds no blank (RFC 9112 §3.2)
        int targetEnd = to - 9;
        if (space >= targetEnd || line[targetEnd] != ' ') {
            throw new BadMessage(400, "malformed request line");
        }
        if (space - from > MAX_METHOD) {
            throw new BadMessage(501, "method longer than " + MAX_METHOD + " bytes");
        }
        if (!Grammar.isToken(line, from, space) || !Grammar.isTarget(line, space + 1, targetEnd)) {
            throw new BadMessage(400, "malformed request line");
        }
        head.version = version(line, targetEnd + 1, 505);
        head.method = method(line, from, space);
        head.scheme = null;
        head.authority = "";
        target(line, space + 1, targetEnd, head);
    }

    /// The four forms of a request target (RFC 9112 §3.2.1 to §3.2.4).
    private static void target(byte[] line, int from, int to, RequestHead head) throws BadMessage {
        if (head.method.equals("CONNECT")) {
            throw new BadMessage(501, "CONNECT is not supported");
        }
        String target = HeadParser.latin1(line, from, to);
        if (line[from] == '/' || target.equals("*") && head.method.equals("OPTIONS")) {
            head.target = target;
            return;
        }
        int authority = schemeLength(target);
        if (authority < 0) {
            throw new BadMessage(400, "malformed request target");
        }
        head.scheme = authority == 7 ? "http" : "https";
        int path = authority;
        while (path < target.length() && target.charAt(path) != '/' && target.charAt(path) != '?') {
            path++;
        }
        // RFC 9110 §4.2.1: an empty host is invalid; §4.2.4: userinfo in a request is an error
        if (path == authority || !Grammar.isAuthority(line, from + authority, from + path)) {
            throw new BadMessage(400, "malformed authority");
        }
        head.authority = target.substring(authority, path);
        String rest = target.substring(path);
        if (rest.isEmpty()) {
            // RFC 9112 §3.2.4: OPTIONS for the whole server, sent through a proxy
            head.target = head.method.equals("OPTIONS") ? "*" : "/";
        } else {
            head.target = rest.charAt(0) == '/' ? rest : "/" + rest;
        }
    }

    private static int schemeLength(String target) {
        if (target.regionMatches(true, 0, "http://", 0, 7)) {
            return 7;
        }
        return target.regionMatches(true, 0, "https://", 0, 8) ? 8 : -1;
    }

    /// `HTTP/` DIGIT `.` DIGIT at `from`; 10 or 11 (a higher minor version counts as 11, RFC 9110 §2.5).
    static int version(byte[] line, int from, int unsupported) throws BadMessage {
        boolean wellFormed = line[from] == 'H' && line[from + 1] == 'T' && line[from + 2] == 'T' && line[from + 3] == 'P'
                && line[from + 4] == '/' && digit(line[from + 5]) && line[from + 6] == '.' && digit(line[from + 7]);
        if (!wellFormed) {
            throw new BadMessage(unsupported == 505 ? 400 : unsupported, "malformed HTTP version");
        }
        if (line[from + 5] != '1') {
            throw new BadMessage(unsupported, "HTTP version not supported");
        }
        return line[from + 7] == '0' ? 10 : 11;
    }

    private static boolean digit(byte octet) {
        return octet >= '0' && octet <= '9';
    }

    /// The usual methods without making a string.
    private static String method(byte[] line, int from, int to) {
        String known = switch (line[from]) {
            case 'G' -> "GET";
            case 'H' -> "HEAD";
            case 'D' -> "DELETE";
            case 'O' -> "OPTIONS";
            case 'P' -> to - from == 4 ? "POST" : to - from == 3 ? "PUT" : "PATCH";
            default -> "";
        };
        if (known.length() == to - from) {
            int i = 0;
            while (i < known.length() && known.charAt(i) == line[from + i]) {
                i++;
            }
            if (i == known.length()) {
                return known;
            }
        }
        return HeadParser.latin1(line, from, to);
    }
}
