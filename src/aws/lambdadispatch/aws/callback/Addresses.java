// SPDX-License-Identifier: MIT
package lambdadispatch.aws.callback;

import java.net.InetAddress;

/// What counts as an address.
final class Addresses {
    private Addresses() {}

    /// Whether it is an address as text, so that no other text of a metadata service goes into invoke payloads.
    static boolean literal(String text) {
        try {
            return !text.isEmpty() && InetAddress.ofLiteral(text) != null;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
