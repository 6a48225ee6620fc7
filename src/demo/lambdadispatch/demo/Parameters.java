// SPDX-License-Identifier: MIT
package lambdadispatch.demo;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import lambdadispatch.http.message.BadMessage;

/// The parameters of a query; the first of a name counts. What can not be read is answered with 400.
record Parameters(Map<String, String> parameters) {
    static Parameters of(String query) throws BadMessage {
        Map<String, String> parameters = new HashMap<>();
        for (String pair : query.isEmpty() ? new String[0] : query.split("&")) {
            int equals = pair.indexOf('=');
            String name = equals < 0 ? pair : pair.substring(0, equals);
            parameters.putIfAbsent(decode(name), equals < 0 ? "" : decode(pair.substring(equals + 1)));
        }
        return new Parameters(parameters);
    }

    private static String decode(String text) throws BadMessage {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new BadMessage(400, "query: " + e.getMessage());
        }
    }

    boolean has(String name) {
        return parameters.containsKey(name);
    }

    /// A whole number from `lowest` to `highest`; the suffixes k, m and g multiply by 1,024 each.
    long number(String name, long otherwise, long lowest, long highest) throws BadMessage {
        String text = parameters.get(name);
        if (text == null) {
            return otherwise;
        }
        int shift = switch (text.isEmpty() ? ' ' : text.toLowerCase(Locale.ROOT).charAt(text.length() - 1)) {
            case 'k' -> 10;
            case 'm' -> 20;
            case 'g' -> 30;
            default -> 0;
        };
        try {
            long value = Math.multiplyExact(Long.parseLong(shift == 0 ? text : text.substring(0, text.length() - 1)), 1L << shift);
            if (value >= lowest && value <= highest) {
                return value;
            }
        } catch (NumberFormatException | ArithmeticException e) {
            // told below, as for a number out of range
        }
        throw new BadMessage(400, name + "=" + text + ": a number from " + lowest + " to " + highest + " is wanted");
    }
}
