// SPDX-License-Identifier: MIT
package lambdadispatch.http.hpack;

import java.io.IOException;

/// A field block that can not be decoded. The connection ends with `COMPRESSION_ERROR` (RFC 9113 §4.3).
public final class HpackException extends IOException {
    private static final long serialVersionUID = 1L;

    HpackException(String why) {
        super(why);
    }
}
