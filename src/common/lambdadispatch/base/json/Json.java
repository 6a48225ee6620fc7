// SPDX-License-Identifier: MIT
package lambdadispatch.base.json;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/// A JSON value (RFC 8259 §3), immutable.
public sealed interface Json {
    /// Nesting that the parser takes before it refuses.
    int MAX_DEPTH = 64;

    /// An object; members keep their order. Where a text repeats a name, the last one wins (RFC 8259 §4 leaves it open).
    record JsonObject(Map<String, Json> members) implements Json {
        public JsonObject {
            members = Collections.unmodifiableMap(new LinkedHashMap<>(members));
        }

        public Optional<Json> get(String key) {
            return Optional.ofNullable(members.get(key));
        }

        /// The member's text if it is a string.
        public Optional<String> text(String key) {
            return members.get(key) instanceof JsonString string ? Optional.of(string.value()) : Optional.empty();
        }

        /// The member's value if it is a number that a `long` holds exactly.
        public OptionalLong number(String key) {
            return members.get(key) instanceof JsonNumber number ? number.toLong() : OptionalLong.empty();
        }

        /// The member's value if it is `true` or `false`.
        public Optional<Boolean> flag(String key) {
            return members.get(key) instanceof JsonBoolean flag ? Optional.of(flag.value()) : Optional.empty();
        }

        /// The member if it is an object.
        public Optional<JsonObject> object(String key) {
            return members.get(key) instanceof JsonObject object ? Optional.of(object) : Optional.empty();
        }

        /// The member's items if it is an array; otherwise none.
        public List<Json> items(String key) {
            return members.get(key) instanceof JsonArray array ? array.items() : List.of();
        }

        @Override
        public String toString() {
            return write();
        }
    }

    record JsonArray(List<Json> items) implements Json {
        public JsonArray {
            items = List.copyOf(items);
        }

        @Override
        public String toString() {
            return write();
        }
    }

    record JsonString(String value) implements Json {
        public JsonString {
            Objects.requireNonNull(value);
        }
    }

    /// A number as its text, which follows the grammar of RFC 8259 §6.
    record JsonNumber(String text) implements Json {
        private static final int LONGEST_EXPONENT_FORM = 64;

        public JsonNumber {
            if (text.isEmpty() || JsonParser.numberEnd(text, 0) != text.length()) {
                throw new IllegalArgumentException("not a JSON number: " + text);
            }
        }

        /// The value if a `long` holds it exactly; `1e3` and `5.0` do count.
        public OptionalLong toLong() {
            if (text.length() > LONGEST_EXPONENT_FORM) {
                return OptionalLong.empty();
            }
            try {
                return OptionalLong.of(new BigDecimal(text).longValueExact());
            } catch (ArithmeticException | NumberFormatException fractionOrTooLarge) {
                return OptionalLong.empty();
            }
        }

        public double toDouble() {
            return Double.parseDouble(text);
        }
    }

    record JsonBoolean(boolean value) implements Json {}

    enum JsonNull implements Json {
        NULL
    }

    /// Parses one value with nothing but whitespace around it.
    /// @throws JsonException not well-formed, nested deeper than [#MAX_DEPTH], or not UTF-8 (a byte order mark is not taken either)
    static Json parse(byte[] utf8) throws JsonException {
        return JsonParser.parse(utf8);
    }

    /// As [#parse(byte[])], from text.
    static Json parse(String text) throws JsonException {
        return JsonParser.parse(text);
    }

    /// Parses a text whose value has to be an object, which is what every payload and document here is.
    static JsonObject parseObject(byte[] utf8) throws JsonException {
        if (parse(utf8) instanceof JsonObject object) {
            return object;
        }
        throw new JsonException("expected an object", 0);
    }

    /// Writes it without any whitespace; every character that is not a lone surrogate or a control character stands for itself.
    default String write() {
        StringBuilder out = new StringBuilder();
        JsonWriter.write(this, out);
        return out.toString();
    }

    /// Builds an object from alternating names and values; a value is whatever [#of(Object)] takes.
    static JsonObject object(Object... keysAndValues) {
        if (keysAndValues.length % 2 != 0) {
            throw new IllegalArgumentException("a name without a value");
        }
        Map<String, Json> members = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            members.put((String) keysAndValues[i], of(keysAndValues[i + 1]));
        }
        return new JsonObject(members);
    }

    /// Builds an array from whatever [#of(Object)] takes.
    static JsonArray array(Object... items) {
        return list(List.of(items));
    }

    private static JsonArray list(List<?> items) {
        List<Json> values = new ArrayList<>(items.size());
        for (Object item : items) {
            values.add(of(item));
        }
        return new JsonArray(values);
    }

    /// The JSON value of a `String`, a finite number, a `Boolean`, `null`, a `List` of such, or a `Json`.
    static Json of(Object value) {
        if (value == null) {
            return JsonNull.NULL;
        } else if (value instanceof Json json) {
            return json;
        } else if (value instanceof String text) {
            return new JsonString(text);
        } else if (value instanceof Boolean flag) {
            return new JsonBoolean(flag);
        } else if (value instanceof Number) {
            return new JsonNumber(value.toString()); // refuses NaN and the infinities, which have no JSON form
        } else if (value instanceof List<?> items) {
            return list(items);
        }
        throw new IllegalArgumentException("no JSON value for " + value.getClass());
    }
}
