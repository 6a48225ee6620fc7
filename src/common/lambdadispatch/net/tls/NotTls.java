// SPDX-License-Identifier: MIT
package lambdadispatch.net.tls;

import java.io.IOException;

/// The peer's first octets are no TLS record: most likely plaintext HTTP sent to a TLS port.
public final class NotTls extends IOException {
    private static final long serialVersionUID = 1L;

    NotTls() {
        super("peer does not speak TLS");
    }
}
