// SPDX-License-Identifier: MIT
package lambdadispatch.fuzz;

import lambdadispatch.http.message.Headers;

/// A fingerprint of what a parser made of its input, to compare two runs without keeping either.
public final class FuzzTrace {
    private long hash = 0xcbf29ce484222325L;

    public FuzzTrace add(byte[] octets, int offset, int length) {
        for (int i = offset; i < offset + length; i++) {
            hash = (hash ^ octets[i] & 0xff) * 0x100000001b3L;
        }
        return this;
    }

    public FuzzTrace add(long number) {
        hash = (hash ^ number) * 0x9E3779B97F4A7C15L;
        hash ^= hash >>> 32;
        return this;
    }

    public FuzzTrace add(String text) {
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
        }
        return add(text.length());
    }

    public FuzzTrace add(Headers headers) {
        for (int i = 0; i < headers.size(); i++) {
            add(headers.array(), headers.nameStart(i), headers.nameLength(i)).add(i);
            add(headers.array(), headers.valueStart(i), headers.valueLength(i)).add(i);
        }
        return add(headers.size());
    }

    public long value() {
        return hash;
    }
}
