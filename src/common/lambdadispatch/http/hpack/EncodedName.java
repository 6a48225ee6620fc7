// SPDX-License-Identifier: MIT
package lambdadispatch.http.hpack;

import java.util.Arrays;

/// The name of the field being encoded: in lower case (RFC 9113 §8.2.1), hashed, and looked up in the static table.
final class EncodedName {
    byte[] octets = new byte[64];
    int length;
    int hash;
    int staticIndex; // the first of that name, or 0

    void set(byte[] name, int offset, int nameLength) {
        if (octets.length < nameLength) {
            octets = new byte[nameLength];
        }
        for (int i = 0; i < nameLength; i++) {
            byte octet = name[offset + i];
            octets[i] = octet >= 'A' && octet <= 'Z' ? (byte) (octet | 0x20) : octet;
        }
        length = nameLength;
        hash = Hash.of(octets, 0, nameLength);
        staticIndex = StaticTable.find(octets, nameLength, hash);
    }

    boolean is(byte[] other) {
        return Arrays.equals(octets, 0, length, other, 0, other.length);
    }

    byte[] toArray() {
        return Arrays.copyOf(octets, length);
    }
}
