// SPDX-License-Identifier: MIT
package lambdadispatch.base.json;

import java.io.IOException;

/// Text that is not JSON. An [IOException], because the text came from a peer or a file and is dealt with where that failing is.
public final class JsonException extends IOException {
    private static final long serialVersionUID = 1;

    private final int offset;

    JsonException(String message, int offset) {
        super(message + " at offset " + offset);
        this.offset = offset;
    }

    /// Where the fault lies: in characters, or in bytes where the text is not UTF-8.
    public int offset() {
        return offset;
    }
}
