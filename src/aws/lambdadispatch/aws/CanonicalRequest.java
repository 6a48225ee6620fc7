// SPDX-License-Identifier: MIT
package lambdadispatch.aws;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import lambdadispatch.http.message.Headers;

/// The form of a request that is signed ("Create a signed AWS API request", step 1). Pure.
///
/// @param text the canonical request
/// @param signedHeaders the names of the headers in it, between semicolons
record CanonicalRequest(String text, String signedHeaders) {
    /// @param path as sent on the wire, encoded once already; encoded again here, as all services but S3 expect
    /// @param query as sent, without its question mark
    /// @param headers all that are to be signed
    /// @param normalize whether dot segments and doubled slashes are resolved in the path
    record Input(String method, String path, String query, Headers headers, String payloadHash, boolean normalize) {}

    static CanonicalRequest of(Input input) {
        TreeMap<String, List<String>> sorted = new TreeMap<>();
        for (int i = 0; i < input.headers.size(); i++) {
            String name = input.headers.name(i).toLowerCase(Locale.ROOT);
            sorted.computeIfAbsent(name, key -> new ArrayList<>()).add(trimmed(input.headers.value(i)));
        }
        String signed = String.join(";", sorted.keySet());
        StringBuilder text = new StringBuilder(512);
        String path = input.normalize ? UriEncoding.normalize(input.path) : input.path;
        text.append(input.method).append('\n');
        text.append(UriEncoding.encode(path.isEmpty() ? "/" : path, true)).append('\n');
        text.append(query(input.query)).append('\n');
        for (Map.Entry<String, List<String>> header : sorted.entrySet()) {
            text.append(header.getKey()).append(':').append(String.join(",", header.getValue())).append('\n');
        }
        text.append('\n').append(signed).append('\n').append(input.payloadHash);
        return new CanonicalRequest(text.toString(), signed);
    }

    /// Outer blanks go, inner runs become one.
    private static String trimmed(String value) {
        return value.replaceAll("[ \\t]+", " ").strip();
    }

    private static String query(String query) {
        if (query.isEmpty()) {
            return "";
        }
        List<String[]> pairs = new ArrayList<>();
        for (String pair : query.split("&")) {
            if (pair.isEmpty()) {
                continue;
            }
            int equals = pair.indexOf('=');
            String key = equals < 0 ? pair : pair.substring(0, equals);
            String value = equals < 0 ? "" : pair.substring(equals + 1);
            pairs.add(new String[] {recode(key), recode(value)});
        }
        pairs.sort((a, b) -> a[0].equals(b[0]) ? a[1].compareTo(b[1]) : a[0].compareTo(b[0]));
        List<String> joined = new ArrayList<>(pairs.size());
        for (String[] pair : pairs) {
            joined.add(pair[0] + "=" + pair[1]);
        }
        return String.join("&", joined);
    }

    private static String recode(String text) {
        return UriEncoding.encode(UriEncoding.decode(text), false);
    }
}
