// SPDX-License-Identifier: MIT
package lambdadispatch.base.json;

import java.util.HexFormat;
import java.util.Map;

/// Turns values into compact text.
final class JsonWriter {
    private JsonWriter() {}

    static void write(Json value, StringBuilder out) {
        // Not a pattern switch, here and in Json.of: the first one a program runs takes 5 ms that no AOT cache saves.
        if (value instanceof Json.JsonObject object) {
            writeObject(object, out);
        } else if (value instanceof Json.JsonArray array) {
            writeArray(array, out);
        } else if (value instanceof Json.JsonString string) {
            writeString(string.value(), out);
        } else if (value instanceof Json.JsonNumber number) {
            out.append(number.text());
        } else if (value instanceof Json.JsonBoolean flag) {
            out.append(flag.value());
        } else {
            out.append("null");
        }
    }

    private static void writeObject(Json.JsonObject object, StringBuilder out) {
        char separator = '{';
        for (Map.Entry<String, Json> member : object.members().entrySet()) {
            out.append(separator);
            writeString(member.getKey(), out);
            out.append(':');
            write(member.getValue(), out);
            separator = ',';
        }
        out.append(separator == '{' ? "{}" : "}");
    }

    private static void writeArray(Json.JsonArray array, StringBuilder out) {
        char separator = '[';
        for (Json item : array.items()) {
            out.append(separator);
            write(item, out);
            separator = ',';
        }
        out.append(separator == '[' ? "[]" : "]");
    }

    private static void writeString(String text, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"', '\\' -> out.append('\\').append(c);
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < ' ' || isLoneSurrogate(text, i)) {
                        out.append("\\u").append(HexFormat.of().toHexDigits(c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }

    /// Half a pair has no UTF-8 form (RFC 8259 §8.2); escaped, it survives.
    private static boolean isLoneSurrogate(String text, int at) {
        char c = text.charAt(at);
        if (Character.isHighSurrogate(c)) {
            return at + 1 == text.length() || !Character.isLowSurrogate(text.charAt(at + 1));
        }
        return Character.isLowSurrogate(c) && (at == 0 || !Character.isHighSurrogate(text.charAt(at - 1)));
    }
}
