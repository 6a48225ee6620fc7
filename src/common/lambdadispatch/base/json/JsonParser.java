// SPDX-License-Identifier: MIT
package lambdadispatch.base.json;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A recursive-descent parser over text: takes RFC 8259's grammar and nothing more.
final class JsonParser {
    private final String text;
    private int at;
    private int depth;

    private JsonParser(String text) {
        this.text = text;
    }

    static Json parse(byte[] utf8) throws JsonException {
        ByteBuffer in = ByteBuffer.wrap(utf8);
        CharBuffer out = CharBuffer.allocate(utf8.length);
        CoderResult result = StandardCharsets.UTF_8.newDecoder().decode(in, out, true);
        if (result.isError()) {
            throw new JsonException("not UTF-8", in.position()); // RFC 8259 §8.1
        }
        return parse(out.flip().toString());
    }

    static Json parse(String text) throws JsonException {
        JsonParser parser = new JsonParser(text);
        parser.skipWhitespace();
        Json value = parser.value();
        parser.skipWhitespace();
        if (parser.at < text.length()) {
            throw parser.fault("text after the value");
        }
        return value;
    }

    private Json value() throws JsonException {
        switch (peek()) {
            case '{':
                return object();
            case '[':
                return array();
            case '"':
                return new Json.JsonString(string());
            case 't':
                return literal("true", new Json.JsonBoolean(true));
            case 'f':
                return literal("false", new Json.JsonBoolean(false));
            case 'n':
                return literal("null", Json.JsonNull.NULL);
            default:
                return number();
        }
    }

    private Json object() throws JsonException {
        enter();
        Map<String, Json> members = new LinkedHashMap<>();
        if (!take('}')) {
            do {
                skipWhitespace();
                String name = string();
                skipWhitespace();
                expect(':');
                skipWhitespace();
                members.put(name, value());
                skipWhitespace();
            } while (take(','));
            expect('}');
        }
        depth--;
        return new Json.JsonObject(members);
    }

    private Json array() throws JsonException {
        enter();
        List<Json> items = new ArrayList<>();
        if (!take(']')) {
            do {
                skipWhitespace();
                items.add(value());
                skipWhitespace();
            } while (take(','));
            expect(']');
        }
        depth--;
        return new Json.JsonArray(items);
    }

    private void enter() throws JsonException {
        if (++depth > Json.MAX_DEPTH) {
            throw fault("nested deeper than " + Json.MAX_DEPTH);
        }
        at++;
        skipWhitespace();
    }

    private String string() throws JsonException {
        expect('"');
        int start = at;
        StringBuilder unescaped = null; // only a string with escapes needs a copy
        while (true) {
            char c = peek();
            if (c == '"') {
                String tail = text.substring(start, at++);
                return unescaped == null ? tail : unescaped.append(tail).toString();
            }
            if (c < ' ') {
                throw fault("control character in a string"); // RFC 8259 §7
            }
            if (c != '\\') {
                at++;
                continue;
            }
            unescaped = unescaped == null ? new StringBuilder() : unescaped;
            unescaped.append(text, start, at++).append(escape());
            start = at;
        }
    }

    private char escape() throws JsonException {
        char c = peek();
        at++;
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> unicode();
            default -> {
                at--;
                throw fault("unknown escape");
            }
        };
    }

    private char unicode() throws JsonException {
        int code = 0;
        for (int i = 0; i < 4; i++) {
            char c = peek();
            int digit = c < 0x80 ? Character.digit(c, 16) : -1;
            if (digit < 0) {
                throw fault("not a hexadecimal digit");
            }
            code = code << 4 | digit;
            at++;
        }
        return (char) code;
    }

    private Json literal(String word, Json value) throws JsonException {
        if (!text.startsWith(word, at)) {
            throw fault("unknown literal");
        }
        at += word.length();
        return value;
    }

    private Json number() throws JsonException {
        int end = numberEnd(text, at);
        if (end < 0) {
            throw fault("expected a value");
        }
        String digits = text.substring(at, end);
        at = end;
        return new Json.JsonNumber(digits);
    }

    /// Where the number that starts at `from` ends, or -1 if none does: `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?` (RFC 8259
    /// §6).
    static int numberEnd(String text, int from) {
        int whole = from < text.length() && text.charAt(from) == '-' ? from + 1 : from;
        int end = digitsEnd(text, whole);
        if (end == whole) {
            return -1;
        }
        if (text.charAt(whole) == '0') {
            end = whole + 1; // no leading zeros: whatever follows is then text after the number
        }
        if (end < text.length() && text.charAt(end) == '.') {
            int fractionEnd = digitsEnd(text, end + 1);
            if (fractionEnd == end + 1) {
                return -1;
            }
            end = fractionEnd;
        }
        return exponentEnd(text, end);
    }

    private static int exponentEnd(String text, int from) {
        if (from == text.length() || (text.charAt(from) | 0x20) != 'e') {
            return from;
        }
        int digits = from + 1;
        if (digits < text.length() && (text.charAt(digits) == '+' || text.charAt(digits) == '-')) {
            digits++;
        }
        int end = digitsEnd(text, digits);
        return end == digits ? -1 : end;
    }

    private static int digitsEnd(String text, int from) {
        int end = from;
        while (end < text.length() && text.charAt(end) >= '0' && text.charAt(end) <= '9') {
            end++;
        }
        return end;
    }

    private void skipWhitespace() {
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c != ' ' && c != '\t' && c != '\n' && c != '\r') {
                return;
            }
            at++;
        }
    }

    private char peek() throws JsonException {
        if (at == text.length()) {
            throw fault("unexpected end");
        }
        return text.charAt(at);
    }

    private boolean take(char wanted) throws JsonException {
        if (peek() != wanted) {
            return false;
        }
        at++;
        return true;
    }

    private void expect(char wanted) throws JsonException {
        if (!take(wanted)) {
            throw fault("expected " + wanted);
        }
    }

    private JsonException fault(String message) {
        return new JsonException(message, at);
    }
}
