// SPDX-License-Identifier: MIT
package lambdadispatch.http.message;

/// A fixed set of field names, asked for each field of each message: one probe by the hash that [Headers] keeps, no string.
public final class HeaderSet {
    /// Fields of a response that speak of the connection it came on, and are not passed on (RFC 9110 §7.6.1); among them what an extension
    /// tells its router.
    public static final HeaderSet HOP_BY_HOP_OF_RESPONSES = of(HeaderName.CONNECTION, HeaderName.KEEP_ALIVE, HeaderName.PROXY_CONNECTION,
            HeaderName.TE, HeaderName.UPGRADE, HeaderName.TRANSFER_ENCODING, HeaderName.of("proxy-authenticate"), HeaderName.X_LAMBDA_FAULT,
            HeaderName.X_LAMBDA_WAIT_UNTIL);

    private final HeaderName[] slots;

    private HeaderSet(HeaderName[] slots) {
        this.slots = slots;
    }

    public static HeaderSet of(HeaderName... names) {
        // never without a free slot, which ends a search
        HeaderName[] slots = new HeaderName[Integer.highestOneBit(Math.max(1, names.length) * 4) * 2];
        for (HeaderName name : names) {
            int at = slot(name.hash(), slots.length);
            while (slots[at] != null) {
                at = (at + 1) & (slots.length - 1);
            }
            slots[at] = name;
        }
        return new HeaderSet(slots);
    }

    /// Whether the name of that field is in the set.
    public boolean contains(Headers headers, int field) {
        int hash = headers.nameHash(field);
        for (int at = slot(hash, slots.length); slots[at] != null; at = (at + 1) & (slots.length - 1)) {
            if (slots[at].hash() == hash && headers.is(field, slots[at])) {
                return true;
            }
        }
        return false;
    }

    /// Whether the name of that field is in the set, or what an app may take for one that is: `X_Forwarded_For` for `X-Forwarded-For`.
    public boolean containsTwin(Headers headers, int field) {
        int hash = headers.nameHash(field);
        for (int at = slot(hash, slots.length); slots[at] != null; at = (at + 1) & (slots.length - 1)) {
            if (slots[at].hash() == hash && slots[at].matchesTwin(headers.array(), headers.nameStart(field), headers.nameLength(field))) {
                return true;
            }
        }
        return false;
    }

    private static int slot(int hash, int size) {
        return (hash * 0x9E3779B1 >>> 16) & (size - 1);
    }
}
