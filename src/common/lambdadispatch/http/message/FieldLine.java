// SPDX-License-Identifier: MIT
package lambdadispatch.http.message;

/// One field line: `field-name ":" OWS field-value OWS` (RFC 9112 §5).
final class FieldLine {
    private FieldLine() {}

    /// Parses the line `[from, to)`, without its CRLF, and adds it.
    static void parse(byte[] line, int from, int to, Headers headers, int bad) throws BadMessage {
        // RFC 9112 §5.2: a server must reject obs-fold or replace it; a blank first octet is one
        if (Grammar.isBlank(line[from])) {
            throw new BadMessage(bad, "folded field line");
        }
        int colon = from;
        while (colon < to && line[colon] != ':') {
            colon++;
        }
        // RFC 9112 §5.1: no white space between name and colon; a server must answer 400
        if (colon == to || !Grammar.isToken(line, from, colon)) {
            throw new BadMessage(bad, "malformed field name");
        }
        int start = colon + 1;
        while (start < to && Grammar.isBlank(line[start])) {
            start++;
        }
        int end = to;
        while (end > start && Grammar.isBlank(line[end - 1])) {
            end--;
        }
        // RFC 9110 §5.5: CR, LF and NUL are dangerous; a recipient must reject them or replace them
        if (!Grammar.isFieldValue(line, start, end)) {
            throw new BadMessage(bad, "control character in a field value");
        }
        headers.add(line, from, colon - from, start, end - start);
    }
}
