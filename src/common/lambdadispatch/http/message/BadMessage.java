// SPDX-License-Identifier: MIT
package lambdadispatch.http.message;

import java.io.IOException;

/// A message that breaks the protocol's grammar or one of our limits.
/// `status` is what a server answers before it closes; a client that reads a bad response treats it as a broken connection.
public final class BadMessage extends IOException {
    private static final long serialVersionUID = 1L;
    private final int status;

    public BadMessage(int status, String why) {
        super(why, null);
        this.status = status;
    }

    public int status() {
        return status;
    }
}
