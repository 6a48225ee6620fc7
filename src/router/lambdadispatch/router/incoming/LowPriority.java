// SPDX-License-Identifier: MIT
package lambdadispatch.router.incoming;

import java.util.ArrayList;
import java.util.List;
import lambdadispatch.http.message.Request;

/// Which requests give way to the others in an overload: `LAMBDA_DISPATCH_LowPriority`, paths (`/reports`, or `/reports/*` for all below
/// it) and fields (`X-Priority: low`, or `X-Priority` for any value).
public final class LowPriority {
    public static final LowPriority NONE = new LowPriority(List.of());

    private record Field(String name, String value) {}

    private final List<String> paths = new ArrayList<>();
    private final List<String> below = new ArrayList<>();
    private final List<Field> fields = new ArrayList<>();

    /// @throws IllegalArgumentException one of them is neither a path nor a field
    public LowPriority(List<String> entries) {
        for (String entry : entries) {
            if (entry.startsWith("/")) {
                boolean prefix = entry.endsWith("*");
                (prefix ? below : paths).add(prefix ? entry.substring(0, entry.length() - 1) : entry);
            } else {
                fields.add(field(entry));
            }
        }
    }

    private static Field field(String entry) {
        int colon = entry.indexOf(':');
        String name = (colon < 0 ? entry : entry.substring(0, colon)).strip();
        if (!name.matches("[A-Za-z0-9!#$%&'*+.^_`|~-]+")) { // RFC 9110 §5.6.2: token
            throw new IllegalArgumentException("neither a path nor a field: " + entry);
        }
        return new Field(name, colon < 0 ? null : entry.substring(colon + 1).strip());
    }

    boolean matches(Request request) {
        if (paths.isEmpty() && below.isEmpty() && fields.isEmpty()) {
            return false;
        }
        String path = request.path();
        int query = path.indexOf('?');
        String plain = query < 0 ? path : path.substring(0, query);
        return paths.contains(plain) || below.stream().anyMatch(plain::startsWith)
                || fields.stream().anyMatch(field -> has(request, field));
    }

    private static boolean has(Request request, Field field) {
        String value = request.headers().get(field.name());
        return value != null && (field.value() == null || field.value().equalsIgnoreCase(value.strip()));
    }
}
