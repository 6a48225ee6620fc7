// SPDX-License-Identifier: MIT
package lambdadispatch.http.hpack;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// The 61 fields that both sides know from the start (RFC 7541 §2.3.1, Appendix A), and a look-up by name that allocates nothing.
final class StaticTable {
    static final int SIZE = 61;
    static final int STATUS = 8; // :status 200; 204, 206, 304, 400, 404 and 500 follow it

    private static final String[] FIELDS = {
        ":authority", "", ":method", "GET", ":method", "POST", ":path", "/", ":path", "/index.html", ":scheme", "http", ":scheme", "https",
        ":status", "200", ":status", "204", ":status", "206", ":status", "304", ":status", "400", ":status", "404", ":status", "500",
        "accept-charset", "", "accept-encoding", "gzip, deflate", "accept-language", "", "accept-ranges", "", "accept", "",
        "access-control-allow-origin", "", "age", "", "allow", "", "authorization", "", "cache-control", "", "content-disposition", "",
            "content-encoding", "", "content-language", "", "content-length", "", "content-location", "", "content-range", "",
            "content-type", "",
        "cookie", "", "date", "", "etag", "", "expect", "", "expires", "", "from", "", "host", "", "if-match", "", "if-modified-since", "",
        "if-none-match", "", "if-range", "", "if-unmodified-since", "", "last-modified", "", "link", "", "location", "", "max-forwards", "",
        "proxy-authenticate", "", "proxy-authorization", "", "range", "", "referer", "", "refresh", "", "retry-after", "", "server", "",
        "set-cookie", "", "strict-transport-security", "", "transfer-encoding", "", "user-agent", "", "vary", "", "via", "",
        "www-authenticate", ""};

    private static final byte[][] NAMES = new byte[SIZE + 1][]; // from 1, as the RFC counts
    private static final byte[][] VALUES = new byte[SIZE + 1][];

    private static final int BUCKETS = 256; // a power of two, four times the names: a probe rarely goes on
    private static final byte[] FIRST_INDEX = new byte[BUCKETS]; // open addressing; 0 is a free bucket

    static {
        for (int index = 1; index <= SIZE; index++) {
            NAMES[index] = FIELDS[index * 2 - 2].getBytes(StandardCharsets.ISO_8859_1);
            VALUES[index] = FIELDS[index * 2 - 1].getBytes(StandardCharsets.ISO_8859_1);
            if (index == 1 || !Arrays.equals(NAMES[index], NAMES[index - 1])) {
                int bucket = bucket(Hash.of(NAMES[index], 0, NAMES[index].length));
                while (FIRST_INDEX[bucket] != 0) {
                    bucket = bucket + 1 & BUCKETS - 1;
                }
                FIRST_INDEX[bucket] = (byte) index;
            }
        }
    }

    private StaticTable() {}

    static byte[] name(int index) {
        return NAMES[index];
    }

    static byte[] value(int index) {
        return VALUES[index];
    }

    /// The first index of that lower-case name, or 0. Equal names stand side by side.
    static int find(byte[] name, int length, int hash) {
        for (int bucket = bucket(hash); FIRST_INDEX[bucket] != 0; bucket = bucket + 1 & BUCKETS - 1) {
            byte[] candidate = NAMES[FIRST_INDEX[bucket]];
            if (candidate.length == length && Arrays.equals(candidate, 0, length, name, 0, length)) {
                return FIRST_INDEX[bucket];
            }
        }
        return 0;
    }

    /// The index of the field that has the name at index `first` and that value, or 0.
    static int findValue(int first, byte[] value, int offset, int length) {
        for (int index = first; index <= SIZE && (index == first || Arrays.equals(NAMES[index], NAMES[first])); index++) {
            if (Arrays.equals(VALUES[index], 0, VALUES[index].length, value, offset, offset + length)) {
                return index;
            }
        }
        return 0;
    }

    private static int bucket(int hash) {
        return hash & BUCKETS - 1;
    }
}
