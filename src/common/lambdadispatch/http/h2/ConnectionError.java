// SPDX-License-Identifier: MIT
package lambdadispatch.http.h2;

import java.io.IOException;

/// The peer broke the connection's rules: it ends with GOAWAY (RFC 9113 §5.4.1).
final class ConnectionError extends IOException {
    private static final long serialVersionUID = 1L;
    private final int code;

    ConnectionError(int code, String why) {
        super(ErrorCode.name(code) + ": " + why);
        this.code = code;
    }

    int code() {
        return code;
    }
}
