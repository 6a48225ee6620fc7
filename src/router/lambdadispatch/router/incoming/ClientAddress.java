// SPDX-License-Identifier: MIT
package lambdadispatch.router.incoming;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import lambdadispatch.http.message.HeaderName;
import lambdadispatch.http.message.Headers;

/// Tells clients apart, for a fair share of slots: by the address that proxies name whom we trust, else by that of the connection.
///
/// `X-Forwarded-For` is read from its end, where the proxy nearest to us wrote, and only as far as trusted proxies wrote it: what stands
/// before that is the client's own word. Of an IPv6 address the first 64 bits count, since a client has that many at the least.
final class ClientAddress {
    /// Proxies in a row that are believed. A longer list costs a client more to write than us to read.
    private static final int MOST_HOPS = 16;
    private static final int LONGEST = "[ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255]:65535".length();

    private ClientAddress() {}

    /// What stands for the client of that address; equal for the same one.
    static Object of(InetAddress address) {
        byte[] octets = address.getAddress();
        long bits = 0;
        for (int i = 0; i < Math.min(octets.length, 8); i++) {
            bits = bits << 8 | octets[i] & 0xff;
        }
        return octets.length == 4 ? (Object) (int) bits : (Object) bits;
    }

    /// What stands for the client that a request came from by the words of trusted proxies.
    /// @param otherwise if they say nothing, or nothing that is an address
    static Object named(Headers headers, TrustedProxies trusted, Object otherwise) {
        InetAddress address = last(headers, trusted);
        return address == null ? otherwise : of(address);
    }

    /// Whether a trusted peer speaks for itself or for another that is trusted: a balancer passes on what any client sends.
    static boolean isTrusted(Headers headers, TrustedProxies trusted) {
        if (!headers.contains(HeaderName.X_FORWARDED_FOR)) {
            return true;
        }
        InetAddress address = last(headers, trusted);
        return address != null && trusted.trusts(address);
    }

    /// The address that is furthest from us of those that trusted proxies have written; null if there is none.
    private static InetAddress last(Headers headers, TrustedProxies trusted) {
        InetAddress client = null;
        int hops = 0;
        List<Integer> fields = fields(headers);
        for (int line = fields.size() - 1; line >= 0; line--) {
            int start = headers.valueStart(fields.get(line));
            for (int end = start + headers.valueLength(fields.get(line)); end >= start; ) {
                int comma = end;
                while (comma > start && headers.array()[comma - 1] != ',') {
                    comma--;
                }
                InetAddress address = parse(headers.array(), comma, end);
                if (address == null) {
                    return client;
                }
                client = address;
                if (++hops == MOST_HOPS || !trusted.trusts(address)) {
                    return client;
                }
                end = comma - 1;
            }
        }
        return client;
    }

    private static List<Integer> fields(Headers headers) {
        int field = headers.find(HeaderName.X_FORWARDED_FOR);
        if (field < 0) {
            return List.of();
        }
        List<Integer> all = new ArrayList<>(1);
        for (; field >= 0; field = headers.find(HeaderName.X_FORWARDED_FOR, field + 1)) {
            all.add(field);
        }
        return all;
    }

    /// An address, which may have a port behind it; null if it is none.
    private static InetAddress parse(byte[] octets, int from, int to) {
        if (to - from > LONGEST + 2) {
            return null;
        }
        String text = new String(octets, from, to - from, StandardCharsets.ISO_8859_1).strip();
        int bracket = text.indexOf(']');
        int colon = text.indexOf(':');
        if (text.startsWith("[") && bracket > 0) {
            text = text.substring(1, bracket);
        } else if (colon > 0 && text.indexOf(':', colon + 1) < 0) {
            text = text.substring(0, colon);
        }
        try {
            return InetAddress.ofLiteral(text);
        } catch (IllegalArgumentException e) {
            return null; // "unknown", or an obfuscated one (RFC 7239 §6)
        }
    }
}
