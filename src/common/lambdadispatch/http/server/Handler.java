// SPDX-License-Identifier: MIT
package lambdadispatch.http.server;

import java.io.IOException;

/// Answers exchanges, each on a virtual thread of its own (HTTP/1.1: the connection's), where it may block.
///
/// Returning without having ended the response aborts it; an exception before [Exchange#respond] is answered with 500 (or the
/// status of a [lambdadispatch.http.message.BadMessage]), after it aborts.
@FunctionalInterface
public interface Handler {
    void handle(Exchange exchange) throws IOException;

    /// Whether an HTTP/1.1 connection without TLS may become HTTP/2 by `Upgrade: h2c` (RFC 7540 §3.2, which RFC 9113 has dropped). Prior
    /// knowledge is taken in any case.
    default boolean takesH2cUpgrade() {
        return false;
    }

    /// Whether peers prove who they are ([Connection#trustPeer]). Until one has done so it is a stranger, who gets little and not for long:
    /// few streams at once, no wider window, and seconds from the start of his connection.
    default boolean knowsItsPeers() {
        return false;
    }
}
