// SPDX-License-Identifier: MIT
package lambdadispatch.http.hpack;

import java.nio.charset.StandardCharsets;

/// Decides which fields the encoder adds to the dynamic table.
///
/// A proxy sees the same few fields in every response (`server`, `content-type`, `cache-control`) among values that never come back
/// (request ids, entity tags). Adding the latter would cost an allocation each, evict the former, and gain nothing. No list of names can
/// tell them apart, so a field is added when it is seen for the second time; likewise a name that no table knows, for the sake of its name.
/// What has been seen is remembered as hashes in a small direct-mapped table that newer ones overwrite. So:
///
/// - `date` is sent whole twice a second at most, and as one octet for the rest of that second;
/// - fields that differ in every message ([#VOLATILE]) are not even looked up, nor is anything larger than half the table added;
/// - secrets ([#SENSITIVE]) are never added, and marked so that nobody after us adds them (RFC 7541 §7.1.3), so that no one who can make
///   this
///   connection carry guesses may learn from the length whether a guess was right (§7.1).
final class IndexingPolicy {
    private static final long SENSITIVE = names("authorization", "cookie", "proxy-authorization", "set-cookie");
    private static final long VOLATILE = names(":path", "age", "content-length", "content-range", "etag", "expires", "if-match",
            "if-modified-since", "if-none-match", "if-range", "if-unmodified-since", "last-modified", "location", "range", "retry-after");

    private static final int REMEMBERED = 64;

    // Apart, so that the hashes of a field and of its own name can not overwrite each other each time the field comes. What the place does
    // not say of a hash is in 16 bits: one in 65,536 fields is added when it is seen for the first time.
    private final short[] seenFields = new short[REMEMBERED];
    private final short[] seenNames = new short[REMEMBERED];

    /// Whether the field of that static table index holds a secret.
    static boolean sensitive(int staticIndex) {
        return (SENSITIVE & 1L << staticIndex) != 0;
    }

    /// Whether values of that static table index are too rarely the same to be looked up.
    static boolean variable(int staticIndex) {
        return (VOLATILE & 1L << staticIndex) != 0;
    }

    /// Whether a field of that hash was here before, lately; remembers it.
    boolean fieldSeenBefore(int hash) {
        return seenBefore(seenFields, hash);
    }

    /// Whether a name of that hash was here before, lately; remembers it.
    boolean nameSeenBefore(int hash) {
        return seenBefore(seenNames, hash);
    }

    private static boolean seenBefore(short[] seen, int hash) {
        int slot = hash & REMEMBERED - 1;
        short rest = (short) (hash >>> 16);
        boolean before = seen[slot] == rest;
        seen[slot] = rest;
        return before;
    }

    private static long names(String... names) {
        long set = 0; // 61 static entries fit into the bits of a long; bit 0 stands for "not there"
        for (String name : names) {
            byte[] octets = name.getBytes(StandardCharsets.ISO_8859_1);
            set |= 1L << StaticTable.find(octets, octets.length, Hash.of(octets, 0, octets.length));
        }
        return set;
    }
}
