// SPDX-License-Identifier: MIT
package lambdadispatch.net;

import java.net.Inet6Address;
import java.net.InetAddress;

/// The one text of an address: what apps, allow-lists and logs compare (RFC 5952 §4).
///
/// Lower case, no leading zeros, the longest run of zero groups (the first of equals, two at least) as `::`. An interface's name is left
/// out: it means nothing anywhere else.
public final class AddressText {
    private static final int GROUPS = 8;

    private AddressText() {}

    public static String of(InetAddress address) {
        return address instanceof Inet6Address six ? of(six.getAddress()) : address.getHostAddress();
    }

    private static String of(byte[] octets) {
        int start = -1;
        int length = 1;
        for (int i = 0; i < GROUPS; i++) {
            int run = zeros(octets, i);
            if (run > length) {
                start = i;
                length = run;
            }
        }
        StringBuilder text = new StringBuilder(39);
        for (int i = 0; i < GROUPS; i++) {
            if (i == start) {
                text.append("::");
                i += length - 1;
                continue;
            }
            if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
                text.append(':');
            }
            text.append(Integer.toHexString(group(octets, i)));
        }
        return text.toString();
    }

    private static int zeros(byte[] octets, int from) {
        int end = from;
        while (end < GROUPS && group(octets, end) == 0) {
            end++;
        }
        return end - from;
    }

    private static int group(byte[] octets, int index) {
        return (octets[2 * index] & 0xff) << 8 | octets[2 * index + 1] & 0xff;
    }
}
