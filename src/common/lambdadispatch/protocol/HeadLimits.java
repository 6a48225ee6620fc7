// SPDX-License-Identifier: MIT
package lambdadispatch.protocol;

/// How long heads may be on a channel. Either end rewrites what it passes on (`name:value` becomes `name: value`, fields about forwarding
/// and framing are added), so whoever reads from a channel takes more than the other end took from outside: a head that one hop lets in
/// never breaks at the next.
public final class HeadLimits {
    /// What the extension takes of an app: status line and fields, in octets.
    public static final int RESPONSE_BYTES = 64 << 10;
    public static final int RESPONSE_FIELDS = 256;
    /// What the router takes of an extension.
    public static final int RELAYED_RESPONSE_BYTES = RESPONSE_BYTES + (4 << 10);
    public static final int RELAYED_RESPONSE_FIELDS = RESPONSE_FIELDS + 16;
    /// What the extension takes of a router that does not say what it sends, in octets.
    public static final int RELAYED_REQUEST_BYTES = 256 << 10;
    /// The most that a router may ask the extension to take, in octets.
    public static final int LARGEST_RELAYED_REQUEST_BYTES = 4 << 20;

    private HeadLimits() {}

    /// How long a request's head can be when the router has rewritten it, in octets: the authority may be all of it, and goes out up to
    /// three times.
    /// @param headBytes the longest that clients may send
    /// @param headFields the most fields that they may send
    public static int relayedRequestBytes(int headBytes, int headFields) {
        return Math.max(RELAYED_REQUEST_BYTES, 3 * headBytes + 2 * headFields + (8 << 10));
    }
}
