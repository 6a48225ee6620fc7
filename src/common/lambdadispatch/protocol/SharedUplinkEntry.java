// SPDX-License-Identifier: MIT
package lambdadispatch.protocol;

import lambdadispatch.base.Bytes;

/// How a whole short response is written into the uplink that all channels of an instance share.
///
/// ```
///   +---------------------------------------------------------------+
///   |                  Number of the channel (32)                   |
///   +---------------------------------------------------------------+
///   |                          Length (32)                          |
///   +---------------------------------------------------------------+
///   |            Response in HTTP/1.1 message syntax (*)        ...
///   +---------------------------------------------------------------+
/// ```
/// It counts as if it had come on the channel's own uplink. Several of them leave as one DATA frame in one system call, which is what they
/// cost most of otherwise. Only whole responses that are short go this way, so one unread response never stops another.
public final class SharedUplinkEntry {
    public static final int HEAD = 8;
    /// The longest response that goes this way; a router breaks the uplink off over a longer one.
    public static final int LONGEST = 8 << 10;

    private SharedUplinkEntry() {}

    public static void append(Bytes out, int channel, byte[] from, int offset, int length) {
        out.reserve(HEAD + length);
        number(out, channel);
        number(out, length);
        out.append(from, offset, length);
    }

    private static void number(Bytes out, int value) {
        out.append(value >>> 24).append(value >>> 16).append(value >>> 8).append(value);
    }

    public static int channel(byte[] from, int offset) {
        return number(from, offset);
    }

    public static int length(byte[] from, int offset) {
        return number(from, offset + 4);
    }

    private static int number(byte[] from, int at) {
        return (from[at] & 255) << 24 | (from[at + 1] & 255) << 16 | (from[at + 2] & 255) << 8 | from[at + 3] & 255;
    }
}
