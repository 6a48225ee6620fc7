// SPDX-License-Identifier: MIT
package lambdadispatch.http.message;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Fields that a message's `Connection` field names are for this hop only, whatever they are called (RFC 9110 §7.6.1).
public final class HopByHop {
    private HopByHop() {}

    /// The names. Null if there are none beyond `close` and `keep-alive`, which is usual.
    public static HeaderSet namedIn(Headers headers) {
        int field = headers.find(HeaderName.CONNECTION);
        if (field < 0 || headers.find(HeaderName.CONNECTION, field + 1) < 0
                && (headers.valueIs(field, "keep-alive") || headers.valueIs(field, "close"))) {
            return null;
        }
        List<HeaderName> named = new ArrayList<>();
        for (String value : headers.all(HeaderName.CONNECTION)) {
            for (String token : value.split(",")) {
                named.add(HeaderName.of(token.strip().toLowerCase(Locale.ROOT)));
            }
        }
        return HeaderSet.of(named.toArray(HeaderName[]::new));
    }

    /// Whether a field of a response speaks of the connection that it came on.
    /// @param named what [#namedIn] said of the same fields
    public static boolean ofResponse(Headers headers, int field, HeaderSet named) {
        return HeaderSet.HOP_BY_HOP_OF_RESPONSES.contains(headers, field) || named != null && named.contains(headers, field);
    }
}
