// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import java.io.IOException;

/// The app failed in the middle of a response.
final class AppFailure extends IOException {
    private static final long serialVersionUID = 1L;
    private final IOException cause;

    AppFailure(IOException cause) {
        super(cause.getMessage(), cause);
        this.cause = cause;
    }

    IOException cause() {
        return cause;
    }
}
