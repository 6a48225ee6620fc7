// SPDX-License-Identifier: MIT
package lambdadispatch.router.incoming;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/// The peers whose `X-Forwarded-*` and `X-Request-Id` are believed (`LAMBDA_DISPATCH_TrustedProxies`): networks in CIDR notation (RFC
/// 4632).
public final class TrustedProxies {
    /// Loopback, private ranges (RFC 1918, RFC 4193), link-local: a load balancer in the VPC.
    public static final String DEFAULT = "127.0.0.0/8,::1/128,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,169.254.0.0/16,fc00::/7,fe80::/10";

    private record Network(byte[] address, int bits) {
        boolean contains(byte[] peer) {
            if (peer.length != address.length) {
                return false;
            }
            for (int bit = 0; bit < bits; bit++) {
                int mask = 0x80 >>> bit % 8;
                if (((peer[bit / 8] ^ address[bit / 8]) & mask) != 0) {
                    return false;
                }
            }
            return true;
        }
    }

    private final List<Network> networks;

    /// @throws IllegalArgumentException not a list of networks; the message names the entry
    public TrustedProxies(List<String> networks) {
        this.networks = networks.stream().map(TrustedProxies::parse).toList();
    }

    private static Network parse(String text) {
        int slash = text.indexOf('/');
        String host = slash < 0 ? text : text.substring(0, slash);
        // Literals only: a name would be looked up.
        if (!host.matches("[0-9a-fA-F.:]+") || !(host.contains(".") || host.contains(":"))) {
            throw new IllegalArgumentException(text);
        }
        try {
            byte[] address = InetAddress.getByName(host).getAddress();
            int bits = slash < 0 ? address.length * 8 : Integer.parseInt(text.substring(slash + 1));
            if (bits < 0 || bits > address.length * 8) {
                throw new IllegalArgumentException(text);
            }
            return new Network(address, bits);
        } catch (UnknownHostException | NumberFormatException e) {
            throw new IllegalArgumentException(text, e);
        }
    }

    public boolean trusts(InetAddress peer) {
        byte[] address = peer.getAddress();
        for (Network network : networks) {
            if (network.contains(address)) {
                return true;
            }
        }
        return false;
    }
}
