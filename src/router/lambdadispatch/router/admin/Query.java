// SPDX-License-Identifier: MIT
package lambdadispatch.router.admin;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import lambdadispatch.http.message.Request;

/// The parameters of a request's query.
/// @param values by name; of several values for one name the last counts
record Query(Map<String, String> values) {
    /// @throws IllegalArgumentException a percent sign without two digits
    static Query of(Request request) {
        Map<String, String> values = new HashMap<>();
        for (String part : request.query().split("&")) {
            int equals = part.indexOf('=');
            if (equals > 0) {
                values.put(decoded(part.substring(0, equals)), decoded(part.substring(equals + 1)));
            }
        }
        return new Query(values);
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("a percent sign stands before two hexadecimal digits, not as in " + text, e);
        }
    }

    String text(String name) {
        return values.get(name);
    }

    /// @throws IllegalArgumentException not a whole number from `min` to `max`; the message names it
    int integer(String name, int fallback, int min, int max) {
        String text = values.get(name);
        if (text == null) {
            return fallback;
        }
        try {
            int value = Integer.parseInt(text);
            if (value >= min && value <= max) {
                return value;
            }
        } catch (NumberFormatException notANumber) {
            throw new IllegalArgumentException(name + " must be a whole number, " + min + " to " + max, notANumber);
        }
        throw new IllegalArgumentException(name + " must be a whole number, " + min + " to " + max);
    }
}
